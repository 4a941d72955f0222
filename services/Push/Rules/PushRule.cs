using LeadSync.Contracts;

namespace LeadSync.Push.Rules;

/// <summary>
/// What a customer wants for one object of a connection: which record a lead is, and what is done about it. What is left out
/// is as in <see cref="Default"/>; docs/rules.md has each with an example.
/// </summary>
public sealed record PushRule
{
    /// <summary>What holds for a connection that has no rule.</summary>
    public static PushRule Default { get; } = new();

    /// <summary>Whether records of this object are created, updated, or both.</summary>
    public RuleMode Mode { get; init; }

    /// <summary>
    /// API name of a field that holds the same id as the customer's own system: External Id and Unique, and filled by the mapping.
    /// Null: none.
    /// </summary>
    public string? ExternalIdField { get; init; }

    /// <summary>What a person is looked for with after record id and external id, strongest first.</summary>
    public IReadOnlyList<RuleKey> MatchBy { get; init; } = [RuleKey.Email];

    /// <summary>What becomes of a lead that has none of the keys.</summary>
    public NoMatchKeyPolicy NoMatchKey { get; init; }

    /// <summary>What becomes of a lead that several records match.</summary>
    public SeveralMatchesPolicy SeveralMatches { get; init; }

    /// <summary>What becomes of a lead whose record was deleted, when no other matches.</summary>
    public DeletedRecordPolicy DeletedRecord { get; init; }

    /// <summary>Of the rule for Leads: what becomes of a lead that is found to be a Contact.</summary>
    public ExistsAsContactPolicy ExistsAsContact { get; init; }

    /// <summary>Of the rule for Leads: what becomes of a lead that is found to be a Lead and a Contact.</summary>
    public ExistsAsBothPolicy ExistsAsBoth { get; init; }

    /// <summary>Of the rule for Contacts: which Account a new one gets.</summary>
    public AccountRule Account { get; init; } = AccountRule.Default;

    /// <summary>What a record must have before it is created; null: nothing beyond what the org requires.</summary>
    public CreateWhen? CreateWhen { get; init; }

    /// <summary>Whom a record belongs to that is created, unless the mapping writes its owner.</summary>
    public OwnerRule Owner { get; init; } = OwnerRule.Leave;

    /// <summary>
    /// Id of the record type that a created record is given, unless the mapping writes it; null leaves it to the CRM. A rule that was
    /// not saved yet may have the record type's name here.
    /// </summary>
    public string? RecordType { get; init; }
}

public enum RuleMode
{
    /// <summary>Update the record that matches; create one where none does.</summary>
    CreateAndUpdate,

    /// <summary>Never create.</summary>
    UpdateOnly,

    /// <summary>Create where none matches; leave alone what is there.</summary>
    CreateOnly,
}

public enum RuleKey
{
    /// <summary>The email address, whatever its case.</summary>
    Email,

    /// <summary>Company and last name together, whatever their case.</summary>
    CompanyAndLastName,
}

public enum NoMatchKeyPolicy
{
    /// <summary>It waits for a person.</summary>
    Park,

    /// <summary>A record is created, as for somebody new.</summary>
    Create,
}

public enum SeveralMatchesPolicy
{
    /// <summary>The one with activities, of those the oldest, of those the one with the lowest id.</summary>
    Take,

    /// <summary>It waits for a person, who is told all of them.</summary>
    Park,
}

public enum DeletedRecordPolicy
{
    /// <summary>It waits for a person: what somebody deleted is not made again behind their back.</summary>
    Park,

    /// <summary>A record is created, as for somebody new.</summary>
    CreateAnew,
}

public enum ExistsAsContactPolicy
{
    /// <summary>The Contact is updated by the mapping for Contacts; without one it is left alone.</summary>
    Update,

    /// <summary>Nothing is written.</summary>
    Skip,

    /// <summary>A Lead is created all the same.</summary>
    CreateAnyway,
}

public enum ExistsAsBothPolicy
{
    /// <summary>One of the two is updated: the Contact, where that is ours to update; else the Lead.</summary>
    ContactOnly,

    /// <summary>Both are updated, each by the mapping for its object.</summary>
    Both,
}

/// <summary>The rules of one connection, as they were when a round began.</summary>
public sealed class RuleSet(IReadOnlyDictionary<string, (PushRule Rule, long Revision)> rules)
{
    /// <summary>No rule at all: the defaults hold.</summary>
    public static RuleSet None { get; } = new(new Dictionary<string, (PushRule, long)>(StringComparer.Ordinal));

    public PushRule Of(string objectName) =>
        rules.TryGetValue(objectName, out var found) ? found.Rule : PushRule.Default;

    /// <summary>Names a setting that decided.</summary>
    public DecidingRule Deciding<T>(string objectName, string setting, T value)
        where T : struct, Enum => Deciding(objectName, setting, RuleText.Of(value));

    /// <inheritdoc cref="Deciding{T}"/>
    public DecidingRule Deciding(string objectName, string setting, string value) =>
        new(objectName, rules.TryGetValue(objectName, out var found) ? found.Revision : 0, setting, value);
}
