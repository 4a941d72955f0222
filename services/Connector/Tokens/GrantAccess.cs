using LeadSync.Connector.Budget;
using LeadSync.Connector.Connections;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Hosting.Web;

namespace LeadSync.Connector.Tokens;

/// <summary>
/// Gives a service access to an org for a short while, with a number of API calls reserved for it. Only services may ask:
/// a token never leaves towards people.
/// </summary>
public sealed class GrantAccess(
    ConnectionStore connections,
    AccessTokens tokens,
    OrgUsage usage,
    ConnectorOptions options,
    TimeProvider clock
)
{
    /// <summary>The most calls of one grant: it lives for a minute only.</summary>
    private const int MostCalls = 10_000;

    public async Task<IResult> HandleAsync(
        Guid id,
        GrantRequest request,
        Caller caller,
        CancellationToken cancellationToken
    )
    {
        if (request.Calls is < 1 or > MostCalls)
        {
            return CreateConnection.Invalid(
                "The grant cannot be given as it is asked for.",
                [
                    new FieldFault(
                        "calls",
                        $"is not between 1 and {MostCalls}",
                        "Ask for as many calls as the next minute needs."
                    ),
                ]
            );
        }
        if (await connections.FindAsync(caller.Workspace, id, cancellationToken) is not { } connection)
            return ConnectionsApi.Missing(id);
        if (request.Writes && connection.Direction == "pull")
        {
            return FailureCatalogue.PullOnly.Problem(
                StatusCodes.Status409Conflict,
                "The connection is only to be pulled from, so that no access is given for writing."
            );
        }
        try
        {
            var access = await tokens.GetAsync(id, request.RefusedToken, cancellationToken);
            var expiresAt = clock.GetUtcNow() + options.GrantLife;
            if (request.Usage is { } seen)
                await usage.LearnInPassingAsync(access, seen, cancellationToken);
            var calls = await usage.ReserveAsync(
                access,
                request.Calls,
                least: 1,
                request.Priority,
                expiresAt,
                cancellationToken
            );
            return calls > 0 ? Results.Ok(Grant(connection, access, calls, expiresAt)) : NothingLeft();
        }
        catch (CrmException fault)
        {
            return fault.Failure.Problem(options.ProbeEvery);
        }
    }

    private static Grant Grant(Connection connection, Access access, int calls, DateTimeOffset expiresAt) =>
        new(
            connection.Id,
            connection.System,
            connection.Direction,
            access.ApiUrl,
            access.Token,
            access.UserId,
            calls,
            expiresAt
        );

    // The CRM counts over the last 24 hours, so that calls become free little by little: ask again after the next reading.
    private IResult NothingLeft() =>
        FailureCatalogue.LimitDaily.Problem(
            StatusCodes.Status429TooManyRequests,
            "The org's API calls of the last 24 hours are used up, but for the share that is left to its other users.",
            retryAfter: options.ProbeEvery
        );
}

internal static class GrantsApi
{
    public static void MapGrants(this WebApplication app) =>
        app.MapPost(
                "/v1/connections/{id:guid}/grants",
                (
                    Guid id,
                    GrantRequest request,
                    Caller caller,
                    GrantAccess grants,
                    CancellationToken cancellationToken
                ) => grants.HandleAsync(id, request, caller, cancellationToken)
            )
            .WithSummary("Grants an access token and a number of API calls for a while.")
            .Produces<Grant>()
            .RequireAtLeast(Role.Service);
}
