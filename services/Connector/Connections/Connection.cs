using System.Text.Json.Serialization;

namespace LeadSync.Connector.Connections;

/// <summary>One authorised link to one CRM org, as it is shown.</summary>
public sealed record Connection
{
    public required Guid Id { get; init; }
    public required string Name { get; init; }

    /// <summary>The CRM: <c>salesforce</c>.</summary>
    public required string System { get; init; }

    /// <summary><c>push</c>, <c>pull</c> or <c>both</c>.</summary>
    public required string Direction { get; init; }

    /// <summary><see cref="ConnectionStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Why someone must reconnect, and how; absent while connected.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? StatusReason => StatusCause is null ? null : $"{StatusCause} {StatusFix}";

    public required DateTimeOffset StatusSince { get; init; }

    /// <summary>Where it logs in: the org's own address as it was entered, or Salesforce's general login.</summary>
    public required string InstanceUrl { get; init; }

    /// <summary>How it gets in: <see cref="ConnectionAuth"/>.</summary>
    public string Auth { get; init; } = ConnectionAuth.ClientCredentials;

    /// <summary><c>production</c> or <c>sandbox</c>, by the org's own record; absent where it was not asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Environment { get; init; }

    public required string OrgId { get; init; }

    /// <summary>The org's name; absent where it was not asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OrgName { get; init; }

    /// <summary>The CRM's id of the user we act as.</summary>
    public required string UserId { get; init; }

    /// <summary>The login name of that user; absent where it was not asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Username { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    [JsonIgnore]
    public string? StatusCause { get; init; }

    [JsonIgnore]
    public string? StatusFix { get; init; }
}

public static class ConnectionStatus
{
    public const string Connected = "connected";

    /// <summary>The CRM no longer lets us in, and will not until a person has acted.</summary>
    public const string ReconnectionRequired = "reconnectionRequired";

    /// <summary>Deauthorised here: no access is held, and nothing is asked of the CRM until a person authorises it again.</summary>
    public const string Disconnected = "disconnected";
}

/// <summary>How a connection gets in.</summary>
public static class ConnectionAuth
{
    /// <summary>With the key and secret of an app that acts as one user.</summary>
    public const string ClientCredentials = "clientCredentials";

    /// <summary>A person allowed it on the CRM's page.</summary>
    public const string WebServer = "webServer";

    /// <summary>By assertions that an app's private key signs, for a user approved beforehand.</summary>
    public const string JwtBearer = "jwtBearer";
}
