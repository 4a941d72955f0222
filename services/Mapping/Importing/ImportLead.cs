using LeadSync.Contracts;
using LeadSync.Mapping.Leads;

namespace LeadSync.Mapping.Importing;

/// <summary>Pure: what a pulled record does to one lead that it is.</summary>
public static class ImportLead
{
    /// <summary>Changes the lead; null when nothing changes: an echo, a redelivery, or what the lead has already.</summary>
    public static ImportOutcome? Take(WorkingLead lead, RecordToImport record, ImportMatch by, DateTimeOffset now) =>
        record is { Stands: true, Pull: { } pull }
            ? Take(lead, record.Pulled, pull, by, now)
            : Relink(lead, record.Pulled);

    private static ImportOutcome? Take(
        WorkingLead lead,
        PulledRecord pulled,
        PullInto pull,
        ImportMatch by,
        DateTimeOffset now
    )
    {
        var isNew = lead.Version == 0;
        var changes = ImportRules.Changes(lead.State, pulled, pull.Fields);
        var isLinked = lead.Links.Any(link =>
            link.ConnectionId == pulled.ConnectionId
            && link.Record.Object == pulled.Record.Object
            && RecordIds.Short(link.Record.RecordId) == RecordIds.Short(pulled.Record.RecordId)
        );
        // Found by what its source said, it is linked already.
        if (!isNew && changes.Count == 0 && (isLinked || by == ImportMatch.Record))
            return null;
        lead.Import(changes, now);
        return isNew ? ImportOutcome.Created : ImportOutcome.Changed;
    }

    private static ImportOutcome Relink(WorkingLead lead, PulledRecord pulled)
    {
        lead.Unlink(pulled.ConnectionId, pulled.Record);
        return pulled is { Fate: not RecordFate.Deleted, BecameRecord: not null }
            ? ImportOutcome.Relinked
            : ImportOutcome.Unlinked;
    }

    /// <summary>What is to be said of it; the version comes when the lead has been decided.</summary>
    public static ImportedLead Tell(WorkingLead lead, PulledRecord pulled, ImportOutcome outcome, ImportMatch by) =>
        new()
        {
            EventId = EventIds.Derive(
                "LeadImported",
                lead.Key.Workspace,
                lead.Key.Source,
                lead.Key.LeadId,
                pulled.EventId.ToString("N")
            ),
            OccurredAt = pulled.OccurredAt,
            TraceParent = pulled.TraceParent,
            Source = lead.Key.Source,
            LeadId = lead.Key.LeadId,
            ConnectionId = pulled.ConnectionId,
            Version = 0,
            Record = outcome == ImportOutcome.Relinked ? pulled.BecameRecord! : pulled.Record,
            Outcome = outcome,
            FoundBy = by,
            Fields = lead
                .State.Fields.Where(field => field.Value.By == pulled.EventId)
                .ToDictionary(field => field.Key, field => field.Value.Value, StringComparer.Ordinal),
            Initial = pulled.Initial,
        };
}
