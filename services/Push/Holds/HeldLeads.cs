using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Push.Lanes;
using LeadSync.Push.Matching;
using LeadSync.Push.Outcomes;
using Npgsql;

namespace LeadSync.Push.Holds;

/// <summary>Ends the waiting of held leads that are not to be sent: discarded by a person, or held for too long.</summary>
public sealed class HeldLeads(NpgsqlDataSource database, TimeProvider clock)
{
    public const string DiscardedReason = "DISCARDED";
    private const int AtOnce = 500;

    /// <summary>
    /// Discards what waits for a connection and came in before now: each lead is told as skipped. It is sent again only
    /// when it is captured anew.
    /// </summary>
    /// <param name="source">Only leads of this source; empty: of every one.</param>
    /// <param name="beforeVersion">Only versions before this one; null: every one.</param>
    public async Task DiscardAsync(
        string workspace,
        Guid connectionId,
        string source,
        long? beforeVersion,
        CancellationToken cancellationToken
    )
    {
        DateTime until;
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
            until = await connection.ExecuteScalarAsync<DateTime>("select now()");
        // In steps, so that no transaction holds a whole lane; what is done stays done when it is stopped in between.
        while (
            await DiscardSomeAsync(workspace, connectionId, source, beforeVersion, until, cancellationToken) == AtOnce
        ) { }
    }

    /// <summary>Parks up to 500 leads that were held for longer than this, with a code that says so; gives how many.</summary>
    public async Task<int> ExpireSomeAsync(TimeSpan after, CancellationToken cancellationToken)
    {
        var message = $"The lead was held for {after.TotalDays:0} days, and is not sent any more.";
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(
            new CommandDefinition(
                """
                update lead_sync s set parked_code = @Code, parked_at = now(), parked_message = @message
                 where (connection_id, source, lead_id) in (
                    select p.connection_id, p.source, p.lead_id
                      from lead_sync p
                      join hold h on h.connection_id = p.connection_id and h.source in ('', p.source) and h.object = ''
                     where p.wanted_run > p.done_run and p.parked_code is null and p.test_batch is null
                       and greatest(h.held_at, p.arrived_at) < now() - @after
                     limit @AtOnce
                       for update of p skip locked)
                returning s.workspace, s.wanted::text as wanted, s.wanted_run, s.from_version, s.attempts, s.test_batch
                """,
                new
                {
                    FailureCatalogue.HeldTooLong.Code,
                    message,
                    after,
                    AtOnce,
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        var leads = rows.Select(row => row.ToLead()).ToList();
        var trouble = Trouble.Of(SyncStage.Write, FailureCatalogue.HeldTooLong, message, []);
        foreach (var group in leads.GroupBy(lead => lead.Workspace, StringComparer.Ordinal))
        {
            await OutcomeStore.AddAsync(
                group.Key,
                [.. group.Select(lead => Tell.Failed(lead, trouble, clock.GetUtcNow()))],
                transaction,
                cancellationToken
            );
        }
        await transaction.CommitAsync(cancellationToken);
        return leads.Count;
    }

    private async Task<int> DiscardSomeAsync(
        string workspace,
        Guid connectionId,
        string source,
        long? beforeVersion,
        DateTime until,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // A lead whose answer from the CRM was lost is left: what became of it is still looked for.
        var rows = await connection.QueryAsync<Row>(
            new CommandDefinition(
                """
                update lead_sync s set done_run = wanted_run, attempts = 0
                 where (connection_id, source, lead_id) in (
                    select p.connection_id, p.source, p.lead_id
                      from lead_sync p
                     where p.connection_id = @connectionId and p.workspace = @workspace
                       and p.wanted_run > p.done_run and p.parked_code is null and p.arrived_at <= @until
                       and (@source = '' or p.source = @source)
                       and (@beforeVersion::bigint is null or p.version < @beforeVersion)
                       and not exists (select from intent i
                                        where i.connection_id = p.connection_id and i.source = p.source and i.lead_id = p.lead_id)
                     limit @AtOnce
                       for update)
                returning s.workspace, s.wanted::text as wanted, s.wanted_run, s.from_version, s.attempts, s.test_batch
                """,
                new
                {
                    connectionId,
                    workspace,
                    source,
                    beforeVersion,
                    until,
                    AtOnce,
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        var now = clock.GetUtcNow();
        var outcomes = rows.Select(row =>
                Tell.Matched(row.ToLead(), new Match.None(), SyncDecision.Skip, now, DiscardedReason)
            )
            .ToList();
        await OutcomeStore.AddAsync(workspace, outcomes, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return outcomes.Count;
    }

    private sealed record Row
    {
        public required string Workspace { get; init; }
        public required string Wanted { get; init; }
        public required long WantedRun { get; init; }
        public required long FromVersion { get; init; }
        public required int Attempts { get; init; }
        public Guid? TestBatch { get; init; }

        public WaitingLead ToLead() =>
            new(
                Workspace,
                JsonSerializer.Deserialize<MappedLead>(Wanted, Wire.Json)!,
                WantedRun,
                FromVersion,
                Attempts,
                [],
                Link: null
            )
            {
                TestBatch = TestBatch,
            };
    }
}
