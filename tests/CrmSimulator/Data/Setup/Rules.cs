namespace LeadSync.CrmSimulator.Data;

/// <summary>Gives records an owner on create and update, by the first entry that holds.</summary>
/// <param name="Object">Lead, Case or Account.</param>
public sealed record AssignmentRule(
    string Name,
    IReadOnlyList<AssignmentEntry> Entries,
    bool IsActive = true,
    string Object = "Lead"
);

/// <param name="AssignTo">Username, or a queue's developer name.</param>
/// <param name="When">A condition as in a query's WHERE; null always holds.</param>
public sealed record AssignmentEntry(string AssignTo, string? When = null);

/// <summary>Refuses records for which a condition holds.</summary>
/// <param name="ErrorWhen">A condition as in a query's WHERE.</param>
/// <param name="Message">The admin's own words, in any language.</param>
/// <param name="Field">The field the message is shown at; null shows it at the top.</param>
public sealed record ValidationRule(
    string Name,
    string Object,
    string ErrorWhen,
    string Message,
    string? Field = null,
    bool IsActive = true
);

/// <summary>Apex of the org that throws: one such record fails its whole chunk.</summary>
/// <param name="When">A condition as in a query's WHERE; null always holds.</param>
/// <param name="Throws">The exception as Apex words it.</param>
/// <param name="Code">CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY for Apex, CANNOT_EXECUTE_FLOW_TRIGGER for a flow.</param>
public sealed record Trigger(
    string Name,
    string Object,
    string? When = null,
    bool OnCreate = true,
    bool OnUpdate = true,
    string Throws = "System.NullPointerException: Attempt to de-reference a null object",
    string Code = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
    bool IsActive = true
);

/// <summary>A flow of the org that sets fields on saving, over what the caller sent and what an assignment rule gave.</summary>
/// <param name="Sets">Texts by field; for OwnerId a username, a queue's developer name or an id.</param>
/// <param name="When">A condition as in a query's WHERE; null always holds.</param>
public sealed record Flow(
    string Name,
    string Object,
    IReadOnlyDictionary<string, string> Sets,
    string? When = null,
    bool OnCreate = true,
    bool OnUpdate = true,
    bool IsActive = true
);

/// <summary>What a duplicate rule does when it finds one.</summary>
public enum DuplicateAction
{
    /// <summary>Nothing.</summary>
    Allow,

    /// <summary>Over the API it refuses, unless the caller says allowSave.</summary>
    Alert,

    /// <summary>Refuses always.</summary>
    Block,
}

/// <param name="Name">The developer name.</param>
/// <param name="Message">The admin's own words.</param>
public sealed record DuplicateRule(
    string Name,
    string Object,
    IReadOnlyList<MatchingRule> MatchingRules,
    DuplicateAction OnCreate = DuplicateAction.Alert,
    DuplicateAction OnUpdate = DuplicateAction.Alert,
    string Message = "Use one of these records?",
    bool IsActive = true
)
{
    /// <summary>The rule for Leads that a new org has, against Leads and Contacts.</summary>
    public static DuplicateRule StandardLead { get; } =
        new(
            "Standard_Lead_Duplicate_Rule",
            "Lead",
            [
                new("Standard_Lead_Match_Rule_v1_0", "Lead", MatchEngine.Fuzzy),
                new("Standard_Contact_Match_Rule_v1_1", "Contact", MatchEngine.Fuzzy),
            ]
        );
}

public enum MatchEngine
{
    /// <summary>Every listed field is filled and the same, whatever its case.</summary>
    Exact,

    /// <summary>Similar names, and the same email address or phone number or a similar company.</summary>
    Fuzzy,
}

/// <param name="Object">Among whose records it looks.</param>
/// <param name="Fields">For the exact engine.</param>
public sealed record MatchingRule(string Name, string Object, MatchEngine Engine, IReadOnlyList<string>? Fields = null);
