using LeadSync.Connector.Connections;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;

namespace LeadSync.Connector.Budget;

/// <summary>An org's API calls in one window, as <c>GET /v1/connections/{id}/budget</c> shows them.</summary>
/// <param name="Window"><c>day</c> is the CRM's rolling 24 hours.</param>
/// <param name="Used">By everybody in the org, as the CRM counted by <paramref name="ReadAt"/>.</param>
/// <param name="Reserved">Promised to our services, and perhaps not in <paramref name="Used"/> yet.</param>
/// <param name="LeftToOthers">The part of the allowance that is the org's other users'.</param>
/// <param name="Left">What may still be reserved, by what it is for.</param>
/// <param name="Forecast">Absent while too little was read for one.</param>
public sealed record BudgetShown(
    string Window,
    long Allowance,
    long Used,
    long Reserved,
    long LeftToOthers,
    DateTimeOffset ReadAt,
    IReadOnlyDictionary<string, long> Left,
    UsageForecast? Forecast
);

/// <summary>Shows an org's budget. Costs no call: what the last reading and the reservations say.</summary>
public sealed class ReadBudget(
    ConnectionStore connections,
    ApiBudget budget,
    ConnectorOptions options,
    TimeProvider clock
)
{
    public async Task<IResult> HandleAsync(Guid id, Caller caller, CancellationToken cancellationToken)
    {
        if (await connections.FindAsync(caller.Workspace, id, cancellationToken) is not { } connection)
            return ConnectionsApi.Missing(id);
        return Results.Ok(await ShowAsync(connection, cancellationToken));
    }

    /// <summary>The org's windows; none while nothing has been read of its usage.</summary>
    public async Task<IReadOnlyList<BudgetShown>> ShowAsync(Connection connection, CancellationToken cancellationToken)
    {
        var org = new OrgKey(connection.System, connection.OrgId);
        var shown = new List<BudgetShown>();
        foreach (var window in await budget.ReadAsync(org, cancellationToken))
            shown.Add(Show(window, await budget.ReadingsAsync(org, window.TimeWindow, cancellationToken)));
        return shown;
    }

    private BudgetShown Show(BudgetWindow window, IReadOnlyList<UsageReading> readings) =>
        new(
            window.TimeWindow,
            window.Allowance,
            window.Used,
            window.Reserved,
            window.Allowance - window.Ours(options.ReservedShare),
            window.ReadAt,
            new Dictionary<string, long>(StringComparer.Ordinal)
            {
                ["newLead"] = Left(window, CallPriority.NewLead),
                ["update"] = Left(window, CallPriority.Update),
                ["pull"] = Left(window, CallPriority.Pull),
                ["probe"] = Left(window, CallPriority.Probe),
            },
            UsageForecast.Make(readings, Left(window, CallPriority.NewLead), clock.GetUtcNow())
        );

    private long Left(BudgetWindow window, CallPriority priority) =>
        window.Left(priority, options.ReservedShare, options.UrgentShare);
}

internal static class BudgetApi
{
    public static void MapBudget(this WebApplication app) =>
        app.MapGet(
                "/v1/connections/{id:guid}/budget",
                (Guid id, Caller caller, ReadBudget budget, CancellationToken cancellationToken) =>
                    budget.HandleAsync(id, caller, cancellationToken)
            )
            .WithSummary("What is left of the org's API calls, for what, and when they run out.")
            .Produces<IReadOnlyList<BudgetShown>>()
            .RequireAtLeast(Role.Viewer);
}
