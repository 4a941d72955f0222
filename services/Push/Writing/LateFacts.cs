using Dapper;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Lanes;
using LeadSync.Push.Outcomes;
using Npgsql;

namespace LeadSync.Push.Writing;

/// <summary>
/// Keeps the answers of a worker that had lost its lane by the time they came: facts, whoever owns the lane now. Most end
/// an intent, which the owner then turns into an outcome. Where the owner had ended the intent before, because the call could
/// no longer have happened, the lead is taken again, so that the newest value stands in the end.
/// </summary>
public sealed class LateFacts(NpgsqlDataSource database, IntentStore intents, TimeProvider clock)
{
    public async Task StoreAsync(
        Lease lease,
        IReadOnlyList<(Intent Intent, WriteResult Result)> facts,
        CancellationToken cancellationToken
    )
    {
        var ended = await intents.StoreFactsAsync(facts, cancellationToken);
        var written = facts
            .Where(fact => fact.Result.Status == WriteStatus.Written && ended.Contains(fact.Intent.IntentId))
            .ToList();
        if (written.Count > 0)
            await TakeAgainAsync(lease, written, cancellationToken);
    }

    private async Task TakeAgainAsync(
        Lease lease,
        List<(Intent Intent, WriteResult Result)> written,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Beside another value that was applied since: the rules take either in the CRM for ours, not for a rep's.
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into applied as a (connection_id, object, record_id, fields)
                select @ConnectionId, object, record_id, fields::jsonb
                  from unnest(@objects, @recordIds, @fields) as n (object, record_id, fields)
                on conflict (connection_id, object, record_id) do update set fields = excluded.fields || a.fields || (
                    select coalesce(jsonb_object_agg(late.key, a.fields -> late.key || jsonb_build_object('late', late.value)), '{}')
                      from jsonb_each(excluded.fields) late
                     where a.fields -> late.key -> 'value' <> late.value -> 'value')
                """,
                new
                {
                    lease.ConnectionId,
                    objects = written.Select(fact => fact.Intent.Plan.Object).ToArray(),
                    recordIds = written.Select(RecordIdOf).ToArray(),
                    fields = written.Select(fact => AppliedStore.Format(WrittenBy(fact.Intent.Plan))).ToArray(),
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        var rows = await connection.QueryAsync<(string Source, string LeadId, string? RecordId)>(
            new CommandDefinition(
                """
                update lead_sync s
                   set wanted_run = wanted_run + 1, due_at = now(), parked_code = null, parked_at = null, parked_message = null
                  from unnest(@sources, @leadIds) as n (source, lead_id)
                 where s.connection_id = @ConnectionId and s.source = n.source and s.lead_id = n.lead_id
                   and not s.wanted @> '{"withdrawn": true}'
                returning s.source, s.lead_id, s.record_id
                """,
                new
                {
                    lease.ConnectionId,
                    sources = written.Select(fact => fact.Intent.Lead.Wanted.Source).ToArray(),
                    leadIds = written.Select(fact => fact.Intent.Lead.Wanted.LeadId).ToArray(),
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        var links = rows.ToDictionary(row => (row.Source, row.LeadId), row => row.RecordId);
        var twice = written.Where(fact =>
            fact.Intent.Plan.RecordId is null
            && links.GetValueOrDefault((fact.Intent.Lead.Wanted.Source, fact.Intent.Lead.Wanted.LeadId)) is { } link
            && !RecordId.Same(link, RecordIdOf(fact))
        );
        await OutcomeStore.AddAsync(
            lease.Workspace,
            [.. twice.Select(fact => CreatedTwice(fact.Intent, RecordIdOf(fact)))],
            transaction,
            cancellationToken
        );
        await transaction.CommitAsync(cancellationToken);
    }

    private Outcome CreatedTwice(Intent intent, string recordId)
    {
        var message =
            $"The {intent.Plan.Object} {recordId} was created by a call that had been given up; there is another.";
        var trouble = Trouble.Of(SyncStage.Write, FailureCatalogue.CreatedTwice, message, []);
        return Tell.Failed(intent.Lead, trouble, clock.GetUtcNow());
    }

    // Not what the CRM held already: that was nobody's doing.
    private static Dictionary<string, AppliedField> WrittenBy(WritePlan plan) =>
        plan.Applied.Where(field => plan.Values.ContainsKey(field.Key)).ToDictionary(StringComparer.Ordinal);

    private static string RecordIdOf((Intent Intent, WriteResult Result) fact) =>
        fact.Result.RecordId ?? fact.Intent.Plan.RecordId!;
}
