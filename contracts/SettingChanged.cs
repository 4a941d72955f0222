using System.Text.Json;
using System.Text.Json.Serialization;

namespace LeadSync.Contracts;

/// <summary>Who changed which settings, before and after.</summary>
public sealed record SettingChanged : IEventList<ChangedSetting>
{
    public required string Workspace { get; init; }
    public required IReadOnlyList<ChangedSetting> Items { get; init; }
}

public sealed record ChangedSetting : IEventItem
{
    public required Guid EventId { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceParent { get; init; }

    /// <summary>Who did it: the name of an API key, or a user's id; <c>leadsync</c> for what happened by itself.</summary>
    public required string ChangedBy { get; init; }

    /// <summary>The service that keeps the setting: <c>mapping</c>.</summary>
    public required string Service { get; init; }

    /// <summary>What it is: <c>source</c>, <c>route</c>, <c>mapping</c>, <c>backfill</c>, <c>connection</c>, <c>key</c>; or <c>person</c>, who is erased.</summary>
    public required string Setting { get; init; }

    /// <summary>Which one, as its address has it: <c>019c1187-…/Lead</c>.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// What was done: <c>created</c>, <c>updated</c>, <c>removed</c>, <c>published</c> (from a draft), <c>restored</c>, <c>deauthorised</c>, <c>revoked</c>, <c>erased</c>;
    /// of a backfill <c>started</c>, <c>paused</c>, <c>resumed</c>, <c>cancelled</c>.
    /// </summary>
    public required string Change { get; init; }

    /// <summary>The connection that it concerns; null when it concerns none, or several.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? ConnectionId { get; init; }

    /// <summary>The setting as its API shows it, never with a secret; null when it was not there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Before { get; init; }

    /// <summary>The setting as its API shows it, never with a secret; null when it is gone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? After { get; init; }
}
