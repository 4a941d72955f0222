namespace LeadSync.Crm;

/// <summary>Which companies' records to look for beside people: those that any of this finds.</summary>
/// <param name="RecordIds">15 or 18 characters; a text that can be no id finds nothing.</param>
/// <param name="Hosts">
/// Hosts of websites, without <c>www.</c>. What is found begins with one of them, and may be of a longer host: whoever asks
/// compares.
/// </param>
/// <param name="Names">Whole names, compared without case.</param>
public sealed record AccountSearch(
    IReadOnlyCollection<string> RecordIds,
    IReadOnlyCollection<string> Hosts,
    IReadOnlyCollection<string> Names
);

/// <summary>A company's record as the CRM holds it.</summary>
/// <param name="Id">In its long form.</param>
/// <param name="Website">As it was typed.</param>
/// <param name="ActiveOwner">The user that owns it, in the long form; null where that user is inactive, or cannot be seen.</param>
public sealed record CrmAccount(
    string Id,
    string Name,
    string? Website,
    DateTimeOffset CreatedAt,
    string? ActiveOwner = null
);
