using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.Push.Tests.TestBatches;

/// <summary>
/// Twenty people and what an org knows of them: new, Lead, Contact, both, converted, several, synced before and edited since;
/// mapped for both objects by every write rule. Random, and the same for the same seed.
/// </summary>
internal sealed class RandomPeople(PushUnderTest push, Guid connection, int seed)
{
    private static readonly DateTimeOffset Monday = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private readonly Random _random = new(seed);

    public const int Count = 20;

    /// <summary>How long they may take to be synced on a machine that is busy.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromMinutes(3);
    private const string OptedOut = "Opted_out__c";

    public List<MappedLead> Leads { get; } = [];

    /// <summary>Puts into the org what it knows of them, and syncs some of it from another source first.</summary>
    public async Task PrepareAsync()
    {
        foreach (var name in new[] { "Lead", "Contact" })
        {
            if (push.Crm.Org.FindObject(name)!.VisibleFields.All(field => field.Name != OptedOut))
                push.Crm.Org.AddField(name, new CustomField(OptedOut, FieldType.Boolean));
        }
        var earlier = new List<MappedLead>();
        var edits = new List<Func<Task>>();
        for (var number = 1; number <= Count; number++)
        {
            var email = $"p{number}@{connection:N}.example";
            switch (number % 10)
            {
                case 1 or 2:
                    await RecordAsync("Lead", email);
                    break;
                case 3:
                    await RecordAsync("Contact", email);
                    break;
                case 4:
                    await RecordAsync("Lead", email);
                    await RecordAsync("Contact", email);
                    break;
                case 5:
                    await push.Crm.Org.Rep.ConvertAsync(await RecordAsync("Lead", email));
                    break;
                case 6:
                    await RecordAsync("Lead", email);
                    await RecordAsync("Lead", email);
                    break;
                case 7 or 8:
                    var before = Mapped($"e{number}", email, "chat", Monday);
                    earlier.Add(before with { Sections = [before.Sections[0] with { MissingForCreate = [] }] });
                    edits.Add(async () =>
                    {
                        var id = push.Crm.Org.Find("Lead", email).Single(record => !record.IsDeleted).Id;
                        await push.Crm.Org.Rep.EditAsync(
                            "Lead",
                            id,
                            new { Title = "a rep's", Status = Pick("Working - Contacted", "Open - Not Contacted") }
                        );
                    });
                    break;
            }
            Leads.Add(
                Mapped($"p{number}", number % 10 == 9 ? null : email, "web", Monday.AddDays(_random.Next(-1, 2)))
            );
        }
        await push.WantAsync(earlier);
        await push.SettledAsync(connection, RandomPeople.Within);
        foreach (var edit in edits)
            await edit();
    }

    private Task<string> RecordAsync(string name, string email)
    {
        var fields = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["LastName"] = "Held",
            ["Email"] = email,
        };
        if (name == "Lead")
            fields["Company"] = "Held";
        foreach (var field in new[] { "Title", "Phone", "Description" })
        {
            if (_random.Next(2) == 0)
                fields[field] = $"{field} {_random.Next(3)}";
        }
        return push.Crm.Org.Rep.CreateAsync(name, fields);
    }

    private MappedLead Mapped(string leadId, string? email, string source, DateTimeOffset at) =>
        PushUnderTest.Lead(connection, leadId, email, source, capturedAt: at) with
        {
            Sections = [Section("Lead", email, at), Section("Contact", email, at)],
        };

    private MappedSection Section(string name, string? email, DateTimeOffset at)
    {
        var fields = new List<MappedField> { Field("LastName", "Person", at, WriteRule.Overwrite) };
        if (name == "Lead")
        {
            fields.Add(Field("Company", "Acme", at, WriteRule.OnlyWhenEmpty));
            fields.Add(
                Field("Status", "Working - Contacted", at, WriteRule.OnlyWhile) with
                {
                    While = new WriteCondition("Status", ["Open - Not Contacted"]),
                }
            );
        }
        if (email is not null)
            fields.Add(Field("Email", email, at, WriteRule.Overwrite));
        WriteRule[] rules =
        [
            WriteRule.Overwrite,
            WriteRule.OnlyWhenEmpty,
            WriteRule.OnlyOnCreate,
            WriteRule.UntilEdited,
        ];
        foreach (var field in new[] { "Title", "Phone", "Description" })
        {
            if (_random.Next(4) > 0)
                fields.Add(Field(field, $"{field} {_random.Next(3)}", at, rules[_random.Next(rules.Length)]));
        }
        if (_random.Next(2) == 0)
            fields.Add(
                new MappedField(OptedOut, JsonSerializer.SerializeToElement(_random.Next(2) == 0), at, WriteRule.OptOut)
            );
        return new MappedSection
        {
            Object = name,
            Fields = fields,
            MissingForCreate = _random.Next(8) == 0 ? ["Industry"] : [],
        };
    }

    private string Pick(string one, string other) => _random.Next(2) == 0 ? one : other;

    private static MappedField Field(string name, string value, DateTimeOffset at, WriteRule rule) =>
        new(name, JsonSerializer.SerializeToElement(value), at, rule);
}
