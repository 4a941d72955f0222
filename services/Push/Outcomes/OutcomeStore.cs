using Dapper;
using Npgsql;

namespace LeadSync.Push.Outcomes;

/// <summary>All SQL on <c>outcome</c>: inserted with what it tells of, claimed, published outside, deleted.</summary>
public sealed class OutcomeStore(NpgsqlDataSource database)
{
    /// <summary>A claimed outcome.</summary>
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

    /// <summary>Claims outcomes for a minute, oldest first; whoever dies with a claim leaves them to the next.</summary>
    public async Task<List<Row>> ClaimAsync(int most, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(
            new CommandDefinition(
                """
                update outcome set claimed_until = now() + interval '1 minute'
                 where outcome_id in (select outcome_id from outcome
                                       where claimed_until < now()
                                       order by outcome_id
                                       limit @most
                                         for update skip locked)
                returning outcome_id, workspace, kind, body
                """,
                new { most },
                cancellationToken: cancellationToken
            )
        );
        return [.. rows.OrderBy(row => row.OutcomeId)];
    }

    /// <summary>Gives claimed outcomes back, so that they need not wait for the claim to lapse.</summary>
    public async Task UnclaimAsync(IReadOnlyList<Row> claimed, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                "update outcome set claimed_until = '-infinity' where outcome_id = any(@ids)",
                new { ids = claimed.Select(row => row.OutcomeId).ToArray() },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>Ends outcomes that the broker has confirmed.</summary>
    public async Task DeleteAsync(IReadOnlyList<Row> published, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                "delete from outcome where outcome_id = any(@ids)",
                new { ids = published.Select(row => row.OutcomeId).ToArray() },
                cancellationToken: cancellationToken
            )
        );
    }
}
