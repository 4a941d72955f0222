namespace LeadSync.Crm;

/// <summary>Users and queues of which it is asked whether records may be given to them now.</summary>
/// <param name="Users">Ids of 15 or 18 characters; a text that can be no id finds nobody.</param>
/// <param name="Queues">Ids in the same way.</param>
public sealed record OwnerSearch(IReadOnlyCollection<string> Users, IReadOnlyCollection<string> Queues);

/// <summary>Somebody whom records may be given to now: an active user, or a queue.</summary>
/// <param name="Id">In its long form.</param>
/// <param name="Objects">API names of the objects whose records it may own; null for a user, who may own any.</param>
public sealed record CrmOwner(string Id, IReadOnlyList<string>? Objects = null);

/// <summary>The CRM's own rules choose whom a new record belongs to.</summary>
/// <param name="RuleId">
/// The rule that chooses (Salesforce: <c>01Q…</c>); null for the one that is active. Salesforce knows them for Leads, Cases and
/// Accounts.
/// </param>
public sealed record Assignment(string? RuleId = null);
