using LeadSync.Connector.Budget;
using LeadSync.Connector.Sealing;
using LeadSync.Connector.Tokens;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Crm.Outbound;
using LeadSync.Hosting.Web;

namespace LeadSync.Connector.Connections;

/// <summary>Asks for a connection: <c>POST /v1/connections</c>. Holds a secret.</summary>
/// <param name="Name">What people call it; unique in the workspace.</param>
/// <param name="System">The CRM: <c>salesforce</c>.</param>
/// <param name="InstanceUrl">The org's own address (My Domain), as <c>https://acme.my.salesforce.com</c>.</param>
/// <param name="ClientId">The consumer key of the app made in the org.</param>
/// <param name="ClientSecret">The app's consumer secret.</param>
/// <param name="Direction"><c>push</c>, <c>pull</c> or <c>both</c>.</param>
/// <param name="Username">The user to act as, for access by what a private key signs (JWT bearer).</param>
/// <param name="PrivateKey">The private key in PEM whose certificate the app holds; instead of the secret.</param>
public sealed record ConnectionRequest(
    string? Name,
    string? System,
    string? InstanceUrl,
    string? ClientId,
    string? ClientSecret,
    string? Direction,
    string? Username = null,
    string? PrivateKey = null
)
{
    /// <summary>Whether the app's private key is to let us in, not its secret.</summary>
    internal bool IsByAssertion => PrivateKey is not null || Username is not null;

    public override string ToString() => nameof(ConnectionRequest);
}

