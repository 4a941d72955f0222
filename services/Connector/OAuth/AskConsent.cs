using LeadSync.Connector.Connections;
using LeadSync.Connector.Sealing;
using LeadSync.Connector.Tokens;
using LeadSync.Crm.Salesforce;
using LeadSync.Hosting.Web;

namespace LeadSync.Connector.OAuth;

/// <summary>Asks to authorise a connection on the CRM's own page: <c>POST /v1/connections/consents</c>. May hold a secret.</summary>
/// <param name="ConnectionId">The connection to authorise again, or to move; absent for a new one.</param>
/// <param name="Move">Whether the connection is to lead to another org from now on.</param>
/// <param name="Name">What people call the new connection; unique in the workspace.</param>
/// <param name="System">The CRM: <c>salesforce</c>.</param>
/// <param name="Direction"><c>push</c>, <c>pull</c> or <c>both</c>, for a new connection.</param>
/// <param name="Environment"><c>production</c> or <c>sandbox</c>; an org of the other kind is refused.</param>
/// <param name="InstanceUrl">The org's own address (My Domain), where it forbids the general login; absent for that.</param>
/// <param name="UseAnotherAccount">Whether the CRM is to ask for a login though somebody is logged in.</param>
/// <param name="ClientId">The consumer key of an app of the org's own; absent for the installation's app.</param>
/// <param name="ClientSecret">Its consumer secret, where it has one.</param>
/// <param name="Link">Whether to make a connect link for somebody without an account here, instead of an address to go to now.</param>
public sealed record ConsentRequest(
    Guid? ConnectionId = null,
    bool Move = false,
    string? Name = null,
    string? System = null,
    string? Direction = null,
    string? Environment = null,
    string? InstanceUrl = null,
    bool UseAnotherAccount = false,
    string? ClientId = null,
    string? ClientSecret = null,
    bool Link = false
)
{
    public override string ToString() => nameof(ConsentRequest);
}

