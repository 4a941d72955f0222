using Dapper;
using LeadSync.Audit.History;
using LeadSync.Contracts;
using LeadSync.Hosting.People;
using Npgsql;

namespace LeadSync.Audit.Erasure;

/// <summary>
/// Keeps the history of erased people without the people: what is there is rewritten when Mapping tells of the erasure, and
/// what comes late, over whichever queue, is taken in the same way. All events of one lead stay together under one name that
/// nothing leads back from, so that every count stays as it was.
/// </summary>
public sealed class ErasedLeads(ErasureKeys keys)
{
    // Any number that nobody else here locks with.
    private const long Lock = 7_305_441_272;

    /// <summary>
    /// Within the transaction that stores them: erases whom these events tell to erase, and gives the events as they may be
    /// kept. Whoever stores events shares a lock that an erasure has for itself, so that none slips past it.
    /// </summary>
    public async Task<IReadOnlyCollection<Happening>> ForgetAsync(
        IReadOnlyCollection<Happening> events,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        var toErase = events
            .Where(happening => happening.Item is MappedLead { Withdrawn: true, Reason: Happening.Erased })
            .Select(happening => happening.Lead)
            .OfType<LeadKey>()
            .Distinct()
            .ToList();
        await transaction.Connection!.ExecuteAsync(
            new CommandDefinition(
                toErase.Count == 0
                    ? "select pg_advisory_xact_lock_shared(@Lock)"
                    : "select pg_advisory_xact_lock(@Lock)",
                new { Lock },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        foreach (var lead in toErase)
            await EraseAsync(lead, transaction, cancellationToken);

        var erased = await AmongAsync(events, transaction, cancellationToken);
        return erased.Count == 0
            ? events
            :
            [
                .. events.Select(happening =>
                    happening.Lead is { } lead && erased.Contains(lead)
                        ? Happening.Of(happening.Workspace, Forget.In(happening.Item, keys.NameFor(lead)))
                        : happening
                ),
            ];
    }

    private async Task<HashSet<LeadKey>> AmongAsync(
        IReadOnlyCollection<Happening> events,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        var leads = events
            .Select(happening => happening.Lead)
            .OfType<LeadKey>()
            .Distinct()
            .Select(lead => (Lead: lead, Key: keys.OfLead(lead)))
            .ToList();
        var rows = await transaction.Connection!.QueryAsync<(string Workspace, byte[] Key)>(
            new CommandDefinition(
                """
                select e.workspace, e.key
                from unnest(@workspaces, @hashes) as k (workspace, key)
                join erased e on e.workspace = k.workspace and e.key = k.key
                """,
                new
                {
                    workspaces = leads.Select(one => one.Lead.Workspace).ToArray(),
                    hashes = leads.Select(one => one.Key).ToArray(),
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        var known = rows.Select(row => (row.Workspace, Convert.ToHexStringLower(row.Key))).ToHashSet();
        return known.Count == 0
            ? []
            :
            [
                .. leads
                    .Where(one => known.Contains((one.Lead.Workspace, Convert.ToHexStringLower(one.Key))))
                    .Select(one => one.Lead),
            ];
    }

    private async Task EraseAsync(LeadKey lead, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        var name = keys.NameFor(lead);
        var events = (
            await connection.QueryAsync<(Guid EventId, DateTime OccurredAt, string Kind, string Body)>(
                new CommandDefinition(
                    """
                    select event_id, occurred_at, kind, body::text from event
                    where workspace = @Workspace and source = @Source and lead_id = @LeadId
                    """,
                    lead,
                    transaction,
                    cancellationToken: cancellationToken
                )
            )
        ).AsList();
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into erased (workspace, key) values (@Workspace, @key) on conflict do nothing;
                update event e set lead_id = @name, body = n.body::jsonb
                from unnest(@ids, @instants, @bodies) as n (event_id, occurred_at, body)
                where e.workspace = @Workspace and e.event_id = n.event_id and e.occurred_at = n.occurred_at;
                update lead set lead_id = @name
                where workspace = @Workspace and source = @Source and lead_id = @LeadId;
                update sync_state set lead_id = @name
                where workspace = @Workspace and source = @Source and lead_id = @LeadId;
                delete from lead_email where workspace = @Workspace and source = @Source and lead_id = @LeadId;
                """,
                new
                {
                    lead.Workspace,
                    lead.Source,
                    lead.LeadId,
                    key = keys.OfLead(lead),
                    name,
                    ids = events.Select(row => row.EventId).ToArray(),
                    instants = events.Select(row => row.OccurredAt).ToArray(),
                    bodies = events
                        .Select(row =>
                            Happening.Of(lead.Workspace, Forget.In(Happening.Read(row.Kind, row.Body), name)).Body
                        )
                        .ToArray(),
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
    }
}
