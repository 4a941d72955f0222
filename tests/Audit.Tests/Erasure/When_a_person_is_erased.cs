using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Testing;

namespace LeadSync.Audit.Tests.Erasure;

public sealed class When_a_person_is_erased(AuditUnderTest audit) : IClassFixture<AuditUnderTest>
{
    // Unlike anything else that a database could hold.
    private const string Canary = "canary7q";
    private const string LeadId = $"{Canary}@person.example";
    private static readonly string[] States = ["waiting", "created", "updated", "unchanged", "skipped", "failed"];
    private static readonly DateTimeOffset Noon = Events.Noon;
    private static readonly DateTimeOffset Later = Noon.AddMinutes(5);

    private static JsonElement Value(string text) => JsonSerializer.SerializeToElement($"{Canary} {text}");

    // Of each kind one, with something of the person in every member that can hold it.
    private static IEventItem[] Story(string lead) =>
        [
            Events.Captured(
                lead,
                Noon,
                ("email", $"{Canary}@person.example"),
                ("name", $"{Canary} Doe"),
                ("title", null)
            ) with
            {
                Turns = [new ConversationTurn(Canary, Canary, Noon, Canary, $"I am {Canary}")],
                Records = [new KnownRecord("Lead", Canary)],
                Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["session"] = Canary },
            },
            Mapped(lead, Noon),
            Events.Matched(lead, Noon, SyncDecision.Update) with
            {
                Record = new KnownRecord("Lead", Canary),
                Candidates = [new KnownRecord("Lead", Canary)],
                Note = $"{Canary} asked for it",
            },
            Events.Failed(lead, Noon, FailureCatalogue.RequiredFieldMissing, Events.Connection) with
            {
                Message = $"{Canary} is missing",
                Fix = $"Add '{Canary}' to the value map.",
            },
            Written(lead, Noon),
            Events.Imported(lead, Noon.AddSeconds(3), ImportOutcome.Changed) with
            {
                Record = new KnownRecord("Contact", Canary),
                Fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["city"] = Value("city") },
            },
            Events.Withdrawn(lead, Noon.AddSeconds(4)),
        ];

    private static MappedLead Mapped(string lead, DateTimeOffset at) =>
        Events.Mapped(lead, at) with
        {
            Match = new MatchKeys { Email = $"{Canary}@person.example", Records = [new KnownRecord("Lead", Canary)] },
            Sections =
            [
                new MappedSection
                {
                    Object = "Lead",
                    Fields = [new MappedField("LastName", Value("Doe"), at, WriteRule.Overwrite)],
                },
            ],
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["session"] = Canary },
        };

    private static WrittenRecord Written(string lead, DateTimeOffset at) =>
        Events.Written(lead, at, WriteOutcome.Created) with
        {
            Record = new KnownRecord("Lead", Canary),
            Fields =
            [
                new FieldDecision("Title", Value("before"), Value("after"), WriteRule.Overwrite, true, "NEW_VALUE"),
            ],
        };

    private static MappedLead Erased(string lead, DateTimeOffset at, Guid? connection = null) =>
        Events.Mapped(lead, at, connection, withdrawn: true) with
        {
            Sections = [],
            Reason = "ERASED",
        };

    private Task<string> DumpAsync() => DatabaseDump.ReadAsync(audit.Database.Owner);

    [Fact]
    public async Task What_happened_stays_without_the_person_and_every_pair_still_counts_once()
    {
        var workspace = audit.NewWorkspace();
        await audit.AddAsync(workspace, Story(LeadId));
        await audit.AddAsync(workspace, Events.Captured("other", Noon), Events.Mapped("other", Noon));
        (await DumpAsync()).ShouldContain(Canary, Case.Insensitive);
        var before = await audit.GetAsync(workspace, "/v1/counts");

        await audit.AddAsync(workspace, Erased(LeadId, Later));

        (await DumpAsync()).ShouldNotContain(Canary, Case.Insensitive);
        var after = await audit.GetAsync(workspace, "/v1/counts");
        after.GetProperty("captured").GetInt64().ShouldBe(2);
        Pairs(after).ShouldBe(Pairs(before));
        after.GetProperty("skipped").GetInt64().ShouldBe(1);
        after.GetProperty("waiting").GetInt64().ShouldBe(1, "the other one");
    }

    [Fact]
    public async Task Nobody_finds_the_story_by_address_or_lead_and_it_is_told_without_values()
    {
        var workspace = audit.NewWorkspace();
        await audit.AddAsync(workspace, Story(LeadId));

        await audit.AddAsync(workspace, Erased(LeadId, Later));

        (await TimelineAsync(workspace, $"email={LeadId}")).ShouldBeEmpty();
        (await TimelineAsync(workspace, $"source={Events.Source}&leadId={LeadId}")).ShouldBeEmpty();
        var name = audit.Keys.NameFor(new LeadKey(workspace, Events.Source, LeadId));
        var told = await TimelineAsync(workspace, $"source={Events.Source}&leadId={name}");
        told.Select(one => one.GetProperty("kind").GetString())
            .ShouldBe(
                [
                    "LeadCaptured",
                    "LeadMapped",
                    "RecordMatched",
                    "SyncFailed",
                    "RecordWritten",
                    "LeadImported",
                    "LeadWithdrawn",
                    "LeadMapped",
                ],
                ignoreOrder: true
            );
        told[0]
            .GetProperty("text")
            .GetString()
            .ShouldBe(
                "Captured from 'forms' with name, email, clearing title, with 1 turn of a conversation, with a CRM record that the source knows it by."
            );
        told[^1]
            .GetProperty("text")
            .GetString()
            .ShouldBe("Nothing is wanted of the CRM any more: the person was erased.");
        told.Single(one => one.GetProperty("kind").GetString() == "RecordWritten")
            .GetProperty("event")
            .GetProperty("fields")[0]
            .GetProperty("after")
            .GetString()
            .ShouldBe("[erased]");
    }

    [Fact]
    public async Task What_comes_late_is_kept_without_the_person_too_and_once()
    {
        var workspace = audit.NewWorkspace();
        await audit.AddAsync(workspace, Events.Captured(LeadId, Noon, ("email", LeadId)), Mapped(LeadId, Noon));
        await audit.AddAsync(workspace, Erased(LeadId, Later));
        var late = Written(LeadId, Noon);

        await audit.AddAsync(workspace, late, late);
        await audit.AddAsync(workspace, late);
        await audit.AddAsync(workspace, Erased(LeadId, Later, Events.Other));

        (await DumpAsync()).ShouldNotContain(Canary, Case.Insensitive);
        var name = audit.Keys.NameFor(new LeadKey(workspace, Events.Source, LeadId));
        (await TimelineAsync(workspace, $"source={Events.Source}&leadId={name}")).Count.ShouldBe(5);
    }

    [Fact]
    public async Task A_lead_that_was_mapped_to_nothing_is_forgotten_and_counts_as_before()
    {
        var workspace = audit.NewWorkspace();
        await audit.AddAsync(
            workspace,
            Events.Captured("unspoken", Noon, ("name", Canary)),
            Events.Captured(LeadId, Noon, ("name", Canary)),
            Events.Failed(LeadId, Noon, FailureCatalogue.NoRoute, connection: null)
        );

        await audit.AddAsync(workspace, Erased(LeadId, Later, Guid.Empty), Erased("unspoken", Later, Guid.Empty));

        (await DumpAsync()).ShouldNotContain(Canary, Case.Insensitive);
        var counts = await audit.GetAsync(workspace, "/v1/counts");
        counts.GetProperty("captured").GetInt64().ShouldBe(2);
        counts.GetProperty("unrouted").GetInt64().ShouldBe(1);
        counts.GetProperty("waiting").GetInt64().ShouldBe(0, "nobody speaks of it any more");
        Pairs(counts).ShouldBe(0);
    }

    [Fact]
    public async Task Nothing_slips_past_an_erasure_that_runs_beside_it()
    {
        var workspace = audit.NewWorkspace();
        var leads = Enumerable.Range(0, 20).Select(number => $"{Canary}-{number}").ToList();

        await Task.WhenAll(
            leads.SelectMany(lead =>
                Story(lead)
                    .Select(item => audit.AddAsync(workspace, item))
                    .Append(audit.AddAsync(workspace, Erased(lead, Later)))
            )
        );

        (await DumpAsync()).ShouldNotContain(Canary, Case.Insensitive);
        Pairs(await audit.GetAsync(workspace, "/v1/counts")).ShouldBe(leads.Count);
    }

    private static long Pairs(JsonElement counts) => States.Sum(state => counts.GetProperty(state).GetInt64());

    private async Task<List<JsonElement>> TimelineAsync(string workspace, string query) =>
        [.. (await audit.GetAsync(workspace, $"/v1/timeline?{query}")).GetProperty("events").EnumerateArray()];
}
