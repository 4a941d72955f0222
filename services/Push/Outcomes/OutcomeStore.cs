using Dapper;
using Npgsql;

namespace LeadSync.Push.Outcomes;

/// <summary>All SQL on <c>outcome</c>: inserted with what it tells of, taken, published outside, deleted.</summary>
public sealed class OutcomeStore(NpgsqlDataSource database)
{
    /// <summary>An outcome to publish.</summary>
    public sealed record Row(long OutcomeId, string Workspace, string Kind, string Body);

    public static async Task AddAsync(
        string workspace,
        IReadOnlyList<Outcome> outcomes,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    )
    {
        var told = outcomes.Where(outcome => outcome.TestBatch is null).ToList();
        if (told.Count > 0)
        {
            await transaction.Connection!.ExecuteAsync(
                new CommandDefinition(
                    "insert into outcome (workspace, kind, body) select @workspace, * from unnest(@kinds, @bodies)",
                    new
                    {
                        workspace,
                        kinds = told.Select(outcome => outcome.Kind).ToArray(),
                        bodies = told.Select(outcome => outcome.Body).ToArray(),
                    },
                    transaction,
                    cancellationToken: cancellationToken
                )
            );
        }
        if (told.Count < outcomes.Count)
            await KeepTestedAsync([.. outcomes.Except(told)], transaction, cancellationToken);
    }

    // Nobody captured these leads: whoever heard of them would look for them in vain.
    private static Task KeepTestedAsync(
        IReadOnlyList<Outcome> outcomes,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    ) =>
        transaction.Connection!.ExecuteAsync(
            new CommandDefinition(
                """
                insert into test_outcome (batch_id, kind, body)
                select n.batch_id, n.kind, n.body::jsonb
                  from unnest(@batches, @kinds, @bodies) with ordinality as n (batch_id, kind, body, place)
                 where exists (select from test_batch b where b.batch_id = n.batch_id)
                 order by n.place
                """,
                new
                {
                    batches = outcomes.Select(outcome => outcome.TestBatch!.Value).ToArray(),
                    kinds = outcomes.Select(outcome => outcome.Kind).ToArray(),
                    bodies = outcomes.Select(outcome => outcome.Body).ToArray(),
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );

    /// <summary>
    /// Takes outcomes, oldest first: nobody else takes them until they are ended or given up, or whoever took them dies.
    /// </summary>
    public async Task<TakenOutcomes> TakeAsync(int most, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var rows = await connection.QueryAsync<Row>(
                new CommandDefinition(
                    // The rows are locked, not changed: half of what telling them cost was to write down who tells them. The
                    // limit is for one who is cut off from the database without the database noticing.
                    """
                    set local idle_in_transaction_session_timeout = '1min';
                    select outcome_id, workspace, kind, body
                      from outcome
                     order by outcome_id
                     limit @most
                       for update skip locked
                    """,
                    new { most },
                    transaction,
                    cancellationToken: cancellationToken
                )
            );
            return new TakenOutcomes(rows.AsList(), transaction);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
