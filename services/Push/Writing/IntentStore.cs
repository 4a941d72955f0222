using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using LeadSync.Crm;
using LeadSync.Push.Lanes;
using LeadSync.Push.Outcomes;
using Npgsql;

namespace LeadSync.Push.Writing;

/// <summary>
/// All SQL on <c>intent</c>, but for their end, which is <see cref="Settler"/>'s. States: open (a call is under way),
/// unknown (its answer is lost), written and refused (stored by a worker that had lost the lane by then).
/// </summary>
public sealed class IntentStore(NpgsqlDataSource database)
{
    // Most of what can be said of a write is not said of a plain one: half as long without, and nothing to compress.
    private static readonly JsonSerializerOptions BodyFormat = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Writes intents down, with the outcomes that tell of the match. Throws when the lane is no longer ours.</summary>
    public async Task CommitAsync(
        Lease lease,
        IReadOnlyList<Intent> intents,
        IReadOnlyList<Outcome> outcomes,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LeaseStore.CheckAsync(lease, transaction, cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into intent (intent_id, connection_id, workspace, source, lead_id, run, version, from_version, object,
                                    record_id, body, keys, made_at, send_before, certain_at)
                select n.intent_id, @ConnectionId, @Workspace, n.source, n.lead_id, n.run, n.version, n.from_version, n.object,
                       n.record_id, n.body::jsonb, n.keys::text[], n.made_at,
                       n.send_before, n.certain_at
                  from unnest(@ids, @sources, @leadIds, @runs, @versions, @fromVersions, @objects, @recordIds, @bodies, @keys,
                              @madeAt, @sendBefore, @certainAt)
                    as n (intent_id, source, lead_id, run, version, from_version, object, record_id, body, keys, made_at,
                          send_before, certain_at)
                """,
                new
                {
                    lease.ConnectionId,
                    lease.Workspace,
                    ids = intents.Select(intent => intent.IntentId).ToArray(),
                    sources = intents.Select(intent => intent.Lead.Wanted.Source).ToArray(),
                    leadIds = intents.Select(intent => intent.Lead.Wanted.LeadId).ToArray(),
                    runs = intents.Select(intent => intent.Lead.Run).ToArray(),
                    versions = intents.Select(intent => intent.Lead.Wanted.Version).ToArray(),
                    fromVersions = intents.Select(intent => intent.Lead.FromVersion).ToArray(),
                    objects = intents.Select(intent => intent.Plan.Object).ToArray(),
                    recordIds = intents.Select(intent => intent.Plan.RecordId).ToArray(),
                    bodies = intents.Select(intent => JsonSerializer.Serialize(intent, BodyFormat)).ToArray(),
                    keys = intents.Select(intent => PersonKeys.AsText(intent.Keys)).ToArray(),
                    madeAt = intents.Select(intent => intent.MadeAt).ToArray(),
                    sendBefore = intents.Select(intent => intent.SendBefore).ToArray(),
                    certainAt = intents.Select(intent => intent.CertainAt).ToArray(),
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        await OutcomeStore.AddAsync(lease.Workspace, outcomes, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Forgets intents that certainly never happened, while another of their lead is still to end.</summary>
    public async Task ForgetAsync(Lease lease, IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
            return;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LeaseStore.CheckAsync(lease, transaction, cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                "delete from intent where connection_id = @ConnectionId and intent_id = any(@ids)",
                new { lease.ConnectionId, ids = ids.ToArray() },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// Called by a new owner of the lane: what an earlier one had under way is unknown, unless that one has stored its
    /// answer, or does so later.
    /// </summary>
    public async Task AbandonOpenAsync(Lease lease, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var abandoned = await connection.ExecuteAsync(
            new CommandDefinition(
                "update intent set state = 'unknown', probe_at = now() where connection_id = @ConnectionId and state = 'open'",
                new { lease.ConnectionId },
                cancellationToken: cancellationToken
            )
        );
        Measures.Rescued.Add(abandoned);
    }

    /// <summary>Before intents are sent again, having certainly been refused: their times begin anew.</summary>
    public async Task ExtendAsync(IReadOnlyList<Intent> intents, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                update intent set send_before = @SendBefore, certain_at = @CertainAt,
                                  body = body || jsonb_build_object('sendBefore', @SendBefore, 'certainAt', @CertainAt)
                 where intent_id = any(@ids)
                """,
                new
                {
                    ids = intents.Select(intent => intent.IntentId).ToArray(),
                    intents[0].SendBefore,
                    intents[0].CertainAt,
                },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>
    /// Stores answers by intent, whoever owns the lane by now. Gives those whose intent the owner has ended meanwhile: what
    /// is to be done about them, <see cref="LateFacts"/> knows.
    /// </summary>
    public async Task<IReadOnlySet<Guid>> StoreFactsAsync(
        IReadOnlyList<(Intent Intent, WriteResult Result)> facts,
        CancellationToken cancellationToken
    )
    {
        var certain = facts.Where(fact => fact.Result.Status != WriteStatus.Unknown).ToList();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var ended = await connection.QueryAsync<Guid>(
            new CommandDefinition(
                """
                update intent i set state = n.state, result = n.result::jsonb, probe_at = null
                  from unnest(@ids, @states, @results) as n (intent_id, state, result)
                 where i.intent_id = n.intent_id and i.state in ('open', 'unknown');
                select n.id from unnest(@ids) as n (id) where not exists (select from intent where intent_id = n.id)
                """,
                new
                {
                    ids = certain.Select(fact => fact.Intent.IntentId).ToArray(),
                    states = certain
                        .Select(fact => fact.Result.Status == WriteStatus.Written ? "written" : "refused")
                        .ToArray(),
                    results = certain
                        .Select(fact => JsonSerializer.Serialize(fact.Result, JsonSerializerOptions.Web))
                        .ToArray(),
                },
                cancellationToken: cancellationToken
            )
        );
        return ended.ToHashSet();
    }

    /// <summary>Makes intents unknown, and says when each is looked for next.</summary>
    public async Task MakeUnknownAsync(
        Lease lease,
        IReadOnlyList<(Guid IntentId, int Probes, TimeSpan Wait)> intents,
        IReadOnlyList<Outcome> outcomes,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LeaseStore.CheckAsync(lease, transaction, cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                update intent i set state = 'unknown', probes = n.probes, probe_at = now() + n.wait
                  from unnest(@ids, @probes, @waits) as n (intent_id, probes, wait)
                 where i.intent_id = n.intent_id and i.state in ('open', 'unknown')
                """,
                new
                {
                    ids = intents.Select(intent => intent.IntentId).ToArray(),
                    probes = intents.Select(intent => intent.Probes).ToArray(),
                    waits = intents.Select(intent => intent.Wait).ToArray(),
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        await OutcomeStore.AddAsync(lease.Workspace, outcomes, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// The lane's intents whose answer was stored, unless another of their lead has none yet; those unknown ones that are to be looked for now, and those given up
    /// that a person has decided about since.
    /// </summary>
    public async Task<List<Intent>> ReadDueAsync(Lease lease, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string Body, string? Result, int Probes, bool IsReleased)>(
            new CommandDefinition(
                """
                select i.body::text, i.result::text, i.probes, i.given_up_at is not null and i.result is null
                  from intent i
                  left join lead_sync s using (connection_id, source, lead_id)
                 where i.connection_id = @ConnectionId
                   and case when i.state in ('written', 'refused')
                            then not exists (select from intent o
                                              where o.connection_id = i.connection_id and o.source = i.source and o.lead_id = i.lead_id
                                                and o.state in ('open', 'unknown'))
                            when i.given_up_at is null then i.state = 'unknown' and i.probe_at <= now()
                            else s.done_run >= i.run or (s.parked_code is null and s.replayed_by is not null) end
                 order by i.made_at, i.source, i.lead_id
                 limit 500
                """,
                new { lease.ConnectionId },
                cancellationToken: cancellationToken
            )
        );
        return
        [
            .. rows.Select(row =>
                Read(row.Body, row.Probes) with
                {
                    Result = row.Result is null
                        ? null
                        : JsonSerializer.Deserialize<WriteResult>(row.Result, JsonSerializerOptions.Web),
                    IsReleased = row.IsReleased,
                }
            ),
        ];
    }

    /// <summary>Every create of the lane that is under way or unknown, and not given up.</summary>
    public async Task<List<(Intent Intent, bool IsUnderWay)>> ReadCreatesAsync(
        Lease lease,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string Body, int Probes, bool IsUnderWay)>(
            new CommandDefinition(
                """
                select body::text, probes, state = 'open'
                  from intent
                 where connection_id = @ConnectionId and record_id is null and state in ('open', 'unknown') and given_up_at is null
                """,
                new { lease.ConnectionId },
                cancellationToken: cancellationToken
            )
        );
        return [.. rows.Select(row => (Read(row.Body, row.Probes), row.IsUnderWay))];
    }

    /// <summary>Which of these records leads of the connection are known to be.</summary>
    public async Task<IReadOnlySet<string>> ReadLinkedAsync(
        Lease lease,
        IReadOnlyCollection<string> recordIds,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var linked = await connection.QueryAsync<string>(
            new CommandDefinition(
                "select distinct record_id from lead_sync where connection_id = @ConnectionId and record_id = any(@ids)",
                new { lease.ConnectionId, ids = recordIds.ToArray() },
                cancellationToken: cancellationToken
            )
        );
        return linked.ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Leaves unknown intents to a person; they hold their keys until one has decided.</summary>
    public async Task GiveUpAsync(Lease lease, IReadOnlyList<Guid> ids, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                update intent set given_up_at = now(), probe_at = now() + interval '100 years'
                 where connection_id = @ConnectionId and intent_id = any(@ids) and state = 'unknown'
                """,
                new { lease.ConnectionId, ids = ids.ToArray() },
                cancellationToken: cancellationToken
            )
        );
    }

    private static Intent Read(string body, int probes) =>
        JsonSerializer.Deserialize<Intent>(body, BodyFormat)! with
        {
            Probes = probes,
        };
}
