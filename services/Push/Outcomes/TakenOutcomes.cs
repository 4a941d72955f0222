using Dapper;
using Npgsql;

namespace LeadSync.Push.Outcomes;

/// <summary>Outcomes that nobody else publishes meanwhile. What of them is not ended when this is disposed of, others take.</summary>
public sealed class TakenOutcomes(IReadOnlyList<OutcomeStore.Row> rows, NpgsqlTransaction transaction)
    : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection = transaction.Connection!;

    public IReadOnlyList<OutcomeStore.Row> Rows => rows;

    /// <summary>Ends those that the broker has confirmed, and gives the others up.</summary>
    public async Task EndAsync(IEnumerable<OutcomeStore.Row> published, CancellationToken cancellationToken)
    {
        await _connection.ExecuteAsync(
            new CommandDefinition(
                "delete from outcome where outcome_id = any(@ids)",
                new { ids = published.Select(row => row.OutcomeId).ToArray() },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        await transaction.CommitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
