using LeadSync.Contracts;
using LeadSync.Mapping.Fields;

namespace LeadSync.Mapping.Leads;

/// <summary>What Mapping says of a lead: ids and instants follow from the version, so that saying it again is the same.</summary>
public static class MappingEvents
{
    public static MappedLead Mapped(
        WorkingLead lead,
        Guid connectionId,
        string createAs,
        long version,
        MappingOutcome.Mapped mapped,
        string? againAfter = null
    ) =>
        new()
        {
            EventId = EventIds.Derive("LeadMapped", lead.Key, connectionId, version),
            OccurredAt = Versions.Instant(version),
            TraceParent = lead.State.Newest?.TraceParent,
            Source = lead.Key.Source,
            LeadId = lead.Key.LeadId,
            ConnectionId = connectionId,
            Version = version,
            CreateAs = createAs,
            Match = new MatchKeys { Records = Records(lead, connectionId), Email = lead.Email },
            Sections = mapped.Sections,
            Remarks = mapped.Remarks.Count == 0 ? null : mapped.Remarks,
            AgainAfter = againAfter,
            Metadata = lead.State.Metadata?.Pairs,
        };

    /// <summary>That nothing is wanted any more.</summary>
    /// <param name="reason">Null: the source withdrew the lead.</param>
    public static MappedLead Withdrawn(
        WorkingLead lead,
        Guid connectionId,
        string createAs,
        long version,
        string? reason = null
    ) =>
        new()
        {
            EventId = EventIds.Derive("LeadMapped", lead.Key, connectionId, version),
            OccurredAt = Versions.Instant(version),
            Source = lead.Key.Source,
            LeadId = lead.Key.LeadId,
            ConnectionId = connectionId,
            Version = version,
            CreateAs = createAs,
            Match = new MatchKeys(),
            Sections = [],
            Withdrawn = true,
            Reason = reason,
        };

    public static FailedSync NoRoute(WorkingLead lead) =>
        Failed(
            lead,
            connectionId: null,
            lead.Version,
            FailureCatalogue.NoRoute,
            $"Nothing takes the lead on from the source '{lead.Key.Source}'; it is kept here.",
            FailureCatalogue.NoRoute.Fix,
            []
        );

    public static FailedSync FilteredOut(WorkingLead lead) =>
        Failed(
            lead,
            connectionId: null,
            lead.Version,
            FailureCatalogue.FilteredOut,
            $"No filter of the routes from the source '{lead.Key.Source}' takes the lead; it is kept here.",
            FailureCatalogue.FilteredOut.Fix,
            []
        );

    public static FailedSync CannotMap(
        WorkingLead lead,
        Guid connectionId,
        long version,
        MappingOutcome.CannotMap cannot
    ) =>
        Failed(
            lead,
            connectionId,
            version,
            cannot.Kind,
            cannot.Faults.Count == 0
                ? cannot.Kind.Cause
                : string.Join("; ", cannot.Faults.Select(fault => $"{fault.Object}.{fault.Field} {fault.Reason}"))
                    + ".",
            cannot.Faults.Count == 0
                ? cannot.Kind.Fix
                : string.Join(" ", cannot.Faults.Select(fault => fault.Fix).Distinct(StringComparer.Ordinal)),
            [.. cannot.Faults.Select(fault => fault.Field).Distinct(StringComparer.Ordinal)]
        );

    private static FailedSync Failed(
        WorkingLead lead,
        Guid? connectionId,
        long version,
        FailureKind kind,
        string message,
        string fix,
        IReadOnlyList<string> fields
    ) =>
        new()
        {
            EventId = EventIds.Derive($"SyncFailed.{kind.Code}", lead.Key, connectionId ?? Guid.Empty, version),
            OccurredAt = Versions.Instant(version),
            TraceParent = lead.State.Newest?.TraceParent,
            Source = lead.Key.Source,
            LeadId = lead.Key.LeadId,
            ConnectionId = connectionId,
            Version = version,
            Stage = SyncStage.Mapping,
            Code = kind.Code,
            Message = message,
            Cause = kind.Cause,
            Fix = fix,
            Fields = fields,
            Transient = kind.Transient,
            Metadata = lead.State.Metadata?.Pairs,
        };

    // What the CRM itself taught us first, then what the source says; each record once.
    private static List<KnownRecord> Records(WorkingLead lead, Guid connectionId)
    {
        var records = lead
            .Links.Where(link => link.ConnectionId == connectionId)
            .Select(link => link.Record)
            .OrderBy(record => record.Object, StringComparer.Ordinal)
            .Concat(
                lead.State.Records.Where(record => record.ConnectionId is null || record.ConnectionId == connectionId)
                    .OrderBy(record => record.Object, StringComparer.Ordinal)
                    .ThenBy(record => record.RecordId, StringComparer.Ordinal)
                    .Select(record => new KnownRecord(record.Object, record.RecordId, record.ConnectionId))
            );
        return [.. records.DistinctBy(record => (record.Object, RecordIds.Short(record.RecordId)))];
    }
}
