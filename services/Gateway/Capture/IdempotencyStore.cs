using System.Security.Cryptography;
using System.Text;
using Dapper;
using LeadSync.Hosting;
using Npgsql;

namespace LeadSync.Gateway.Capture;

/// <summary>
/// Requests that came with an Idempotency-Key: when each was first received and what its body was, as hashes, for both may
/// name a person. Nothing of the answer is kept, for a repeat publishes the very same events, which have one effect.
/// </summary>
public sealed class IdempotencyStore(NpgsqlDataSource database)
{
    /// <summary>
    /// When the request was first received: now, if it is new. Null: the key came before with another body. Committed on
    /// return, so that a request that dies while publishing is recognised when it comes again.
    /// </summary>
    /// <param name="source">The source that the API key is bound to; empty when it is bound to none.</param>
    public async Task<DateTimeOffset?> ReceiveAsync(
        string workspace,
        string source,
        string route,
        string key,
        byte[] bodyHash,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var row = new
        {
            workspace,
            source,
            route,
            key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))),
            bodyHash,
            now,
        };
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var added = await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into idempotency_key (workspace, source, route, key, body_hash, received_at)
                values (@workspace, @source, @route, @key, @bodyHash, @now)
                on conflict do nothing
                """,
                row,
                cancellationToken: cancellationToken
            )
        );
        if (added == 1)
            return now;
        // A statement of its own: only then does it see a row that was committed while the insert waited for it.
        return await connection.QuerySingleOrDefaultAsync<DateTimeOffset?>(
            new CommandDefinition(
                """
                select received_at
                from idempotency_key
                where workspace = @workspace and source = @source and route = @route and key = @key
                    and body_hash = @bodyHash
                """,
                row,
                cancellationToken: cancellationToken
            )
        );
    }

    public async Task<int> ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(
            new CommandDefinition(
                "delete from idempotency_key where received_at < @before",
                new { before },
                cancellationToken: cancellationToken
            )
        );
    }
}

/// <summary>Forgets Idempotency-Keys after their retention, every hour. A key that comes later than that is new again.</summary>
public sealed class IdempotencySweep(
    IdempotencyStore store,
    CaptureOptions options,
    TimeProvider clock,
    ILogger<IdempotencySweep> log
) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (Exception fault) when (Faults.IsInfrastructure(fault))
            {
                if (!stoppingToken.IsCancellationRequested)
                    log.LogWarning(
                        "Forgetting old Idempotency-Keys waits for the database ({Fault})",
                        fault.GetType().Name
                    );
            }
            await Task.Delay(Every, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public Task<int> RunOnceAsync(CancellationToken cancellationToken) =>
        store.ForgetAsync(clock.GetUtcNow() - options.IdempotencyRetention, cancellationToken);
}
