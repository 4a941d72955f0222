using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using LeadSync.Contracts;
using LeadSync.Mapping.Fields;
using LeadSync.Mapping.Leads;

namespace LeadSync.Mapping.Tests;

public sealed class When_patches_arrive_in_any_order
{
    private static readonly LeadKey Key = new("acme", "import", "1");
    private static readonly DateTimeOffset Start = new(2026, 1, 31, 9, 0, 0, TimeSpan.Zero);

    private static readonly ObjectMapping Mapping = new(
        "Lead",
        [
            Entry("FirstName", "a"),
            Entry("LastName", "b"),
            Entry("Title", "c"),
            Entry("Email", "email"),
            Entry("Called__c", "$firstCapturedAt"),
            Entry("Last__c", "$lastCapturedAt"),
            Entry("Description", "$source"),
        ],
        Schemas.Lead with
        {
            Fields = [.. Schemas.Lead.Fields, Schemas.Field("Last__c", "datetime", 0)],
        }
    );

    private static MappingEntry Entry(string field, string from) =>
        new(field, from, null, null, WriteRule.Overwrite, Start);

    // Few instants, few ids and few values, so that they meet: ties are what this is about.
    private static readonly Gen<LeadChange> Change =
        from second in Gen.Choose(0, 4)
        from id in Gen.Choose(1, 3)
        from kind in Gen.Choose(0, 6)
        from fields in Gen.ListOf(
            Gen.Zip(
                Gen.Elements("a", "b", "c", "email"),
                Gen.Elements("\"x\"", "\"y\"", "null", "\"\"", "1.0", "10e-1")
            )
        )
        from completed in Gen.Elements<bool?>(null, true, false)
        from record in Gen.Elements<string?>(null, "00Q000000000001", "00Q000000000001AAA", "00Q000000000002")
        select kind == 0
            ? (LeadChange)
                new LeadChange.Withdrawn(
                    Key.Workspace,
                    new WithdrawnLead
                    {
                        EventId = Id(id),
                        OccurredAt = Start.AddSeconds(second),
                        Source = Key.Source,
                        LeadId = Key.LeadId,
                    }
                )
            : new LeadChange.Captured(
                Key.Workspace,
                new CapturedLead
                {
                    EventId = Id(id),
                    OccurredAt = Start.AddSeconds(second),
                    TraceParent = $"trace of {id}",
                    Source = Key.Source,
                    LeadId = Key.LeadId,
                    Fields = fields
                        .DistinctBy(field => field.Item1, StringComparer.Ordinal)
                        .ToDictionary(
                            field => field.Item1,
                            field => JsonElement.Parse(field.Item2),
                            StringComparer.Ordinal
                        ),
                    Completed = completed,
                    Records = record is null ? null : [new KnownRecord("Lead", record)],
                    Turns = [new ConversationTurn("c", $"{kind}", Start, "visitor", $"{second} {id}")],
                    Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["k"] = $"{kind}" },
                }
            );

    private static Guid Id(int id) => new(id, 0, 0, new byte[8]);

    private static readonly Arbitrary<(LeadChange[] Changes, int Seed)> Histories = (
        from changes in Gen.ArrayOf(Change)
        from seed in Gen.Choose(0, int.MaxValue)
        select (changes, seed)
    ).ToArbitrary();

    [Fact]
    public void The_lead_and_what_is_wanted_of_it_are_the_same() =>
        Check.One(
            FsCheck.Config.QuickThrowOnFailure.WithMaxTest(1_000),
            Prop.ForAll(
                Histories,
                history =>
                {
                    var random = new Random(history.Seed);
                    var shuffled = history
                        .Changes.Concat(history.Changes.Where(_ => random.Next(2) == 0))
                        .OrderBy(_ => random.Next())
                        .ToArray();

                    Wanted(history.Changes).ShouldBe(Wanted(shuffled));
                }
            )
        );

    [Theory]
    // Late and telling nothing else; late and older than a withdrawal, before or after the lead came again.
    [InlineData(3, 1)]
    [InlineData(3, -2, 1)]
    [InlineData(-2, 3, 1)]
    public void The_earliest_capture_counts_whenever_it_comes(params int[] seconds)
    {
        var changes = seconds.Select(Change).ToArray();

        var lead = Apply(changes);

        lead.FirstCapturedAt.ShouldBe(Start.AddSeconds(1));
        lead.IsNews.ShouldBeTrue();
        lead.IsNews = false;
        Apply([changes[^1]], lead).IsNews.ShouldBeFalse();

        // Below zero: withdrawn then.
        static LeadChange Change(int second) =>
            second < 0
                ? new LeadChange.Withdrawn(
                    Key.Workspace,
                    new WithdrawnLead
                    {
                        EventId = Id(1),
                        OccurredAt = Start.AddSeconds(-second),
                        Source = Key.Source,
                        LeadId = Key.LeadId,
                    }
                )
                : new LeadChange.Captured(
                    Key.Workspace,
                    new CapturedLead
                    {
                        EventId = Id(1),
                        OccurredAt = Start.AddSeconds(second),
                        Source = Key.Source,
                        LeadId = Key.LeadId,
                        Fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
                        {
                            ["a"] = JsonElement.Parse("\"x\""),
                        },
                    }
                );
    }

    [Fact]
    public void Whatever_came_before_is_no_news_again() =>
        Check.One(
            FsCheck.Config.QuickThrowOnFailure.WithMaxTest(300),
            Prop.ForAll(
                Histories,
                history =>
                {
                    var lead = Apply(history.Changes);
                    lead.IsNews = false;
                    Apply(history.Changes, lead).IsNews.ShouldBeFalse();
                }
            )
        );

    private static WorkingLead Apply(LeadChange[] changes, WorkingLead? lead = null)
    {
        lead ??= new WorkingLead(1, Key, 0, new LeadState());
        foreach (var change in changes)
        {
            if (change is LeadChange.Captured(_, var patch))
                lead.Apply(patch, Start);
            if (change is LeadChange.Withdrawn(_, var withdrawal))
                lead.Withdraw(withdrawal);
            // Stored and read again in between, as between two batches.
            lead = Reread(lead);
        }
        return lead;
    }

    private static WorkingLead Reread(WorkingLead lead)
    {
        var stored = JsonSerializer.Serialize(lead.State, LeadJson.Default.LeadState);
        var again = new WorkingLead(1, Key, 1, JsonSerializer.Deserialize(stored, LeadJson.Default.LeadState)!)
        {
            IsNews = lead.IsNews,
            FirstCapturedAt = lead.FirstCapturedAt,
            LastCapturedAt = lead.LastCapturedAt,
        };
        foreach (var (turn, known) in lead.KnownTurns.Where(turn => !lead.State.IsDropped(turn.Value)))
            again.KnownTurns[turn] = known;
        foreach (var (turn, stored2) in lead.NewTurns)
            again.KnownTurns[turn] = stored2.Captured;
        return again;
    }

    private static string Wanted(LeadChange[] changes)
    {
        var lead = Apply(changes);
        // Of one that is withdrawn nothing is said.
        if (lead.State.IsWithdrawn)
            return $"withdrawn {lead.FirstCapturedAt:O}";
        var outcome = FieldMapper.Map(lead.ToMap(), [Mapping], "Lead");
        var said = outcome is MappingOutcome.Mapped mapped
            ? JsonSerializer.Serialize(MappingEvents.Mapped(lead, Guid.Empty, "Lead", 1, mapped), Wire.Json)
            : JsonSerializer.Serialize(((MappingOutcome.CannotMap)outcome).Faults);
        var kept = lead
            .State.Fields.OrderBy(field => field.Key, StringComparer.Ordinal)
            .Select(field =>
                $"{field.Key}={CapturedValue.Text(field.Value.Value)}@{field.Value.At:O}/{field.Value.By}"
            );
        var turns = lead
            .KnownTurns.OrderBy(turn => turn.Key.Turn, StringComparer.Ordinal)
            .Select(turn => $"{turn.Key.Turn}@{turn.Value.At:O}/{turn.Value.By}");
        return $"{said}\n{string.Join('\n', kept)}\n{string.Join('\n', turns)}\n{lead.State.IsWithdrawn} {lead.State.Completed}";
    }
}
