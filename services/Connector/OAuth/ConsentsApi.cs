using LeadSync.Connector.Connections;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;

namespace LeadSync.Connector.OAuth;

/// <summary>Consents over HTTP, for who has an account here.</summary>
internal static class ConsentsApi
{
    public static void MapConsents(this WebApplication app)
    {
        var consents = app.MapGroup("/v1/connections/consents");
        consents
            .MapPost(
                "",
                (
                    ConsentRequest request,
                    Caller caller,
                    HttpRequest http,
                    AskConsent ask,
                    CancellationToken cancellationToken
                ) => ask.HandleAsync(request, caller, http, cancellationToken)
            )
            .WithSummary("Begins to authorise an org in the browser, or makes a one-time link for its admin.")
            .Produces<ConsentView>(StatusCodes.Status201Created)
            .RequireAtLeast(Role.Integrator);
        consents
            .MapGet(
                "/{id:guid}",
                async (
                    Guid id,
                    Caller caller,
                    ConsentStore store,
                    TimeProvider clock,
                    CancellationToken cancellationToken
                ) =>
                    await store.FindAsync(caller.Workspace, id, cancellationToken) is { } consent
                        ? Results.Ok(ConsentView.Of(consent, clock.GetUtcNow()))
                        : Missing(id)
            )
            .WithSummary("How far an authorisation is, and which org is to be confirmed.")
            .Produces<ConsentView>()
            .RequireAtLeast(Role.Integrator);
        consents
            .MapPost(
                "/{id:guid}/confirm",
                async (
                    Guid id,
                    ConfirmRequest request,
                    Caller caller,
                    ConsentStore store,
                    ConfirmConsent confirm,
                    CancellationToken cancellationToken
                ) =>
                    await store.FindAsync(caller.Workspace, id, cancellationToken) is not { } consent ? Missing(id)
                    : consent.MadeBy != caller.Name ? NotYours()
                    : await confirm.HandleAsync(consent, request, caller.Name, cancellationToken)
            )
            .WithSummary("Confirms the org that was authorised: only then is anything stored.")
            .Produces<Connection>()
            .Produces<Connection>(StatusCodes.Status201Created)
            .RequireAtLeast(Role.Integrator);
        consents
            .MapDelete(
                "/{id:guid}",
                async (
                    Guid id,
                    Caller caller,
                    ConsentStore store,
                    EndConsent end,
                    CancellationToken cancellationToken
                ) =>
                {
                    if (await store.FindAsync(caller.Workspace, id, cancellationToken) is not { } consent)
                        return Missing(id);
                    var cancelled = new OAuthError(FailureCatalogue.ConsentDenied, "It was cancelled here.");
                    await end.RefuseAsync(consent, cancelled, caller.Name, given: null, cancellationToken);
                    return Results.NoContent();
                }
            )
            .WithSummary("Cancels an authorisation; what it opened is revoked.")
            .Produces(StatusCodes.Status204NoContent)
            .RequireAtLeast(Role.Integrator);
        // What to enter in the CRM before anything is begun.
        app.MapGet(
                "/v1/connections/app",
                (HttpRequest http, PublicAddress addresses, SalesforceApps apps) =>
                {
                    var callback = addresses.Callback(http, CrmSystems.Salesforce);
                    return new AppView(callback, apps.OfInstallation is not null, OAuthError.Fixes(callback));
                }
            )
            .WithSummary("What an app in the CRM must have, and whether the installation has one of its own.")
            .RequireAtLeast(Role.Viewer);
    }

    private static IResult Missing(Guid id) =>
        FailureCatalogue.NotFound.Problem(
            StatusCodes.Status404NotFound,
            $"There is no consent {id} in this workspace."
        );

    private static IResult NotYours() =>
        FailureCatalogue.Forbidden.Problem(
            StatusCodes.Status403Forbidden,
            "Only who began to connect may confirm the org, with the same API key."
        );

    /// <param name="CallbackUrl">To copy into the app in the CRM, exactly.</param>
    /// <param name="InstallationHasApp">Whether connecting needs no app of the org's own.</param>
    /// <param name="Setup">How to install or create one.</param>
    private sealed record AppView(Uri CallbackUrl, bool InstallationHasApp, IReadOnlyList<OAuthFix> Setup);
}