/// <summary>
/// Makes a connection: everything about the request that is wrong is told at once; then the credentials are tried, so that a
/// connection is stored only when it works, and it is known whose org it is.
/// </summary>
public sealed class CreateConnection(
    HostGuard hosts,
    Login login,
    OrgUsage usage,
    MasterKey master,
    ConnectionStore connections,
    ConnectorOptions options,
    TimeProvider clock
)
{
    private const int LongestName = 100;
    private const int LongestSecret = 4_000;

    public async Task<IResult> HandleAsync(
        ConnectionRequest request,
        Caller caller,
        CancellationToken cancellationToken
    )
    {
        var faults = Faults(request, out var domain);
        if (faults.Count > 0)
            return Invalid("The connection cannot be made as it is.", faults);
        var name = request.Name!.Trim();
        // Before the CRM is asked, so that a script that makes sure of its connection costs no login each time.
        if (await connections.IsNamedAsync(caller.Workspace, name, cancellationToken))
            return NameTaken(name);

        CrmToken token;
        try
        {
            token = await (
                request.IsByAssertion
                    ? login.AskAsync(
                        domain!,
                        request.ClientId!,
                        request.Username!,
                        request.PrivateKey!,
                        cancellationToken
                    )
                    : login.AskAsync(domain!, request.ClientId!, request.ClientSecret!, cancellationToken)
            );
            // The login alone does not prove that the API may be used; and the budget starts from this figure.
            await usage.ReadAsync(new TrialSession(token), token.OrgId, cancellationToken);
        }
        catch (CrmException fault)
            when (fault.Failure.Class is FailureClass.Session or FailureClass.Configuration or FailureClass.Record)
        {
            return Invalid("The CRM does not let us in with these credentials.", [CredentialFault(fault.Failure)]);
        }
        catch (CrmException fault)
        {
            return fault.Failure.Problem(options.ProbeEvery);
        }

        // As the database keeps instants, so that what is answered is what is shown later.
        var now = clock.GetUtcNow();
        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        var made = new Connection
        {
            Id = Guid.CreateVersion7(now),
            Name = name,
            System = request.System!,
            Direction = request.Direction!,
            Status = ConnectionStatus.Connected,
            StatusSince = now,
            InstanceUrl = domain!.GetLeftPart(UriPartial.Authority),
            Auth = request.IsByAssertion ? ConnectionAuth.JwtBearer : ConnectionAuth.ClientCredentials,
            OrgId = token.OrgId,
            UserId = token.UserId,
            Username = request.IsByAssertion ? request.Username : null,
            CreatedAt = now,
        };
        return await connections.InsertAsync(
            caller.Workspace,
            made,
            Sealed(made, caller.Workspace, request, token),
            new Happening(caller.Workspace, made.Id, now, caller.Name, Did.Connected, Detail: made.OrgId),
            cancellationToken
        ) switch
        {
            Collision.Name => NameTaken(name),
            // Never says whose: that is another tenant's business.
            Collision.Org => FailureCatalogue.Conflict.Problem(
                StatusCodes.Status409Conflict,
                $"The org {token.OrgId} has a connection already, in this workspace or another. An org has one."
            ),
            _ => Results.Created($"/v1/connections/{made.Id}", made),
        };
    }

    internal static IResult NameTaken(string name) =>
        FailureCatalogue.Conflict.Problem(
            StatusCodes.Status409Conflict,
            $"The workspace has a connection named '{name}' already. Choose another name."
        );

    private Credential Sealed(Connection made, string workspace, ConnectionRequest request, CrmToken token)
    {
        var key = master.NewDataKey(workspace, made.Id);
        return new Credential
        {
            ConnectionId = made.Id,
            Workspace = workspace,
            System = made.System,
            Status = made.Status,
            Auth = made.Auth,
            InstanceUrl = made.InstanceUrl,
            OrgId = made.OrgId,
            UserId = made.UserId,
            KeyVersion = key.Version,
            DataKey = key.SealedKey,
            ClientId = request.ClientId!,
            ClientSecret = request.IsByAssertion ? null : key.Seal(Credential.ClientSecretField, request.ClientSecret!),
            PrivateKey = request.IsByAssertion ? key.Seal(Credential.PrivateKeyField, request.PrivateKey!) : null,
            AccessToken = key.Seal(Credential.AccessTokenField, token.AccessToken),
            ApiUrl = token.InstanceUrl.GetLeftPart(UriPartial.Authority),
        };
    }

    private List<FieldFault> Faults(ConnectionRequest request, out Uri? domain)
    {
        var faults = new List<FieldFault>();
        AddIdentityFaults(faults, request.Name, request.System, request.Direction);
        domain = ReadAddress(request.InstanceUrl, faults);
        if (request.IsByAssertion)
            AddAssertionFaults(faults, request);
        else
            AddCredentialFaults(faults, request.ClientId, request.ClientSecret);
        return faults;
    }

    /// <summary>What is wrong with what a connection is called, and is for.</summary>
    internal static void AddIdentityFaults(List<FieldFault> faults, string? name, string? system, string? direction)
    {
        name = name?.Trim() ?? "";
        if (name.Length is 0 or > LongestName || name.Any(char.IsControl))
            Add(
                "name",
                $"is not 1 to {LongestName} printable characters",
                "Give the connection a name that people know it by."
            );
        if (system is not CrmSystems.Salesforce)
            Add("system", "is no CRM that LeadSync speaks to", "Use 'salesforce'.");
        if (direction is not ("push" or "pull" or "both"))
            Add("direction", "is none that a connection can have", "Use 'push', 'pull' or 'both'.");

        void Add(string field, string reason, string fix) => faults.Add(new FieldFault(field, reason, fix));
    }

    private static void AddAssertionFaults(List<FieldFault> faults, ConnectionRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.ClientId) || request.ClientId.Length > LongestSecret)
            faults.Add(new FieldFault("clientId", "is missing", "Copy the consumer key from the app in Salesforce."));
        if (string.IsNullOrWhiteSpace(request.Username) || request.Username.Any(char.IsControl))
            faults.Add(
                new FieldFault("username", "is missing", "Give the login name of the user that LeadSync is to act as.")
            );
        if (request.ClientSecret is not null)
            faults.Add(new FieldFault("clientSecret", "is not used beside a private key", "Leave one of the two out."));
        using var key = PrivateKeys.Read(request.PrivateKey ?? "");
        if (key is null)
        {
            faults.Add(
                new FieldFault(
                    "privateKey",
                    "is no RSA private key in PEM of at least 2048 bits",
                    "Give the private key whose certificate the app holds, as 'openssl genrsa 2048' writes it."
                )
            );
        }
    }

    /// <summary>The address that requests may go to; null when there is a fault, which is then added.</summary>
    internal Uri? ReadAddress(string? text, List<FieldFault> faults)
    {
        Uri? address = null;
        var why =
            string.IsNullOrWhiteSpace(text) ? "is missing"
            : !Uri.TryCreate(text.Trim(), UriKind.Absolute, out address) ? "is no web address"
            : hosts.Fault(address);
        if (why is null)
            return address;
        faults.Add(
            new FieldFault("instanceUrl", why, "Give the org's own address: https://MYDOMAIN.my.salesforce.com.")
        );
        return null;
    }

    /// <summary>What is wrong with a key and secret before anyone is asked.</summary>
    internal static void AddCredentialFaults(List<FieldFault> faults, string? clientId, string? clientSecret)
    {
        foreach (
            var (field, text, word) in new[] { ("clientId", clientId, "key"), ("clientSecret", clientSecret, "secret") }
        )
        {
            var fix = $"Copy the consumer {word} from the app in Salesforce.";
            if (string.IsNullOrWhiteSpace(text))
                faults.Add(new FieldFault(field, "is missing", fix));
            else if (text.Length > LongestSecret || text.Any(char.IsControl))
                faults.Add(new FieldFault(field, $"is not 1 to {LongestSecret} printable characters", fix));
        }
    }

    /// <summary>What the CRM's refusal says about which member of the request.</summary>
    internal static FieldFault CredentialFault(CrmFailure failure) =>
        new(
            failure switch
            {
                { Code: "AUTH_APP" } => "clientSecret",
                { Code: "HOST_NOT_ALLOWED" } => "instanceUrl",
                // Not Salesforce's login at all, or its general one.
                { Code: "AUTH_CONFIGURATION", CrmCode: null } => "instanceUrl",
                { Message: "request not supported on this domain" } => "instanceUrl",
                _ => "clientId",
            },
            failure.Cause,
            failure.Fix
        );

    internal static IResult Invalid(string detail, IReadOnlyList<FieldFault> faults) =>
        FailureCatalogue.SettingInvalid.Problem(StatusCodes.Status422UnprocessableEntity, detail, faults);
}
