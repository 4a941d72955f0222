using LeadSync.Hosting;

namespace LeadSync.Mapping.Connections;

/// <summary>Reads the schemas of mapped objects again, every few minutes and when there is reason to doubt one.</summary>
public sealed class SchemaRefresher(
    SchemaCopies copies,
    ConnectorClient connector,
    MappingOptions options,
    TimeProvider clock,
    ILogger<SchemaRefresher> log
) : BackgroundService
{
    private const int Most = 20;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync(
            "Reading schemas again",
            options.DueEvery,
            async stop => await RunOnceAsync(stop) == Most,
            clock,
            log,
            stoppingToken
        );

    /// <returns>How many were asked for.</returns>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var due = await copies.ClaimAsync(Most, cancellationToken);
        foreach (var check in due)
        {
            var reading = await connector.ReadSchemaAsync(
                check.Workspace,
                check.ConnectionId,
                check.Object,
                cancellationToken,
                check.DoubtedAt
            );
            // What cannot be read, or is no newer than the doubt in ours, leaves the last good one in place.
            await (
                reading is SchemaReading.Known(var schema) && !(schema.ReadAt < check.DoubtedAt)
                    ? copies.KeepAsync(check, schema, options.SchemaEvery, cancellationToken)
                    : copies.CheckLaterAsync(check, Wait(check.Attempt, options.SchemaEvery), cancellationToken)
            );
        }
        return due.Count;
    }

    /// <summary>How long to wait after so many attempts in a row that read nothing: 2 s, doubling up to the usual time.</summary>
    public static TimeSpan Wait(int attempt, TimeSpan usual)
    {
        var wait = TimeSpan.FromSeconds(Math.Pow(2, Math.Clamp(attempt, 1, 16)));
        return wait < usual ? wait : usual;
    }
}
