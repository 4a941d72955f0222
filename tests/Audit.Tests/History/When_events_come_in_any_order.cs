using Dapper;
using FsCheck;
using FsCheck.Fluent;
using LeadSync.Contracts;

namespace LeadSync.Audit.Tests.History;

public sealed class When_events_come_in_any_order(AuditUnderTest audit) : IClassFixture<AuditUnderTest>
{
    private static readonly FailureKind[] Kinds =
    [
        FailureCatalogue.RequiredFieldMissing,
        FailureCatalogue.CrmUnavailable,
        FailureCatalogue.ValueDoesNotFit,
    ];

    /// <summary>What six queues, redelivery and parallel consumers do to the order of one lead's events.</summary>
    [Fact]
    public void The_lead_stands_the_same_as_if_they_had_come_in_order_and_once()
    {
        var arrivals =
            from events in Gen.ListOf(Event(), 12)
            from again in Gen.SubListOf(events.ToArray())
            from shuffled in Gen.Shuffle(events.Concat(again).ToArray())
            from size in Gen.Choose(1, 6)
            select (events, shuffled, size);

        Prop.ForAll(
                arrivals.ToArbitrary(),
                arrival =>
                {
                    var (events, shuffled, size) = arrival;
                    CompareAsync(events, shuffled, size).GetAwaiter().GetResult();
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    private async Task CompareAsync(IEnumerable<IEventItem> events, IEventItem[] shuffled, int size)
    {
        var inOrder = audit.NewWorkspace();
        await audit.AddAsync(inOrder, [.. events]);
        var anyhow = audit.NewWorkspace();
        await Task.WhenAll(shuffled.Chunk(size).Select(batch => audit.AddAsync(anyhow, batch)));
        (await StateAsync(anyhow)).ShouldBe(await StateAsync(inOrder));
    }

    private static Gen<IEventItem> Event() =>
        from kind in Gen.Choose(0, 9)
        from lead in Gen.Elements("a", "b")
        from connection in Gen.Elements(Events.Connection, Events.Other)
        from version in Gen.Choose(0, 2)
        from second in Gen.Choose(0, 2)
        from failure in Gen.Elements(Kinds)
        let made = Events.Noon.AddSeconds(version)
        let at = Events.Noon.AddSeconds(10 + second)
        select kind switch
        {
            0 => Events.Captured(lead, made, ("email", "jane@example.com")),
            1 => Events.Withdrawn(lead, made),
            2 => (IEventItem)Events.Mapped(lead, made, connection),
            3 => Events.Mapped(lead, made, connection, withdrawn: true),
            4 => Events.Matched(lead, made, SyncDecision.Skip, "EXISTS_AS_CONTACT"),
            5 => Events.Written(lead, made, WriteOutcome.Created, connection, at),
            6 => Events.Written(lead, made, WriteOutcome.Updated, connection, at),
            7 => Events.Written(lead, made, WriteOutcome.Unchanged, connection, at),
            8 => Events.Failed(lead, made, FailureCatalogue.NoRoute, connection: null, at: at),
            _ => Events.Failed(lead, made, failure, connection, at: at),
        };

    private async Task<string> StateAsync(string workspace)
    {
        await using var connection = await audit.Database.Source.OpenConnectionAsync();
        return (
            await connection.ExecuteScalarAsync<string>(
                """
                select concat_ws(e'\n',
                    (select string_agg((to_jsonb(s) - 'workspace')::text, e'\n' order by lead_id, connection_id)
                        from sync_state s where workspace = @workspace),
                    (select string_agg((to_jsonb(l) - 'workspace')::text, e'\n' order by lead_id)
                        from lead l where workspace = @workspace),
                    (select string_agg(event_id::text, e'\n' order by event_id) from event where workspace = @workspace),
                    (select string_agg(email || lead_id, e'\n' order by lead_id) from lead_email where workspace = @workspace))
                """,
                new { workspace }
            )
        )!;
    }
}
