namespace LeadSync.Push.Rules;

/// <summary>Whom a record is to belong to that is created. A record that is there keeps its owner.</summary>
/// <param name="Id">
/// The user's or the queue's id in its long form; of <see cref="OwnerKind.AssignmentRules"/> the rule's, null for the one that is
/// active.
/// </param>
public sealed record OwnerRule(OwnerKind By, string? Id = null)
{
    /// <summary>The default.</summary>
    public static OwnerRule Leave { get; } = new(OwnerKind.Leave);

    /// <summary>
    /// Users and queues that come next, in this order, where the ones before cannot be given the record; after the last of them
    /// it is as with <see cref="OwnerKind.Leave"/>.
    /// </summary>
    public IReadOnlyList<OwnerRule> Fallback { get; init; } = [];
}

public enum OwnerKind
{
    /// <summary>As the CRM does by itself: the user that LeadSync is connected as.</summary>
    Leave,

    /// <summary>Whom the org's assignment rules choose. Leads only.</summary>
    AssignmentRules,

    /// <summary>This user.</summary>
    User,

    /// <summary>This queue. Leads only.</summary>
    Queue,
}