/// <summary>Begins to authorise a connection: makes the address of the CRM's page, or a link that leads there.</summary>
public sealed class AskConsent(
    ConnectionStore connections,
    CredentialStore credentials,
    ConsentStore consents,
    CreateConnection rules,
    SalesforceApps apps,
    PublicAddress addresses,
    MasterKey master,
    OAuthOptions options,
    TimeProvider clock
)
{
    public async Task<IResult> HandleAsync(
        ConsentRequest request,
        Caller caller,
        HttpRequest http,
        CancellationToken cancellationToken
    )
    {
        Connection? existing = null;
        if (request.ConnectionId is { } id)
        {
            existing = await connections.FindAsync(caller.Workspace, id, cancellationToken);
            if (existing is null)
                return ConnectionsApi.Missing(id);
        }
        var purpose =
            existing is null ? ConsentPurpose.Connect
            : request.Move ? ConsentPurpose.Move
            : ConsentPurpose.Reauthorise;
        var environment = request.Environment ?? existing?.Environment;
        var faults = Faults(request, existing, environment);
        var address = Address(request, existing, purpose);
        var login = address is null ? null : rules.ReadAddress(address, faults);
        var (app, appSecret) = await AppAsync(request, existing, purpose, cancellationToken);
        if (app is null && apps.OfInstallation is null)
        {
            faults.Add(
                new FieldFault(
                    "clientId",
                    "is missing, and this installation has no app of its own",
                    "Give the consumer key and secret of an external client app of the org; its callback URL is "
                        + addresses.Callback(http, CrmSystems.Salesforce).OriginalString
                )
            );
        }
        if (faults.Count > 0)
            return CreateConnection.Invalid("The connection cannot be authorised as it is asked for.", faults);
        var name = existing?.Name ?? request.Name!.Trim();
        if (existing is null && await connections.IsNamedAsync(caller.Workspace, name, cancellationToken))
            return CreateConnection.NameTaken(name);

        var consent = Make(
            request,
            existing,
            caller,
            purpose,
            environment!,
            login,
            addresses.Callback(http, CrmSystems.Salesforce)
        );
        var key = consent.Open(master);
        consent = consent with
        {
            Name = name,
            ClientId = app,
            ClientSecret = appSecret is null ? null : key.Seal(Consent.ClientSecretField, appSecret),
        };
        return request.Link
            ? await MakeLinkAsync(consent, caller, http, cancellationToken)
            : await MakeAddressAsync(consent, caller, cancellationToken);
    }

    private async Task<IResult> MakeAddressAsync(Consent consent, Caller caller, CancellationToken cancellationToken)
    {
        var (state, verifier) = (OneTimeSecret.Make(), OneTimeSecret.Make());
        var asked = consent with
        {
            Step = ConsentStep.Asked,
            StateExpiresAt = consent.MadeAt + options.StateLife,
            ExpiresAt = consent.MadeAt + options.StateLife,
            Verifier = consent.Open(master).Seal(Consent.VerifierField, verifier),
        };
        await consents.InsertAsync(
            asked,
            linkHash: null,
            OneTimeSecret.Hash(state),
            Happened(asked, caller.Name, Did.ConsentAsked),
            cancellationToken
        );
        return Results.Created(
            $"/v1/connections/consents/{asked.Id}",
            ConsentView.Of(asked, clock.GetUtcNow()) with
            {
                AuthorizeUrl = AuthorizeUrl(asked, state, verifier),
            }
        );
    }

    private async Task<IResult> MakeLinkAsync(
        Consent consent,
        Caller caller,
        HttpRequest http,
        CancellationToken cancellationToken
    )
    {
        var secret = OneTimeSecret.Make();
        var waiting = consent with { ByLink = true, ExpiresAt = consent.MadeAt + options.LinkLife };
        await consents.InsertAsync(
            waiting,
            OneTimeSecret.Hash(secret),
            stateHash: null,
            Happened(waiting, caller.Name, Did.LinkMade),
            cancellationToken
        );
        return Results.Created(
            $"/v1/connections/consents/{waiting.Id}",
            ConsentView.Of(waiting, clock.GetUtcNow()) with
            {
                ConnectLink = addresses.ConnectLink(http, secret),
            }
        );
    }

    /// <summary>The CRM's page for a consent.</summary>
    public Uri AuthorizeUrl(Consent consent, string state, string verifier) =>
        SalesforceAuth.AuthorizeUrl(
            consent.Login,
            consent.ClientId ?? apps.OfInstallation!.ClientId,
            consent.Callback,
            state,
            OneTimeSecret.Challenge(verifier),
            consent.AnotherAccount
        );

    private Consent Make(
        ConsentRequest request,
        Connection? existing,
        Caller caller,
        string purpose,
        string environment,
        Uri? login,
        Uri callback
    )
    {
        var now = Stored(clock.GetUtcNow());
        var connectionId = existing?.Id ?? Guid.CreateVersion7(now);
        var key = master.NewDataKey(caller.Workspace, connectionId);
        return new Consent
        {
            Id = Guid.CreateVersion7(now),
            ConnectionId = connectionId,
            Workspace = caller.Workspace,
            MadeBy = caller.Name,
            Purpose = purpose,
            Name = "",
            Direction = existing?.Direction ?? request.Direction!,
            System = CrmSystems.Salesforce,
            Environment = environment,
            LoginUrl = (login ?? apps.Login(environment)).GetLeftPart(UriPartial.Authority),
            CallbackUrl = callback.OriginalString,
            AnotherAccount = request.UseAnotherAccount,
            ByLink = false,
            KeyVersion = key.Version,
            DataKey = key.SealedKey,
            Step = ConsentStep.Waiting,
            MadeAt = now,
            ExpiresAt = now,
        };
    }

    // Where a connection logged in stays right for the same org; for another org it is not.
    private string? Address(ConsentRequest request, Connection? existing, string purpose) =>
        request.InstanceUrl
        ?? (
            purpose == ConsentPurpose.Reauthorise && existing!.InstanceUrl != GeneralLogin(existing)
                ? existing.InstanceUrl
                : null
        );

    private string? GeneralLogin(Connection connection) =>
        connection.Environment is { } environment ? apps.Login(environment).GetLeftPart(UriPartial.Authority) : null;

    // The same org goes on with the app that it had, unless another is given.
    private async Task<(string? ClientId, string? Secret)> AppAsync(
        ConsentRequest request,
        Connection? existing,
        string purpose,
        CancellationToken cancellationToken
    )
    {
        if (!string.IsNullOrWhiteSpace(request.ClientId))
            return (
                request.ClientId.Trim(),
                string.IsNullOrWhiteSpace(request.ClientSecret) ? null : request.ClientSecret
            );
        if (purpose != ConsentPurpose.Reauthorise || existing!.Auth != ConnectionAuth.WebServer)
            return default;
        var held = (await credentials.FindAsync(existing.Id, cancellationToken))!;
        return (
            held.ClientId,
            held.ClientSecret is null ? null : held.Open(master).Open(Credential.ClientSecretField, held.ClientSecret)
        );
    }

    private static List<FieldFault> Faults(ConsentRequest request, Connection? existing, string? environment)
    {
        var faults = new List<FieldFault>();
        if (existing is null)
            CreateConnection.AddIdentityFaults(faults, request.Name, request.System, request.Direction);
        if (existing is null && request.Move)
            faults.Add(new FieldFault("connectionId", "is missing", "Say which connection is to be moved."));
        if (environment is not (ConsentEnvironment.Production or ConsentEnvironment.Sandbox))
            faults.Add(new FieldFault("environment", "is none that orgs have", "Use 'production' or 'sandbox'."));
        foreach (var (field, text) in new[] { ("clientId", request.ClientId), ("clientSecret", request.ClientSecret) })
        {
            if (text is not null && (text.Length > 4_000 || text.Any(char.IsControl)))
                faults.Add(
                    new FieldFault(
                        field,
                        "is not 1 to 4000 printable characters",
                        "Copy it from the app in Salesforce."
                    )
                );
        }
        if (request.ClientId is null && request.ClientSecret is not null)
            faults.Add(new FieldFault("clientId", "is missing beside its secret", "Give both, or neither."));
        return faults;
    }

    internal static Happening Happened(Consent consent, string who, string what) =>
        new(
            consent.Workspace,
            consent.ConnectionId,
            consent.MadeAt,
            who,
            what,
            Detail: $"{consent.Purpose}, {consent.Environment}, consent {consent.Id}"
        );

    // As the database keeps instants, so that what is answered is what is shown later.
    internal static DateTimeOffset Stored(DateTimeOffset instant) =>
        instant.AddTicks(-(instant.Ticks % TimeSpan.TicksPerMicrosecond));
}
