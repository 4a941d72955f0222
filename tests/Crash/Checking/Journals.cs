namespace LeadSync.Crash.Checking;

/// <summary>
/// All that is known of a trial from outside, from four journals: what the producer was promised, what the CRM was asked and
/// did, what Audit tells, and what the databases hold in the end.
/// </summary>
public sealed record Journals
{
    public IReadOnlyList<Capture> Captures { get; init; } = [];
    public IReadOnlyList<Effect> Effects { get; init; } = [];
    public IReadOnlyList<CrmCall> Calls { get; init; } = [];
    public IReadOnlyList<CrmRecord> Records { get; init; } = [];
    public IReadOnlyList<Told> Told { get; init; } = [];
    public IReadOnlyList<MappedVersion> Mapped { get; init; } = [];
    public IReadOnlyList<Row> Rows { get; init; } = [];

    /// <summary>Fields that overwrite, those that fill only what is empty, and constants with their value.</summary>
    public Fields Fields { get; init; } = new();

    /// <summary>By workspace, the org that it is connected to.</summary>
    public IReadOnlyDictionary<string, string> Orgs { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>By org, how many calls of its allowance are ours.</summary>
    public IReadOnlyDictionary<string, long> Budgets { get; init; } =
        new Dictionary<string, long>(StringComparer.Ordinal);
    public IReadOnlyList<Hold> Holds { get; init; } = [];

    /// <summary>Leads that need not be in the CRM yet: a person must look at them, or they still wait, which is counted for itself.</summary>
    internal IReadOnlySet<(string Workspace, string Source, string LeadId)> Excused() =>
        Rows.Where(row => row.IsPending || row.ParkedCode is not null)
            .Select(row => (row.Workspace, row.Source, row.LeadId))
            .ToHashSet();
}

/// <summary>How the fields of the CRM are mapped.</summary>
public sealed record Fields
{
    public IReadOnlyList<string> Overwritten { get; init; } = [];
    public IReadOnlyList<string> OnlyWhenEmpty { get; init; } = [];
    public IReadOnlyDictionary<string, string> Constants { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>The producer's: what it sent. Values are by CRM field and each is sent once in a whole run, but for the address.</summary>
/// <param name="AcknowledgedAt">Null: it never heard, so that it may have been taken or not.</param>
public sealed record Capture(
    Guid EventId,
    string Workspace,
    string Source,
    string LeadId,
    string Email,
    DateTimeOffset OccurredAt,
    IReadOnlyDictionary<string, string> Values,
    DateTimeOffset? AcknowledgedAt
)
{
    internal (string Workspace, string Source, string LeadId) Lead => (Workspace, Source, LeadId);
}

/// <summary>The CRM's: what was done to one record, in the order of the list.</summary>
/// <param name="ByUs">Over the API, by our user; else by hand.</param>
public sealed record Effect(
    string Org,
    string RecordId,
    EffectKind Kind,
    bool ByUs,
    DateTimeOffset At,
    IReadOnlyList<FieldEffect> Fields
);

public enum EffectKind
{
    Created,
    Updated,
    Deleted,
}

/// <summary>What a field held and holds; null is empty.</summary>
public sealed record FieldEffect(string Field, string? Before, string? After);

/// <summary>A call that counts against an org's allowance.</summary>
/// <param name="StartedAt">When it was on its way to the CRM; null where that was not seen.</param>
/// <param name="OfLeads">It looks for or writes records, as opposed to asking for limits or descriptions.</param>
public sealed record CrmCall(string Org, DateTimeOffset? StartedAt, bool OfLeads);

/// <summary>The CRM's: a record as it is in the end.</summary>
public sealed record CrmRecord(
    string Org,
    string RecordId,
    string Email,
    bool IsDeleted,
    IReadOnlyDictionary<string, string?> Values
);

/// <summary>Audit's: that something was written.</summary>
/// <param name="Outcome"><c>created</c>, <c>updated</c> or <c>unchanged</c>.</param>
/// <param name="Written">The fields that it says were written, with their new values.</param>
public sealed record Told(
    Guid EventId,
    string Workspace,
    string Source,
    string LeadId,
    string Outcome,
    string RecordId,
    IReadOnlyDictionary<string, string?> Written
);

/// <summary>Audit's: a version of what is wanted of a lead.</summary>
public sealed record MappedVersion(string Workspace, string Source, string LeadId, long Version);

/// <summary>The databases': how far a lead is, at the one connection of its workspace.</summary>
/// <param name="ParkedCode">Why a person must look at it; null: nobody must.</param>
public sealed record Row(
    string Workspace,
    string Source,
    string LeadId,
    long Version,
    bool IsPending,
    string? ParkedCode
);

/// <summary>A stop of all of a workspace's lanes.</summary>
/// <param name="From">When it was answered that it holds.</param>
public sealed record Hold(string Org, DateTimeOffset From, DateTimeOffset To);
