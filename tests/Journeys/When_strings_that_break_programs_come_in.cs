using System.Text.Json;
using LeadSync.CrmSimulator.Data;
using LeadSync.Testing;
using LeadSync.WholeSystem;

namespace LeadSync.Journeys;

/// <summary>
/// A list of hostile strings that nobody here wrote, as names and companies. It is not part of this project: the journey runs
/// where <c>LEADSYNC_HOSTILE_STRINGS</c> names one (a JSON array of texts), or a checkout has one beside it.
/// </summary>
[Collection<OneHouse>]
public sealed class When_strings_that_break_programs_come_in(House house, ITestOutputHelper output) : IAsyncDisposable
{
    private readonly OrgSettings _settings = house.Crm.Org.Settings;
    private const string Neighbour = "neighbour@journeys.example";

    [Fact]
    public async Task Each_arrives_unchanged_or_is_refused_with_a_reason_and_nothing_beside_it_suffers()
    {
        var file = FileOfStrings();
        Assert.SkipUnless(File.Exists(file), "there is no list of hostile strings: LEADSYNC_HOSTILE_STRINGS names one");
        var strings = JsonSerializer.Deserialize<List<string>>(
            await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)
        )!;
        strings.Count.ShouldBeGreaterThan(100);
        // Whether a real org trims is its own affair: here it must show what we sent.
        house.Crm.Org.Settings = _settings with
        {
            TrimText = false,
            EmptyTextIsNull = false,
        };

        var answers = await house.CaptureAsync([
            .. strings.Select((text, number) => Lead($"hostile-{number}", text)),
            Lead("neighbour", "Person"),
        ]);

        var refused = answers
            .GetProperty("items")
            .EnumerateArray()
            .Where(item => item.GetProperty("status").GetString() != "accepted")
            .ToDictionary(item => item.GetProperty("leadId").GetString()!, Reason, StringComparer.Ordinal);
        var failed = new Dictionary<string, string>(StringComparer.Ordinal);
        await Eventually.ShouldPass(
            async () =>
            {
                var failures = (await house.ReadAsync("/v1/failures")).GetProperty("failures").EnumerateArray();
                foreach (var failure in failures)
                {
                    if (failure.GetProperty("leadId").GetString() is { } id && IsHostile(id))
                        failed[id] = Reason(failure);
                }
                for (var number = 0; number < strings.Count; number++)
                {
                    var (id, sent) = ($"hostile-{number}", strings[number]);
                    if (refused.ContainsKey(id) || failed.ContainsKey(id))
                        continue;
                    var record = house.Crm.Org.Find("Lead", Email(id)).SingleOrDefault();
                    record.ShouldNotBeNull($"{id} has neither a record nor a reason");
                    ((string?)record["LastName"]).ShouldBe(sent);
                    ((string?)record["Company"]).ShouldBe(sent);
                }
            },
            TimeSpan.FromMinutes(1)
        );

        house.Crm.Org.Find("Lead", Neighbour).ShouldHaveSingleItem();
        output.WriteLine(
            $"{strings.Count} strings: {strings.Count - refused.Count - failed.Count} unchanged, {refused.Count} refused, {failed.Count} parked"
        );
        foreach (var (id, reason) in refused.Concat(failed))
            output.WriteLine($"{id} ({strings[int.Parse(id.AsSpan("hostile-".Length), null)].Length} long): {reason}");
        // Whatever is no person's name at all, or longer than the field, has a reason; everything else must have arrived.
        refused
            .Keys.Concat(failed.Keys)
            .Select(id => strings[int.Parse(id.AsSpan("hostile-".Length), null)])
            .ShouldAllBe(text => text.Length > 80 || string.IsNullOrWhiteSpace(text) || text.Contains('\0'));
    }

    public ValueTask DisposeAsync()
    {
        house.Crm.Org.Settings = _settings;
        return ValueTask.CompletedTask;
    }

    private static bool IsHostile(string leadId) => leadId.StartsWith("hostile-", StringComparison.Ordinal);

    private static string Reason(JsonElement item)
    {
        item.GetProperty("code").GetString().ShouldNotBeNullOrEmpty();
        return item.GetRawText();
    }

    private static object Lead(string id, string text) =>
        new
        {
            source = "web",
            leadId = id,
            fields = new
            {
                lastName = text,
                company = text,
                email = Email(id),
            },
        };

    private static string Email(string id) => $"{id}@journeys.example";

    private static string FileOfStrings() =>
        Environment.GetEnvironmentVariable("LEADSYNC_HOSTILE_STRINGS")
        ?? Path.Combine(Checkout.Root, "..", "shared", "data", "naughty-strings.json");
}
