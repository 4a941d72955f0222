using LeadSync.Connector.Sealing;

namespace LeadSync.Connector.OAuth;

/// <summary>What was begun to authorise a connection, and how far it is. Its secrets are sealed.</summary>
public sealed record Consent
{
    public const string ClientSecretField = "consent_client_secret";
    public const string VerifierField = "consent_verifier";
    public const string AccessTokenField = "consent_access_token";
    public const string RefreshTokenField = "consent_refresh_token";

    public required Guid Id { get; init; }

    /// <summary>The connection that it makes, authorises again or moves.</summary>
    public required Guid ConnectionId { get; init; }

    public required string Workspace { get; init; }

    /// <summary>Who asked: nobody else may confirm, but for who holds its connect link.</summary>
    public required string MadeBy { get; init; }

    /// <summary><see cref="ConsentPurpose"/>.</summary>
    public required string Purpose { get; init; }

    public required string Name { get; init; }
    public required string Direction { get; init; }
    public required string System { get; init; }

    /// <summary>What was chosen: <see cref="ConsentEnvironment"/>.</summary>
    public required string Environment { get; init; }

    public required string LoginUrl { get; init; }
    public required string CallbackUrl { get; init; }
    public required bool AnotherAccount { get; init; }
    public required bool ByLink { get; init; }
    public string? ClientId { get; init; }
    public byte[]? ClientSecret { get; init; }
    public required int KeyVersion { get; init; }
    public required byte[] DataKey { get; init; }
    public byte[]? BrowserHash { get; init; }
    public DateTimeOffset? StateExpiresAt { get; init; }
    public byte[]? Verifier { get; init; }

    /// <summary><see cref="ConsentStep"/>.</summary>
    public required string Step { get; init; }

    public string? FailureCode { get; init; }
    public string? FailureDetail { get; init; }
    public string? OrgId { get; init; }
    public string? OrgName { get; init; }
    public string? UserId { get; init; }
    public string? Username { get; init; }
    public string? ApiUrl { get; init; }
    public byte[]? AccessToken { get; init; }
    public byte[]? RefreshToken { get; init; }
    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>Until when the current step may be done.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    public Uri Login => new(LoginUrl);
    public Uri Callback => new(CallbackUrl);

    public DataKey Open(MasterKey master) => master.OpenDataKey(Workspace, ConnectionId, KeyVersion, DataKey);

    public override string ToString() => $"{nameof(Consent)} {Id}";
}

/// <summary>What a consent is for.</summary>
public static class ConsentPurpose
{
    public const string Connect = "connect";

    /// <summary>The same org, after it was deauthorised or no longer let us in.</summary>
    public const string Reauthorise = "reauthorise";

    /// <summary>Another org under the same rules.</summary>
    public const string Move = "move";
}

/// <summary>How far a consent is.</summary>
public static class ConsentStep
{
    /// <summary>A connect link was made; nobody has followed it to the CRM.</summary>
    public const string Waiting = "waiting";

    /// <summary>A person is, or may be, on the CRM's page.</summary>
    public const string Asked = "asked";

    /// <summary>The CRM let us in; the org waits to be confirmed.</summary>
    public const string Shown = "shown";

    public const string Confirmed = "confirmed";
    public const string Refused = "refused";
}

/// <summary>The kinds of orgs that people choose between.</summary>
public static class ConsentEnvironment
{
    public const string Production = "production";
    public const string Sandbox = "sandbox";
}
