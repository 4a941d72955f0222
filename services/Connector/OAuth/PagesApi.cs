using LeadSync.Connector.Connections;
using LeadSync.Connector.Sealing;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;

namespace LeadSync.Connector.OAuth;

/// <summary>
/// What browsers come to without an API key: the CRM's callback, and connect links. Gateway forwards these paths and no
/// others to whoever has no key; what they open is a secret in the address, a state, or a cookie.
/// </summary>
internal static class PagesApi
{
    /// <summary>The only cookie of these pages: who followed a connect link.</summary>
    private const string Cookie = "leadsync-connect";
    private const string Html = "text/html";

    public static void MapPages(this WebApplication app)
    {
        var pages = app.MapGroup("").AllowAnonymous().RequireRateLimiting(PageRate.Name);
        pages
            .MapGet("/oauth/{system}/callback", CallbackAsync)
            .WithSummary("Where a CRM sends the browser back to: a page.")
            .Produces<string>(contentType: Html);
        pages
            .MapGet("/connect/{secret}", StartAsync)
            .WithSummary("Where a one-time link leads an org's admin: a page.")
            .Produces<string>(contentType: Html);
        pages
            .MapPost("/connect/{secret}", FollowAsync)
            .WithSummary("Uses the link up and sends the browser to the CRM's login.")
            .Produces<string>(contentType: Html);
        pages
            .MapPost("/connect/confirm", ConfirmAsync)
            .WithSummary("The admin confirms the org, or cancels: the last page.")
            .ReadsBody<ConfirmForm>("What the page's form sends.", mediaTypes: "application/x-www-form-urlencoded")
            .Produces<string>(contentType: Html);
    }

    private static async Task<IResult> CallbackAsync(
        string system,
        HttpRequest request,
        ReceiveCallback receive,
        ConnectionStore connections,
        PublicAddress addresses,
        CancellationToken cancellationToken
    )
    {
        // Before anything is kept or told of it: the name is what somebody put into an address.
        if (!CrmSystems.Knows(system))
            return Pages.Error(
                StatusCodes.Status404NotFound,
                new OAuthError(FailureCatalogue.NotFound, "This is the callback of no CRM that LeadSync knows."),
                addresses.Callback(request, CrmSystems.Salesforce)
            );
        var query = request.Query;
        var (consent, error) = await receive.HandleAsync(
            new Callback(
                system,
                query["code"],
                query["state"],
                query["error"],
                query["error_description"],
                request.Cookies[Cookie]
            ),
            cancellationToken
        );
        if (error is not null)
            return Pages.Error(
                StatusCodes.Status400BadRequest,
                error,
                consent?.Callback ?? addresses.Callback(request, CrmSystems.Salesforce)
            );
        return consent!.ByLink
            ? Pages.Confirm(consent, await MustSayAsync(consent, connections, cancellationToken))
            : Pages.GoBack(consent);
    }

    private static async Task<IResult> StartAsync(
        string secret,
        HttpRequest request,
        ConsentStore consents,
        PublicAddress addresses,
        TimeProvider clock,
        CancellationToken cancellationToken
    ) =>
        await OpenAsync(secret, consents, clock, cancellationToken) is { } consent
            ? Pages.Start(consent, secret)
            : Used(addresses.Callback(request, CrmSystems.Salesforce));

    private static async Task<IResult> FollowAsync(
        string secret,
        HttpContext context,
        ConsentStore consents,
        AskConsent ask,
        MasterKey master,
        PublicAddress addresses,
        OAuthOptions options,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (await OpenAsync(secret, consents, clock, cancellationToken) is not { } consent)
            return Used(addresses.Callback(context.Request, CrmSystems.Salesforce));
        var now = clock.GetUtcNow();
        var (browser, state, verifier) = (OneTimeSecret.Make(), OneTimeSecret.Make(), OneTimeSecret.Make());
        var followed = await consents.FollowLinkAsync(
            consent,
            OneTimeSecret.Hash(browser),
            OneTimeSecret.Hash(state),
            consent.Open(master).Seal(Consent.VerifierField, verifier),
            now + options.StateLife,
            new Happening(
                consent.Workspace,
                consent.ConnectionId,
                now,
                ReceiveCallback.Who(consent),
                Did.LinkFollowed,
                Detail: $"consent {consent.Id}"
            ),
            cancellationToken
        );
        if (!followed)
            return Used(consent.Callback);
        context.Response.Cookies.Append(
            Cookie,
            browser,
            new CookieOptions
            {
                HttpOnly = true,
                // The way back from the CRM is a link from another site.
                SameSite = SameSiteMode.Lax,
                Secure = consent.Callback.Scheme == Uri.UriSchemeHttps,
                Path = "/",
                MaxAge = options.StateLife + options.ConfirmWithin,
            }
        );
        return Pages.GoOn(ask.AuthorizeUrl(consent, state, verifier));
    }

