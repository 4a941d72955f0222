using System.Text.Json.Serialization;

namespace LeadSync.Contracts;

/// <summary>The source deleted these leads: they are dropped here and no longer synced; their CRM records stay.</summary>
public sealed record LeadWithdrawn : IEventList<WithdrawnLead>
{
    public required string Workspace { get; init; }
    public required IReadOnlyList<WithdrawnLead> Items { get; init; }
}

public sealed record WithdrawnLead : IEventItem
{
    public required Guid EventId { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceParent { get; init; }

    public required string Source { get; init; }
    public required string LeadId { get; init; }

    public LeadKey Key(string workspace) => new(workspace, Source, LeadId);
}
