namespace LeadSync.Crm;

/// <summary>Which records of an object were deleted in a stretch of time, merged ones among them.</summary>
/// <param name="EarliestAvailable">Before this the CRM no longer tells.</param>
/// <param name="CoveredUntil">All that was deleted before this is told; where the next stretch begins.</param>
/// <param name="RequestId">The CRM's own id of the request, for its support; null when it gave none.</param>
public sealed record DeletedRecords(
    IReadOnlyList<DeletedRecord> Records,
    DateTimeOffset EarliestAvailable,
    DateTimeOffset CoveredUntil,
    int Calls,
    string? RequestId
);

/// <param name="RecordId">The record's id in its long form.</param>
public sealed record DeletedRecord(string RecordId, DateTimeOffset DeletedAt);

/// <summary>Which records of an object were created or changed in a stretch of time.</summary>
/// <param name="RecordIds">Ids in their long form, each once.</param>
/// <param name="CoveredUntil">All that was changed before this is told; where the next stretch begins. May lag hours behind.</param>
/// <param name="RequestId">The CRM's own id of the request, for its support; null when it gave none.</param>
public sealed record ChangedRecords(
    IReadOnlyList<string> RecordIds,
    DateTimeOffset CoveredUntil,
    int Calls,
    string? RequestId
);
