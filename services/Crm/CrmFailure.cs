namespace LeadSync.Crm;

/// <summary>Why the CRM did not do what it was asked, in words that a support person can act on.</summary>
/// <param name="Code">Code of LeadSync's failure catalogue, as <c>REQUIRED_FIELD_MISSING</c>.</param>
/// <param name="Class">What is to be done about it.</param>
/// <param name="Message">The CRM's own message, cut to 500 characters. May hold what a person typed: never logged.</param>
/// <param name="Cause">Why it happened.</param>
/// <param name="Fix">What to do, and where.</param>
public sealed record CrmFailure(string Code, FailureClass Class, string Message, string Cause, string Fix)
{
    /// <summary>The CRM's own code, kept also where we do not know it.</summary>
    public string? CrmCode { get; init; }

    /// <summary>API names of the fields it is about.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>The CRM's own id of the request.</summary>
    public string? RequestId { get; init; }

    public int? HttpStatus { get; init; }

    /// <summary>Records that the CRM takes for the same person, where it names them (<c>DUPLICATES_DETECTED</c>).</summary>
    public IReadOnlyList<DuplicateRecord> Duplicates { get; init; } = [];

    /// <summary>The record that holds the value of <see cref="Fields"/>, where the CRM names it (<c>DUPLICATE_VALUE</c>).</summary>
    public string? HeldBy { get; init; }

    /// <summary>How long the CRM asks us to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// It was said of a whole batch of writes, and another record of the batch may be the cause: repeat in halves to find it.
    /// </summary>
    public bool WholeBatch { get; init; }
}

/// <summary>A record that the CRM takes for the same person.</summary>
/// <param name="Object">API name of the object: another than was written, as a Contact for a Lead.</param>
/// <param name="RecordId">The record's id in its long form.</param>
public sealed record DuplicateRecord(string Object, string RecordId);

/// <summary>What is to be done about a failure.</summary>
public enum FailureClass
{
    /// <summary>Passes by itself: wait and repeat.</summary>
    Transient,

    /// <summary>The session is over and a new one could not be had: someone must reconnect.</summary>
    Session,

    /// <summary>The org's API allowance is used up: wait until it lifts.</summary>
    Budget,

    /// <summary>This record cannot be written as it is; the others can.</summary>
    Record,

    /// <summary>The org, the user's permissions or the mapping must be changed.</summary>
    Configuration,

    /// <summary>The answer was lost or is unreadable: it may have happened.</summary>
    UnknownOutcome,
}

/// <summary>A call failed as a whole.</summary>
public sealed class CrmException : Exception
{
    public CrmException(CrmFailure failure, Exception? inner = null)
        : base(
            $"{failure.Code} ({failure.CrmCode ?? "-"}, HTTP {failure.HttpStatus?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-"})",
            inner
        ) => Failure = failure;

    public CrmFailure Failure { get; }

    /// <summary>API calls that the failed request used.</summary>
    internal int Calls { get; init; }
}
