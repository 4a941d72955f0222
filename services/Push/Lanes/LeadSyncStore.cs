using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Push.Holds;
using LeadSync.Push.Matching;
using LeadSync.Push.Outcomes;
using Npgsql;

namespace LeadSync.Push.Lanes;

/// <summary>All SQL on <c>lead_sync</c>, but for what <see cref="Writing.Settler"/> completes.</summary>
public sealed class LeadSyncStore(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>
    /// Puts leads into their lanes. An older version than the one that is there changes nothing, and one below its floor is
    /// told as skipped.
    /// </summary>
    public async Task TakeInAsync(IReadOnlyList<Arrived<MappedLead>> leads, CancellationToken cancellationToken)
    {
        // In key order, so that two replicas taking in the same leads do not wait for each other in a circle.
        var rows = leads
            .OrderBy(lead => lead.Item.ConnectionId)
            .ThenBy(lead => lead.Item.Source, StringComparer.Ordinal)
            .ThenBy(lead => lead.Item.LeadId, StringComparer.Ordinal)
            .ToList();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var lanes = rows.Select(row => (row.Item.ConnectionId, row.Workspace)).Distinct().ToList();
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into lane (connection_id, workspace)
                select * from unnest(@connections, @workspaces)
                on conflict do nothing
                """,
                new
                {
                    connections = lanes.Select(lane => lane.ConnectionId).ToArray(),
                    workspaces = lanes.Select(lane => lane.Workspace).ToArray(),
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        var isBelow = await VersionFloors.BelowAsync(rows, transaction, cancellationToken);
        var takenIn = await connection.QueryAsync<(Guid Connection, string Source, string LeadId)>(
            new CommandDefinition(
                // A withdrawn lead is done at once: nothing is wanted any more, and the version stays as its tombstone.
                """
                insert into lead_sync as s
                    (connection_id, source, lead_id, workspace, wanted, version, from_version, done_run, keys, trace_parent,
                     priority)
                select n.connection_id, n.source, n.lead_id, n.workspace, n.wanted::jsonb, n.version, n.version,
                       n.withdrawn::int, n.keys::text[], n.trace_parent,
                       n.priority
                  from unnest(@connections, @sources, @leadIds, @workspaces, @wanted, @versions, @withdrawn, @keys, @traces, @priorities)
                    as n (connection_id, source, lead_id, workspace, wanted, version, withdrawn, keys, trace_parent, priority)
                  join lane l on l.connection_id = n.connection_id and l.workspace = n.workspace
                on conflict (connection_id, source, lead_id) do update set
                    wanted = excluded.wanted,
                    version = excluded.version,
                    from_version = case when s.wanted_run > s.done_run then s.from_version else excluded.version end,
                    wanted_run = s.wanted_run + 1,
                    done_run = case when excluded.done_run = 1 then s.wanted_run + 1 else s.done_run end,
                    parked_code = null,
                    parked_at = null,
                    parked_message = null,
                    replayed_by = null,
                    waits_code = null,
                    attempts = 0,
                    due_at = now(),
                    arrived_at = now(),
                    -- What waits already keeps its place when a backfill comes over it.
                    priority = case when excluded.priority < 2 then (s.record_id is not null)::int
                                    when s.wanted_run > s.done_run then s.priority
                                    else 2 end,
                    keys = excluded.keys || case when s.record_id is null then '{}' else array['record:' || s.record_id] end
                                         || case when s.other_record_id is null then '{}' else array['record:' || s.other_record_id] end,
                    trace_parent = excluded.trace_parent
                where excluded.version > s.version
                returning connection_id, source, lead_id
                """,
                new
                {
                    connections = rows.Select(row => row.Item.ConnectionId).ToArray(),
                    sources = rows.Select(row => row.Item.Source).ToArray(),
                    leadIds = rows.Select(row => row.Item.LeadId).ToArray(),
                    workspaces = rows.Select(row => row.Workspace).ToArray(),
                    wanted = rows.Select(row => JsonSerializer.Serialize(row.Item, Wire.Json)).ToArray(),
                    versions = rows.Select(row => row.Item.Version).ToArray(),
                    withdrawn = rows.Zip(isBelow, (row, below) => row.Item.Withdrawn || below).ToArray(),
                    keys = rows.Select(row => PersonKeys.AsText(PersonKeys.Of(row.Item))).ToArray(),
                    traces = rows.Select(row => row.Item.TraceParent).ToArray(),
                    priorities = rows.Select(row => row.Item.Backfill ? (short)2 : (short)0).ToArray(),
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        var discarded = rows.Where((row, index) => isBelow[index] && !row.Item.Withdrawn).ToList();
        if (discarded.Count > 0)
        {
            var news = takenIn.ToHashSet();
            discarded.RemoveAll(row => !news.Contains((row.Item.ConnectionId, row.Item.Source, row.Item.LeadId)));
            await TellDiscardedAsync(discarded, transaction, cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task TellDiscardedAsync(
        IReadOnlyList<Arrived<MappedLead>> leads,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        foreach (var group in leads.GroupBy(lead => lead.Workspace, StringComparer.Ordinal))
        {
            var outcomes = group.Select(lead =>
                Tell.Matched(
                    new WaitingLead(lead.Workspace, lead.Item, 1, lead.Item.Version, 0, [], Link: null),
                    new Match.None(),
                    SyncDecision.Skip,
                    now,
                    HeldLeads.DiscardedReason
                )
            );
            await OutcomeStore.AddAsync(group.Key, [.. outcomes], transaction, cancellationToken);
        }
    }

    /// <summary>
    /// The leads of a lane that are due, without those that are held, or whose keys are taken or still an intent's: new ones before
    /// updates before a backfill, of each the longest waiting first. A fifth is kept for updates and a tenth for the
    /// backfill, where they have as much, so that none waits for ever.
    /// </summary>
    /// <param name="taken">Keys of people that batches under way have in hand.</param>
    public async Task<List<WaitingLead>> TakeDueAsync(
        Lease lease,
        int most,
        IReadOnlyCollection<string> taken,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(
            new CommandDefinition(
                // Asked with bool_or, the thousands of keys that may be held are hashed once, and not compared one by one.
                """
                with held as materialized (
                    select unnest(@taken) as key
                     union select unnest(keys) from intent where connection_id = @ConnectionId)
                select d.workspace, d.wanted::text as wanted, d.wanted_run, d.from_version, d.attempts, d.keys, d.object, d.record_id,
                       d.other_object, d.other_record_id, d.replayed_by, d.waits_code, d.account_id, d.test_batch
                  from unnest('{0,1,2}'::smallint[], '{1,0.2,0.1}'::numeric[]) as class (priority, share)
                 cross join lateral (
                    select s.*, row_number() over (order by s.due_at) as place
                      from lead_sync s
                     where s.connection_id = @ConnectionId and s.priority = class.priority
                       and s.wanted_run > s.done_run and s.parked_code is null and s.due_at <= now()
                       and not (select bool_or(key in (select key from held)) from unnest(s.keys) as key)
                       and not exists (select from hold h
                                        where h.connection_id = s.connection_id and h.source in ('', s.source) and h.object = '')
                     order by s.due_at
                     limit @most) d
                 order by class.priority > 0 and d.place <= @most * class.share desc, class.priority, d.due_at
                 limit @most
                """,
                new
                {
                    lease.ConnectionId,
                    most,
                    taken = taken.ToArray(),
                },
                cancellationToken: cancellationToken
            )
        );
        return [.. rows.Select(row => row.ToLead())];
    }

    /// <summary>
    /// Lets leads that wait for an intent wait until it is next looked at, so that an otherwise empty lane is not served for them.
    /// </summary>
    public async Task DeferHeldAsync(Lease lease, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                update lead_sync s set due_at = i.probe_at
                  from intent i
                 where s.connection_id = @ConnectionId and s.wanted_run > s.done_run and s.parked_code is null and s.due_at <= now()
                   and i.connection_id = s.connection_id and i.state = 'unknown' and i.probe_at > now() and s.keys && i.keys
                """,
                new { lease.ConnectionId },
                cancellationToken: cancellationToken
            )
        );
    }

    // Properties, for Dapper finds no constructor that takes an array.
    private sealed class Row
    {
        public required string Workspace { get; init; }
        public required string Wanted { get; init; }
        public required long WantedRun { get; init; }
        public required long FromVersion { get; init; }
        public required int Attempts { get; init; }
        public required string[] Keys { get; init; }
        public string? Object { get; init; }
        public string? RecordId { get; init; }
        public string? OtherObject { get; init; }
        public string? OtherRecordId { get; init; }
        public string? ReplayedBy { get; init; }
        public string? WaitsCode { get; init; }
        public string? AccountId { get; init; }
        public Guid? TestBatch { get; init; }

        public WaitingLead ToLead() =>
            new(
                Workspace,
                JsonSerializer.Deserialize<MappedLead>(Wanted, Wire.Json)!,
                WantedRun,
                FromVersion,
                Attempts,
                Keys,
                Object is null ? null : new KnownRecord(Object, RecordId!)
            )
            {
                Other = OtherObject is null ? null : new KnownRecord(OtherObject, OtherRecordId!),
                ReplayedBy = ReplayedBy,
                WaitsFor = WaitsCode,
                AccountId = AccountId,
                TestBatch = TestBatch,
            };
    }
}
