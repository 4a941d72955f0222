using Dapper;
using LeadSync.Contracts;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.Push.Tests.Writing;

/// <summary>People of one connection who are Lead and Contact in the org, with a rule that has both updated.</summary>
internal sealed class LeadAndContact(PushUnderTest push)
{
    private readonly Dictionary<string, (string Lead, string Contact)> _records = new(StringComparer.Ordinal);

    public Guid Connection { get; } = Guid.CreateVersion7();

    public Task PrepareAsync() => push.RuleAsync(Connection, new { existsAsBoth = "both" });

    public async Task ThereIsAsync(params string[] names)
    {
        foreach (var name in names)
            _records[name] = (
                await push.Crm.Org.Rep.CreateAsync(
                    "Lead",
                    new
                    {
                        LastName = "Person",
                        Company = "Acme",
                        Email = Email(name),
                    }
                ),
                await push.Crm.Org.Rep.CreateAsync("Contact", new { LastName = "Person", Email = Email(name) })
            );
    }

    public SimulatedRecord Lead(string name) => push.Crm.Org.Get("Lead", _records[name].Lead)!;

    public SimulatedRecord Contact(string name) => push.Crm.Org.Get("Contact", _records[name].Contact)!;

    public string Email(string name) => $"{name}@{Connection:N}.example";

    /// <summary>What is wanted of somebody: the same title in both records.</summary>
    /// <param name="contactRule">Of the Contact's title; the Lead's is written over.</param>
    public MappedLead Wanted(
        string name,
        string title,
        long version = 1,
        WriteRule contactRule = WriteRule.Overwrite,
        string? email = null
    )
    {
        // Each version was captured after the one before.
        var capturedAt = new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero).AddMinutes(version);
        var lead = PushUnderTest.Lead(
            Connection,
            name,
            email ?? Email(name),
            version: version,
            capturedAt: capturedAt,
            fields: [("LastName", "Person"), ("Company", "Acme"), ("Title", title)]
        );
        var section = lead.Sections[0];
        return lead with
        {
            Sections =
            [
                section,
                section with
                {
                    Object = "Contact",
                    Fields =
                    [
                        .. section
                            .Fields.Where(field => field.Field != "Company")
                            .Select(field => field.Field == "Title" ? field with { Rule = contactRule } : field),
                    ],
                },
            ],
        };
    }

    public async Task<IReadOnlyList<WrittenRecord>> WrittenAsync(string name) =>
        [.. (await push.WrittenAsync()).Where(item => item.ConnectionId == Connection && item.LeadId == name)];

    public async Task<IReadOnlyList<MatchedRecord>> MatchedAsync(string name) =>
        [.. (await push.MatchedAsync()).Where(item => item.ConnectionId == Connection && item.LeadId == name)];

    public async Task<IReadOnlyList<FailedSync>> FailuresAsync(string name) =>
        [.. (await push.FailuresAsync()).Where(item => item.ConnectionId == Connection && item.LeadId == name)];

    /// <summary>The records that a lead is known to be, as <c>Contact+Lead</c>.</summary>
    public Task<string?> LinkedAsync(string name) =>
        ScalarAsync<string?>(
            "select concat_ws('+', object, other_object) from lead_sync where connection_id = @Connection and lead_id = @name",
            name
        );

    public async Task<T?> ScalarAsync<T>(string sql, string name)
    {
        await using var database = await push.Database.Source.OpenConnectionAsync();
        return await database.ExecuteScalarAsync<T>(sql, new { Connection, name });
    }
}
