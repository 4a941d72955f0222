namespace LeadSync.Crm;

/// <summary>Which records of one object to read, and which of their fields. Every name is one of the object's schema.</summary>
/// <param name="Schema">The object, as the connected user may see it.</param>
/// <param name="Fields">API names of the fields to read. Id, email and the stamps are always read.</param>
public sealed record RecordQuery(ObjectSchema Schema, IReadOnlyCollection<string> Fields)
{
    /// <summary>All of them hold of each record read.</summary>
    public IReadOnlyList<FieldCondition> Where { get; init; } = [];

    /// <summary>Only records that stand after this place when they are ordered by the stamp of their last change, then by id.</summary>
    public ChangePosition? After { get; init; }

    /// <summary>Only records last changed before this instant.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Records that were deleted or merged too, as long as the CRM still has them.</summary>
    public bool DeletedToo { get; init; }

    /// <summary>The most records to read in all; null is without end.</summary>
    public int? Most { get; init; }
}

/// <summary>A place in the order of changes.</summary>
/// <param name="Stamp">The CRM's stamp of the last change.</param>
/// <param name="RecordId">
/// The record of that stamp that has been read last. Null when none has been: then records of that very stamp are read too.
/// </param>
public sealed record ChangePosition(DateTimeOffset Stamp, string? RecordId = null);

/// <summary>What must hold of a field.</summary>
/// <param name="Field">API name.</param>
/// <param name="Values">
/// As people write them: <c>true</c> and <c>false</c>, numbers with a point, dates as <c>2026-07-01</c>, instants with an offset.
/// One for the comparisons that order or search, one or more for the others; none for those that ask for emptiness.
/// </param>
public sealed record FieldCondition(string Field, FieldComparison Comparison, params IReadOnlyList<string> Values);

public enum FieldComparison
{
    /// <summary>Is one of the values; texts without regard to case.</summary>
    Is,

    /// <summary>Is none of the values.</summary>
    IsNot,
    IsEmpty,
    IsNotEmpty,
    Below,
    AtMost,
    Above,
    AtLeast,

    /// <summary>A text that begins so, without regard to case.</summary>
    StartsWith,

    /// <summary>A text that has it somewhere, without regard to case.</summary>
    Contains,
}

/// <summary>A page of a query's answer.</summary>
/// <param name="Records">In the order of their last change, then by id.</param>
/// <param name="Total">How many records the query finds in all.</param>
/// <param name="Next">What continues the query; null after the last page. It lapses, on Salesforce after two days.</param>
/// <param name="ServerTime">The CRM's clock when it answered.</param>
/// <param name="Calls">API calls used, those for a renewed session included.</param>
/// <param name="RequestId">The CRM's own id of the request, for its support; null when it gave none.</param>
public sealed record RecordPage(
    IReadOnlyList<CrmRecord> Records,
    long Total,
    string? Next,
    DateTimeOffset ServerTime,
    int Calls,
    string? RequestId
);
