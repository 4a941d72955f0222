using System.Text.RegularExpressions;

namespace LeadSync.Crm.Tests.ErrorCatalogue;

/// <summary>
/// Every refusal of the reference's table that a lead sync can meet, over HTTP from the simulator: judged by the client, told
/// with cause and fix.
/// </summary>
public sealed partial class When_a_row_of_the_error_catalogue_is_met
{
    private static readonly Dictionary<string, Row> Rows = new[] { AccessRows.All, CallRows.All, RecordRows.All }
        .SelectMany(rows => rows)
        .ToDictionary(row => row.Name, StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_is_told_with_cause_and_fix(string name)
    {
        var row = Rows[name];

        var failure = await row.Meet();

        failure.CrmCode.ShouldBe(row.CrmCode);
        failure.Code.ShouldBe(row.Code);
        failure.Class.ShouldBe(row.Class);
        failure.Message.ShouldNotBeNullOrWhiteSpace();
        failure.Cause.ShouldNotBeNullOrWhiteSpace();
        failure.Cause.ShouldNotContain("does not know");
        failure.Fix.ShouldNotBeNullOrWhiteSpace();
        failure.RequestId.ShouldNotBeNullOrWhiteSpace();
        failure.HttpStatus.ShouldNotBeNull();
    }

    [Fact]
    public void No_row_of_the_reference_is_left_out()
    {
        var reference = Ancestors(AppContext.BaseDirectory)
            .Select(folder => Path.Combine(folder, "shared", "reference", "salesforce.md"))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(reference is null, "The reference is not on this machine.");
        var table = File.ReadLines(reference!)
            .SkipWhile(line => !line.StartsWith("## 6.", StringComparison.Ordinal))
            .Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith('|'));

        var codes = table
            .SelectMany(line => CodeOfSalesforce().Matches(line.Split('|')[1]))
            // Several of one family share a row.
            .Select(match => match.Value[0] == '_' ? "TXN_SECURITY" + match.Value : match.Value)
            .Distinct(StringComparer.Ordinal)
            .ToList();

        codes.Count.ShouldBeGreaterThan(50);
        codes.Except(Rows.Values.Select(row => row.CrmCode), StringComparer.Ordinal).ShouldBeEmpty();
    }

    private static IEnumerable<string> Ancestors(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
            yield return at.FullName;
    }

    [GeneratedRegex("_?[A-Z][A-Z_]{4,}[A-Z]", RegexOptions.None, 1000)]
    private static partial Regex CodeOfSalesforce();
}
