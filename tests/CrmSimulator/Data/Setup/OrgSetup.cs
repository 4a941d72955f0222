namespace LeadSync.CrmSimulator.Data;

/// <summary>
/// What an admin has set up in an org beside its fields: people and what they may do, queues, rules, features. Replaced as
/// a whole; ids follow from the places in the lists, so add at their ends.
/// </summary>
public sealed record OrgSetup
{
    /// <summary>The first three are the integration user, the rep and the one who has left; they stay.</summary>
    public IReadOnlyList<UserSetup> Users { get; init; } = [];
    public IReadOnlyList<PermissionSet> PermissionSets { get; init; } = [PermissionSet.Administrator];

    /// <summary>The first is the queue for inbound leads; it stays.</summary>
    public IReadOnlyList<QueueSetup> Queues { get; init; } = [new("Inbound_leads", "Inbound leads", ["Lead"])];
    public IReadOnlyList<AssignmentRule> AssignmentRules { get; init; } = [];
    public IReadOnlyList<DuplicateRule> DuplicateRules { get; init; } = [];
    public IReadOnlyList<ValidationRule> ValidationRules { get; init; } = [];
    public IReadOnlyList<Trigger> Triggers { get; init; } = [];
    public IReadOnlyList<Flow> Flows { get; init; } = [];
    public IReadOnlyList<RecordType> RecordTypes { get; init; } = [];

    /// <summary>Who sees other people's records, by object; an object that is not named is open to all.</summary>
    public IReadOnlyDictionary<string, SharingModel> Sharing { get; init; } =
        new Dictionary<string, SharingModel>(StringComparer.Ordinal);

    /// <summary>State and country picklists are on when there is any.</summary>
    public IReadOnlyList<Country> Countries { get; init; } = [];

    /// <summary>Multiple currencies are on when there is any; the first is the org's own.</summary>
    public IReadOnlyList<string> Currencies { get; init; } = [];
    public bool PersonAccounts { get; init; }

    /// <summary>As a new org has it.</summary>
    public static OrgSetup Standard(string orgName) =>
        new()
        {
            Users =
            [
                new($"integration@{orgName}.example", "Integration", "LeadSync"),
                new($"rep@{orgName}.example", "Rep", "Riley"),
                new($"gone@{orgName}.example", "Gone", "Glenn", IsActive: false),
            ],
        };
}

/// <param name="Profile">Name of a permission set that is a profile.</param>
/// <param name="PermissionSets">Names of further ones; what all of them give adds up.</param>
public sealed record UserSetup(
    string Username,
    string LastName,
    string? FirstName = null,
    bool IsActive = true,
    string Profile = "System Administrator",
    IReadOnlyList<string>? PermissionSets = null,
    string? Email = null
);

/// <param name="Name">The developer name.</param>
/// <param name="Objects">Objects whose records it may own.</param>
/// <param name="Members">Usernames.</param>
public sealed record QueueSetup(
    string Name,
    string Label,
    IReadOnlyList<string> Objects,
    IReadOnlyList<string>? Members = null
);

/// <summary>What other users than a record's owner may do with it.</summary>
public enum SharingModel
{
    ReadWrite,
    Read,
    Private,
}

/// <param name="Code">ISO 3166, as DE.</param>
/// <param name="States">Names by code.</param>
public sealed record Country(string Code, string Name, IReadOnlyDictionary<string, string>? States = null);

/// <param name="Name">The developer name.</param>
/// <param name="Values">Of restricted picklists, by field: those that records of this type may have.</param>
public sealed record RecordType(
    string Name,
    string Label,
    string Object,
    bool IsActive = true,
    bool IsDefault = false,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Values = null
);
