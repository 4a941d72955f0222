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

    /// <summary>The org's own address, as it was entered.</summary>
    public required string InstanceUrl { get; init; }

    public required string OrgId { get; init; }

    /// <summary>The CRM's id of the user we act as.</summary>
    public required string UserId { get; init; }

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
}
