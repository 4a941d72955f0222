using LeadSync.Connector.Budget;
using LeadSync.Connector.Connections;
using LeadSync.Connector.Preflight.Checks;
using LeadSync.Connector.Tokens;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Hosting.Web;

namespace LeadSync.Connector.Preflight;

/// <summary>Runs every check on what was read of the org, and reports what each found. Nothing is written.</summary>
public sealed class RunPreflight(
    ConnectionStore connections,
    AccessTokens tokens,
    ReadOrgFacts facts,
    ReadBudget budgets,
    ConnectorOptions options,
    TimeProvider clock
)
{
    // In the order in which an admin goes through them.
    private static readonly IPreflightCheck[] Checks =
    [
        new Decisions(),
        new ApiAccess(),
        new OrgEnvironment(),
        new IntegrationUser(),
        new ObjectAccess(),
        new MappedFields(),
        new RequiredFields(),
        new PicklistValues(),
        new ConvertedStatus(),
        new RecordSharing(),
        new ExternalId(),
        new DuplicateRules(),
        new LeadOwnership(),
        new RecordTypes(),
        new StatesAndCountries(),
        new PersonAccounts(),
        new Currencies(),
        new AllowanceLeft(),
    ];

    public async Task<IResult> HandleAsync(
        Guid id,
        PreflightRequest request,
        string? accept,
        Caller caller,
        CancellationToken cancellationToken
    )
    {
        if (await connections.FindAsync(caller.Workspace, id, cancellationToken) is not { } connection)
            return ConnectionsApi.Missing(id);
        if (PreflightRequestRules.Faults(request) is { Count: > 0 } faults)
            return CreateConnection.Invalid("The preflight cannot be run as it is asked for.", faults);
        try
        {
            var report = await RunAsync(connection, request, cancellationToken);
            return PreflightPage.IsWanted(accept) ? PreflightPage.Result(report) : Results.Ok(report);
        }
        catch (CrmException fault)
        {
            return fault.Failure.Problem(options.ProbeEvery);
        }
    }

    private async Task<PreflightReport> RunAsync(
        Connection connection,
        PreflightRequest request,
        CancellationToken cancellationToken
    )
    {
        var access = await tokens.GetAsync(connection.Id, null, cancellationToken);
        try
        {
            var read = await facts.ReadAsync(connection, access, request, cancellationToken);
            return Report(connection, ReadOrgFacts.Calls, [.. Checks.SelectMany(check => check.Run(read))]);
        }
        // The org answered, and lets us do nothing at all: that is what was to be found out.
        catch (CrmException fault) when (IsRefusedByOrg(fault.Failure))
        {
            return Report(connection, 1, [ApiAccess.Refused(fault.Failure)]);
        }
        // By our own reckoning, and then nobody was asked; or by the org's.
        catch (CrmException fault) when (fault.Failure.Class == FailureClass.Budget)
        {
            var budget = await budgets.ShowAsync(connection, cancellationToken) is [var shown, ..] ? shown : null;
            return Report(connection, fault.Failure.HttpStatus is null ? 0 : 1, [AllowanceLeft.UsedUp(budget)]);
        }
    }

    // Not the login: then there is no access to check with, and the connection says so itself.
    private static bool IsRefusedByOrg(CrmFailure failure) =>
        failure.Class is FailureClass.Configuration or FailureClass.Session
        && (failure.HttpStatus is 403 or 410 || failure.Code == "SCOPE_MISSING");

    private PreflightReport Report(Connection connection, int calls, IReadOnlyList<PreflightFinding> findings) =>
        new(
            connection.Id,
            connection.Name,
            connection.OrgId,
            connection.Direction,
            clock.GetUtcNow(),
            findings.Max(finding => finding.Status),
            calls,
            findings
        );
}

internal static class PreflightApi
{
    public static void MapPreflight(this WebApplication app) =>
        app.MapPost(
                "/v1/connections/{id:guid}/preflight",
                (
                    Guid id,
                    PreflightRequest request,
                    HttpRequest http,
                    Caller caller,
                    RunPreflight preflight,
                    CancellationToken cancellationToken
                ) => preflight.HandleAsync(id, request, http.Headers.Accept, caller, cancellationToken)
            )
            .WithSummary("Checks a connection's org against what is given, without writing; as JSON, or as a page.")
            .Produces<PreflightReport>()
            .RequireAtLeast(Role.Integrator);
}
