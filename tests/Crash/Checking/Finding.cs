namespace LeadSync.Crash.Checking;

/// <summary>What is counted. All are to stay zero.</summary>
public enum Counter
{
    /// <summary>Acknowledged, and neither in the CRM nor parked with a cause.</summary>
    Lost,

    /// <summary>More than one record of one person, by our doing.</summary>
    Duplicate,

    /// <summary>A field does not hold the newest acknowledged value, which was never written.</summary>
    Stale,

    /// <summary>We wrote a value that nobody sent.</summary>
    Unexpected,

    /// <summary>Audit tells of a write that did not happen.</summary>
    PhantomAudit,

    /// <summary>A write happened of which Audit does not tell.</summary>
    MissingAudit,

    /// <summary>More calls than the org's allowance leaves us.</summary>
    OverBudget,

    /// <summary>We deleted a record.</summary>
    Deleted,

    /// <summary>A value of one workspace in another's org.</summary>
    CrossWorkspace,

    /// <summary>A field that is filled only when empty was written over.</summary>
    GuardedOverwritten,

    /// <summary>An older captured value was written after a newer one.</summary>
    Retroactive,

    /// <summary>A call for leads started while the lane was held.</summary>
    CallAfterHold,

    /// <summary>A lead still waits although nothing stands in its way any more.</summary>
    Stuck,
}

/// <summary>One broken promise.</summary>
/// <param name="Who">The lead, person or record that it broke for.</param>
/// <param name="What">What was found, for who looks for the fault.</param>
public sealed record Finding(Counter Counter, string Who, string What)
{
    public override string ToString() => $"{Counter} {Who}: {What}";
}
