using Dapper;
using LeadSync.Hosting;
using Npgsql;

namespace LeadSync.Audit.History;

/// <summary>
/// Makes the partitions of this month and the two to come, four times a day. Were it never to run, events would go to the default
/// partition: nothing is lost, but those months can no longer be dropped whole.
/// </summary>
public sealed class Partitions(NpgsqlDataSource database, TimeProvider clock, ILogger<Partitions> log)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(6);
    private const int Months = 3;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (Exception fault) when (Faults.IsInfrastructure(fault) && !stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("Making coming months' partitions: {Fault}; trying again later", fault.GetType().Name);
            }
            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Makes what is missing; says how many.</summary>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<int>(
            new CommandDefinition(
                "select make_event_partitions((@now at time zone 'UTC')::date, @Months)",
                new { now = clock.GetUtcNow(), Months },
                cancellationToken: cancellationToken
            )
        );
    }
}
