using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Mapping.Fields;
using LeadSync.Mapping.Leads;

namespace LeadSync.Mapping.Tests;

/// <summary>What happened to one lead, in the order in which it happened.</summary>
internal sealed class History(string workspace, string leadId, IReadOnlyList<LeadChange> changes)
{
    public static readonly DateTimeOffset Start = new(2026, 1, 31, 9, 0, 0, TimeSpan.Zero);

    private static readonly string[] Fields = ["lastName", "company", "title", "email"];
    private static readonly string[] Values = ["null", "\"x\"", "\"y\"", "\"z z\"", "\"\"", "1.0", "10e-1"];
    private static readonly string[] Records = ["00Q000000000001", "00Q000000000001AAA", "00Q000000000002"];

    /// <summary>As <see cref="Stores"/> saves them.</summary>
    public static IReadOnlyList<ObjectMapping> Mappings { get; } =
    [
        new("Contact", Stores.Entries, Schemas.Lead with { Object = "Contact" }),
        new("Lead", Stores.Entries, Schemas.Lead),
    ];

    public string LeadId => leadId;

    // Few instants and few values, so that they meet; ids are each of one item, as they are in life.
    public static History Make(Random random, string workspace, string leadId)
    {
        var count = random.Next(2, 13);
        var changes = new List<LeadChange>(count);
        for (var number = 0; number < count; number++)
        {
            var at = Start.AddSeconds(random.Next(8));
            var bytes = new byte[16];
            random.NextBytes(bytes);
            var id = new Guid(bytes);
            changes.Add(
                random.Next(12) == 0
                    ? new LeadChange.Withdrawn(
                        workspace,
                        new WithdrawnLead
                        {
                            EventId = id,
                            OccurredAt = at,
                            Source = "form",
                            LeadId = leadId,
                        }
                    )
                    : new LeadChange.Captured(workspace, Patch(random, leadId, id, at))
            );
        }
        return new History(workspace, leadId, changes);
    }

    private static CapturedLead Patch(Random random, string leadId, Guid id, DateTimeOffset at)
    {
        var names = Fields.Where(_ => random.Next(2) == 0).ToArray();
        return new CapturedLead
        {
            EventId = id,
            OccurredAt = at,
            Source = "form",
            LeadId = leadId,
            Fields = names.ToDictionary(
                name => name,
                // The CRM takes no lead whose last name or company was cleared.
                name => JsonElement.Parse(Values[random.Next(name is "lastName" or "company" ? 1 : 0, Values.Length)]),
                StringComparer.Ordinal
            ),
            Completed = random.Next(4) == 0 ? random.Next(2) == 0 : null,
            Records = random.Next(4) == 0 ? [new KnownRecord("Lead", Records[random.Next(Records.Length)])] : null,
            Turns =
                random.Next(3) == 0
                    ? [new ConversationTurn("c", $"{random.Next(3)}", at, "visitor", $"turn of {id}")]
                    : null,
            Metadata =
                random.Next(3) == 0
                    ? new Dictionary<string, string>(StringComparer.Ordinal) { ["n"] = $"{random.Next(3)}" }
                    : null,
        };
    }

    /// <summary>Each change at least once, some twice or thrice, in any order.</summary>
    public LeadChange[] Deliveries(Random random)
    {
        var deliveries = changes.SelectMany(change =>
            Enumerable.Repeat(change, 1 + random.Next(3) / 2 * random.Next(1, 3))
        );
        var shuffled = deliveries.ToArray();
        random.Shuffle(shuffled);
        return shuffled;
    }

    public static IEnumerable<LeadChange[]> Batches(Random random, LeadChange[] deliveries)
    {
        for (var at = 0; at < deliveries.Length; )
        {
            var size = random.Next(1, 8);
            yield return deliveries[at..Math.Min(at + size, deliveries.Length)];
            at += size;
        }
    }

    /// <summary>What is to be said last: as if everything had come once, and in order, in one batch.</summary>
    public string End()
    {
        var lead = new WorkingLead(1, new LeadKey(workspace, "form", leadId), 0, new LeadState());
        foreach (var change in changes.OrderBy(At))
        {
            if (change is LeadChange.Captured(_, var patch))
                lead.Apply(patch, Start);
            else
                lead.Withdraw(((LeadChange.Withdrawn)change).Withdrawal);
        }
        if (lead.State.IsWithdrawn)
            return Said(null);
        var mapped = (MappingOutcome.Mapped)FieldMapper.Map(lead.State, Mappings, "Lead");
        return Said(MappingEvents.Mapped(lead, Guid.Empty, "Lead", 1, mapped.Sections));
    }

    private static DateTimeOffset At(LeadChange change) =>
        change switch
        {
            LeadChange.Captured(_, var patch) => patch.OccurredAt,
            LeadChange.Withdrawn(_, var withdrawal) => withdrawal.OccurredAt,
            _ => default,
        };

    /// <summary>What a message says, whatever its version. Nothing, and that nothing is wanted, come to the same.</summary>
    public static string Said(MappedLead? mapped)
    {
        if (mapped is null or { Withdrawn: true })
            return "nothing";
        var node = JsonSerializer.SerializeToNode(mapped, Wire.Json)!.AsObject();
        foreach (var ours in new[] { "eventId", "occurredAt", "version", "connectionId" })
            node.Remove(ours);
        return node.ToJsonString();
    }
}
