using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace LeadSync.Hosting.Changes;

/// <summary>
/// Publishes changes of settings once they are committed: claimed, published outside the transaction, marked. What was
/// published but could not be marked is published again with the same event ids. Any number of replicas may run it.
/// </summary>
public sealed class SettingChangeRelay(
    NpgsqlDataSource database,
    Publisher publisher,
    TimeProvider clock,
    ILogger<SettingChangeRelay> log
) : BackgroundService
{
    private const int Most = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync(
            "Telling of changed settings",
            Pause,
            async stop => await RunOnceAsync(stop) == Most,
            clock,
            log,
            stoppingToken
        );

    /// <summary>Publishes what waits, at most 500; says how many there were.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var rows = await ClaimAsync(cancellationToken);
        try
        {
            foreach (var workspace in rows.GroupBy(row => row.Workspace, StringComparer.Ordinal))
                await publisher.PublishAsync(
                    EventKinds.SettingChanged,
                    workspace.Key,
                    [.. workspace.Select(row => JsonSerializer.Deserialize<ChangedSetting>(row.Body, Wire.Json)!)],
                    cancellationToken
                );
        }
        catch
        {
            await UnclaimAsync(rows);
            throw;
        }
        if (rows.Count > 0)
            await MarkAsync(rows, cancellationToken);
        return rows.Count;
    }

    // Whoever dies with a claim leaves it to the next after a minute.
    private async Task<List<Row>> ClaimAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(
            new CommandDefinition(
                """
                update setting_change set claimed_until = now() + interval '1 minute'
                 where id in (select id from setting_change
                               where published_at is null and claimed_until < now()
                               order by id
                               limit @Most
                                 for update skip locked)
                returning id, workspace, body::text as body
                """,
                new { Most },
                cancellationToken: cancellationToken
            )
        );
        return [.. rows.OrderBy(row => row.Id)];
    }

    private async Task UnclaimAsync(List<Row> rows)
    {
        await using var connection = await database.OpenConnectionAsync(CancellationToken.None);
        await connection.ExecuteAsync(
            "update setting_change set claimed_until = '-infinity' where id = any(@ids)",
            new { ids = rows.Select(row => row.Id).ToArray() }
        );
    }

    private async Task MarkAsync(List<Row> rows, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                "update setting_change set published_at = now() where id = any(@ids)",
                new { ids = rows.Select(row => row.Id).ToArray() },
                cancellationToken: cancellationToken
            )
        );
    }

    private sealed record Row(long Id, string Workspace, string Body);
}