    private static async Task<IResult> ConfirmAsync(
        HttpContext context,
        ConsentStore consents,
        ConnectionStore connections,
        ConfirmConsent confirm,
        EndConsent end,
        PublicAddress addresses,
        CancellationToken cancellationToken
    )
    {
        var callback = addresses.Callback(context.Request, CrmSystems.Salesforce);
        if (
            context.Request.Cookies[Cookie] is not { Length: 43 } browser
            || !context.Request.HasFormContentType
            || await consents.FindByBrowserAsync(OneTimeSecret.Hash(browser), cancellationToken) is not { } consent
        )
            return Used(callback);
        var form = await context.Request.ReadFormAsync(cancellationToken);
        var who = ReceiveCallback.Who(consent);
        if (form["decision"] == "cancel")
        {
            var cancelled = new OAuthError(FailureCatalogue.ConsentDenied, "The org was not confirmed.");
            await end.RefuseAsync(consent, cancelled, who, given: null, cancellationToken);
            return Pages.Cancelled();
        }
        var waiting = form["waiting"].ToString();
        var result = await confirm.HandleAsync(
            consent,
            new ConfirmRequest(form["orgId"], waiting.Length == 0 ? null : waiting),
            who,
            cancellationToken
        );
        if (result is IStatusCodeHttpResult { StatusCode: StatusCodes.Status200OK or StatusCodes.Status201Created })
            return Pages.Done(consent);
        var isAskedAgain = await MustSayAsync(consent, connections, cancellationToken) && waiting.Length == 0;
        return isAskedAgain
            ? Pages.Confirm(consent, mustSay: true)
            : Pages.Error(
                StatusCodes.Status409Conflict,
                new OAuthError(
                    FailureCatalogue.Conflict,
                    "The org could not be connected: it, or the connection's name, is taken by now, or it was confirmed before."
                ),
                consent.Callback
            );
    }

    private static async Task<Consent?> OpenAsync(
        string secret,
        ConsentStore consents,
        TimeProvider clock,
        CancellationToken cancellationToken
    ) =>
        await consents.FindByLinkAsync(OneTimeSecret.Hash(secret), cancellationToken) is { } consent
        && consent.Step == ConsentStep.Waiting
        && consent.ExpiresAt > clock.GetUtcNow()
            ? consent
            : null;

    private static async Task<bool> MustSayAsync(
        Consent consent,
        ConnectionStore connections,
        CancellationToken cancellationToken
    ) =>
        consent.Purpose != ConsentPurpose.Connect
        && ConfirmConsent.MustSay(
            consent,
            await connections.FindAsync(consent.Workspace, consent.ConnectionId, cancellationToken)
        );

    private static Page Used(Uri callback) =>
        Pages.Error(
            StatusCodes.Status410Gone,
            new OAuthError(
                FailureCatalogue.ConsentExpired,
                "The connect link is unknown, was used before, or has expired. Ask for a new one."
            ),
            callback
        );

    /// <summary>What the form of the last page sends.</summary>
    /// <param name="OrgId">The org that was shown.</param>
    /// <param name="Decision"><c>cancel</c>; anything else confirms.</param>
    /// <param name="Waiting"><c>send</c> or <c>discard</c>, where leads wait for the connection.</param>
    internal sealed record ConfirmForm(string OrgId, string? Decision, string? Waiting);
}
