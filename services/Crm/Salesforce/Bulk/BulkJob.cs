namespace LeadSync.Crm.Salesforce.Bulk;

/// <summary>A job of Salesforce's Bulk API 2.0, as it stood when it was read.</summary>
/// <param name="Id">Salesforce's id of it; its results are found by it for seven days, then Salesforce forgets them.</param>
/// <param name="IsQuery">It reads, else it writes.</param>
/// <param name="Processed">Records done so far, those that failed among them.</param>
/// <param name="Failed">Records that could not be written. A job that is complete may have any number of them.</param>
/// <param name="Error">Why the whole job failed.</param>
public sealed record BulkJob(string Id, bool IsQuery, BulkJobState State, long Processed, long Failed, string? Error)
{
    /// <summary>API calls used by what gave this.</summary>
    public int Calls { get; init; }

    /// <summary>The CRM's own id of the request that gave this.</summary>
    public string? RequestId { get; init; }
}

public enum BulkJobState
{
    /// <summary>A writing job that waits for its records.</summary>
    Open,

    /// <summary>It has all it needs and waits for its turn. A reading job begins here.</summary>
    UploadComplete,
    InProgress,
    JobComplete,
    Aborted,
    Failed,
}

/// <summary>What a writing job does.</summary>
/// <param name="Object">API name of the object.</param>
/// <param name="KeyField">Upserts by this field; null for creates or updates.</param>
/// <param name="Updates">Updates by record id.</param>
public sealed record BulkWrite(string Object, string? KeyField = null, bool Updates = false);

/// <summary>Which outcomes of a writing job to read.</summary>
public enum BulkOutcomes
{
    Written,
    Refused,

    /// <summary>Records that a job which failed or was aborted did not come to. They were not written.</summary>
    Unprocessed,
}

/// <summary>What became of one record of a writing job. They come in no particular order.</summary>
/// <param name="RecordId">The record's id in its long form, when it has one.</param>
/// <param name="Created">The record is new.</param>
/// <param name="Failure">Why it was not written.</param>
/// <param name="Row">What was sent, by column: the key or id tells whose it is.</param>
public sealed record BulkOutcome(
    string? RecordId,
    bool Created,
    CrmFailure? Failure,
    IReadOnlyDictionary<string, string> Row
);

/// <summary>Salesforce's own shape of a job.</summary>
internal sealed record BulkJobAnswer(string Id, string State)
{
    public long NumberRecordsProcessed { get; init; }
    public long NumberRecordsFailed { get; init; }
    public string? ErrorMessage { get; init; }
}
