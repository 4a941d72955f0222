using System.Text.Json;

namespace LeadSync.CrmSimulator.Tests;

/// <summary>
/// Compares with the descriptions of a real org, recorded at version 59, where they are found beside the checkout.
/// </summary>
public sealed class When_descriptions_are_compared_with_a_real_orgs
{
    private static readonly string[] Attributes =
    [
        "name",
        "type",
        "length",
        "nillable",
        "createable",
        "updateable",
        "defaultedOnCreate",
        "restrictedPicklist",
    ];

    /// <summary>Every field that differs, with the reason. What is listed and does not differ fails, too.</summary>
    private static readonly Dictionary<string, string> Differences = new(StringComparer.Ordinal)
    {
        ["Account.Primary_Contact__c"] = "A custom field of the recorded org.",
        ["Account.History__c"] = "A custom field of the recorded org.",
        ["Account.ns__Description__c"] = "A field of a package installed in the recorded org.",
        ["Account.ns__LinkedAccount__c"] = "A field of a package installed in the recorded org.",
    };

    [Theory]
    [InlineData("Lead")]
    [InlineData("Contact")]
    [InlineData("Account")]
    public async Task Every_field_agrees_but_for_those_listed_with_a_reason(string objectName)
    {
        var recorded = Fields(await File.ReadAllTextAsync(Recorded(objectName), TestContext.Current.CancellationToken));
        await using var client = await Client.StartAsync();
        var answer = await client.SendAsync("GET", $"/services/data/v59.0/sobjects/{objectName}/describe");
        var simulated = Fields(answer.Text);

        var differing = recorded
            .Keys.Union(simulated.Keys, StringComparer.Ordinal)
            .Where(name => recorded.GetValueOrDefault(name) != simulated.GetValueOrDefault(name))
            .Select(name => $"{objectName}.{name}");

        recorded.Count.ShouldBeGreaterThan(50);
        differing.ShouldBe(
            Differences.Keys.Where(name => name.StartsWith($"{objectName}.", StringComparison.Ordinal)),
            ignoreOrder: true
        );
    }

    /// <summary>By name, what is compared of each field.</summary>
    private static Dictionary<string, string> Fields(string describe) =>
        JsonElement
            .Parse(describe)
            .GetProperty("fields")
            .EnumerateArray()
            .ToDictionary(
                field => field.GetProperty("name").GetString()!,
                field => string.Join(", ", Attributes.Select(name => $"{name} {field.GetProperty(name)}")),
                StringComparer.Ordinal
            );

    private static string Recorded(string objectName)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "data", "salesforce", $"describe-{objectName}.json");
            if (File.Exists(path))
                return path;
        }

        Assert.Skip("The recorded descriptions (shared/data/salesforce) are not beside this checkout.");
        return "";
    }
}
