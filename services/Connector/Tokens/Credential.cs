using LeadSync.Connector.Connections;
using LeadSync.Connector.Sealing;
using LeadSync.Contracts;

namespace LeadSync.Connector.Tokens;

/// <summary>What a connection gets in with, sealed; and who it gets in as.</summary>
public sealed record Credential
{
    public const string ClientSecretField = "client_secret";
    public const string AccessTokenField = "access_token";
    public const string RefreshTokenField = "refresh_token";
    public const string PrivateKeyField = "private_key";

    public required Guid ConnectionId { get; init; }
    public required string Workspace { get; init; }
    public required string System { get; init; }
    public required string Status { get; init; }

    /// <summary>How it gets in: <see cref="ConnectionAuth"/>.</summary>
    public required string Auth { get; init; }

    public string? StatusCause { get; init; }
    public string? StatusFix { get; init; }

    /// <summary>Where access is asked for.</summary>
    public required string InstanceUrl { get; init; }

    public required string OrgId { get; init; }
    public required string UserId { get; init; }

    /// <summary>The login name of that user, where it is known.</summary>
    public string? Username { get; init; }

    public required int KeyVersion { get; init; }
    public required byte[] DataKey { get; init; }

    /// <summary>Of an app of its own; null for the installation's.</summary>
    public string? ClientId { get; init; }

    public byte[]? ClientSecret { get; init; }

    /// <summary>Null after the CRM refused the grant itself, and once it was deauthorised.</summary>
    public byte[]? AccessToken { get; init; }

    public byte[]? RefreshToken { get; init; }

    /// <summary>What signs assertions, in PEM.</summary>
    public byte[]? PrivateKey { get; init; }

    /// <summary>Where the API is called with the token.</summary>
    public required string ApiUrl { get; init; }

    /// <summary>When the CRM last refused the grant itself.</summary>
    public DateTimeOffset? RefusedAt { get; init; }

    /// <summary>With what code.</summary>
    public string? RefusedCode { get; init; }

    /// <summary>
    /// Whether the refusal is final: what was revoked does not come back, and asking again for ever tells nobody anything
    /// new. An app that asks with credentials of its own may be let in again once the org is mended.
    /// </summary>
    public bool IsOver => Auth == ConnectionAuth.WebServer && RefusedCode == FailureCatalogue.AuthRevoked.Code;

    public DataKey Open(MasterKey master) => master.OpenDataKey(Workspace, ConnectionId, KeyVersion, DataKey);

    public override string ToString() => $"{nameof(Credential)} of {ConnectionId}";
}

/// <summary>Access to an org as it is held now. Holds a secret.</summary>
public sealed record Access(Guid ConnectionId, Uri ApiUrl, string Token, string OrgId, string UserId)
{
    public override string ToString() => $"{nameof(Access)} of {ConnectionId}";
}
