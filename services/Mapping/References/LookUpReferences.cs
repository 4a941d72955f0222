using LeadSync.Hosting;
using LeadSync.Mapping.Connections;

namespace LeadSync.Mapping.References;

/// <summary>Looks up at the CRM, through Connector, what leads wait for, and again what was looked up long ago.</summary>
public sealed class LookUpReferences(
    ReferencesToLookUp references,
    ConnectorClient connector,
    MappingOptions options,
    TimeProvider clock,
    ILogger<LookUpReferences> log
) : BackgroundService
{
    private const int Most = 900;

    /// <summary>As many as a query of the CRM takes, however many quotes stand in them.</summary>
    public const int MostAtOnce = 150;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync("Looking up references", options.DueEvery, RunOnceAsync, clock, log, stoppingToken);

    /// <returns>Whether there may be more.</returns>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var claimed = await references.ClaimAsync(Most, cancellationToken);
        var groups = claimed.GroupBy(one => (one.Workspace, one.ConnectionId, one.Object, one.By));
        foreach (var group in groups)
        {
            foreach (var some in group.Chunk(MostAtOnce))
                await LookUpAsync(group.Key, some, cancellationToken);
        }
        return claimed.Count == Most;
    }

    private async Task LookUpAsync(
        (string Workspace, Guid ConnectionId, string Object, string By) what,
        ReferenceToLookUp[] some,
        CancellationToken cancellationToken
    )
    {
        var values = some.Select(one => one.Value).ToList();
        var answers = await connector.LookUpAsync(
            what.Workspace,
            what.ConnectionId,
            what.Object,
            what.By,
            values,
            cancellationToken
        );
        if (answers.Count > 0)
            await references.KeepAsync(what.ConnectionId, what.Object, what.By, answers, cancellationToken);
        var untold = values.Except(answers.Select(answer => answer.Value), StringComparer.Ordinal).ToList();
        if (untold.Count > 0)
            await references.LookUpLaterAsync(
                what.ConnectionId,
                what.Object,
                what.By,
                untold,
                SchemaRefresher.Wait(some.Max(one => one.Attempt), LongestWait),
                cancellationToken
            );
    }
}
