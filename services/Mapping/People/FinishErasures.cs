using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Hosting;
using LeadSync.Hosting.Bus;
using Npgsql;

namespace LeadSync.Mapping.People;

/// <summary>
/// Carries erasures to where else the person is known: Push and Audit are told, dead letters are looked through. Repeated
/// until it is done, whatever was down meanwhile; twice does no harm.
/// </summary>
public sealed class FinishErasures(
    NpgsqlDataSource database,
    Publisher publisher,
    ErasedDeadLetters letters,
    TimeProvider clock,
    ILogger<FinishErasures> log
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // Somebody waits for the answer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync("Erasing people elsewhere", Pause, RunOnceAsync, clock, log, stoppingToken);

    /// <summary>Finishes one erasure; false when none is left to do.</summary>
    public Task<bool> RunOnceAsync(CancellationToken cancellationToken) => RunAsync(only: null, cancellationToken);

    /// <summary>Finishes an erasure that was just committed, claimed for its caller, where that can be done at once.</summary>
    /// <returns>Whether it was; else it is done later.</returns>
    public async Task<bool> TryAsync(Guid erasure, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(erasure, cancellationToken);
        }
        catch (Exception fault) when (Faults.IsInfrastructure(fault) && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<bool> RunAsync(Guid? only, CancellationToken cancellationToken)
    {
        if (await ClaimAsync(only, cancellationToken) is not { } erasure)
            return false;
        try
        {
            var traces = JsonSerializer.Deserialize<PersonTraces>(erasure.Traces, JsonSerializerOptions.Web)!;
            await publisher.PublishAsync(
                EventKinds.LeadMapped,
                erasure.Workspace,
                traces.Told,
                cancellationToken,
                Patience
            );
            await letters.RemoveAsync(erasure.Workspace, traces, cancellationToken);
        }
        catch
        {
            await ExecuteAsync("update erasure set claimed_until = '-infinity' where id = @Id", erasure);
            throw;
        }
        await ExecuteAsync("delete from erasure where id = @Id", erasure);
        return true;
    }

    private async Task ExecuteAsync(string sql, Row erasure)
    {
        await using var connection = await database.OpenConnectionAsync(CancellationToken.None);
        await connection.ExecuteAsync(sql, new { erasure.Id });
    }

    // Whoever dies with a claim leaves it to the next.
    private async Task<Row?> ClaimAsync(Guid? only, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Row>(
            new CommandDefinition(
                """
                update erasure set claimed_until = now() + interval '30 seconds'
                 where id = (select id from erasure
                              where case when @only::uuid is null then claimed_until < now() else id = @only end
                              order by claimed_until
                              limit 1
                                for update skip locked)
                returning id, workspace, traces::text as traces
                """,
                new { only },
                cancellationToken: cancellationToken
            )
        );
    }

    private sealed record Row(Guid Id, string Workspace, string Traces);
}
