using LeadSync.Connector.Sealing;

namespace LeadSync.Connector.Tokens;

/// <summary>What a connection gets in with, sealed; and who it gets in as.</summary>
public sealed record Credential
{
    public const string ClientSecretField = "client_secret";
    public const string AccessTokenField = "access_token";

    public required Guid ConnectionId { get; init; }
    public required string Workspace { get; init; }
    public required string System { get; init; }
    public required string Status { get; init; }
    public string? StatusCause { get; init; }
    public string? StatusFix { get; init; }

    /// <summary>Where access is asked for.</summary>
    public required string InstanceUrl { get; init; }

    public required string OrgId { get; init; }
    public required string UserId { get; init; }
    public required int KeyVersion { get; init; }
    public required byte[] DataKey { get; init; }
    public required string ClientId { get; init; }
    public required byte[] ClientSecret { get; init; }

    /// <summary>Null after the CRM refused the grant itself.</summary>
    public byte[]? AccessToken { get; init; }

    /// <summary>Where the API is called with the token.</summary>
    public required string ApiUrl { get; init; }

    /// <summary>When the CRM last refused the grant itself.</summary>
    public DateTimeOffset? RefusedAt { get; init; }

    public DataKey Open(MasterKey master) => master.OpenDataKey(Workspace, ConnectionId, KeyVersion, DataKey);

    public override string ToString() => $"{nameof(Credential)} of {ConnectionId}";
}

/// <summary>Access to an org as it is held now. Holds a secret.</summary>
public sealed record Access(Guid ConnectionId, Uri ApiUrl, string Token, string OrgId, string UserId)
{
    public override string ToString() => $"{nameof(Access)} of {ConnectionId}";
}
