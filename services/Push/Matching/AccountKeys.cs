using LeadSync.Contracts;
using LeadSync.Push.Writing;

namespace LeadSync.Push.Matching;

/// <summary>What the Account of a new Contact is found by. Pure.</summary>
/// <param name="Company">Where the person works.</param>
/// <param name="Website">As it was captured.</param>
/// <param name="Host">Of the website, where it tells one company from others.</param>
public sealed record AccountKeys(string? Company, string? Website, string? Host)
{
    /// <summary>Characters that the name and the website of an Account may have.</summary>
    public const int LongestText = 255;

    private const string Lead = "Lead";

    /// <summary>What the source says; failing that, what the mapping writes of a Lead.</summary>
    public static AccountKeys Of(MappedLead wanted)
    {
        var website = wanted.Match.Website ?? Text(wanted, "Website");
        return new AccountKeys(Cut(wanted.Match.Company ?? Text(wanted, "Company")), website, WebsiteHost.Of(website));
    }

    // As an Account could be named: a longer one would be created, and never found again.
    private static string? Cut(string? company) =>
        company is not { Length: > LongestText } ? company
        : char.IsHighSurrogate(company[LongestText - 1]) ? company[..(LongestText - 1)].TrimEnd()
        : company[..LongestText].TrimEnd();

    /// <summary>What makes the Accounts of two people one, as <see cref="Lanes.PersonKeys"/> does for people.</summary>
    public IReadOnlyList<string> Claims =>
        [
            .. Company is null ? (string[])[] : [$"account:name:{Company.ToUpperInvariant()}"],
            .. Host is null ? (string[])[] : [$"account:host:{Host}"],
        ];

    private static string? Text(MappedLead wanted, string fieldName)
    {
        var field = Decisions
            .Section(wanted, Lead)
            ?.Fields.FirstOrDefault(field => field.Field == fieldName && !FieldValue.IsEmpty(field.Value));
        return field is null ? null : FieldValue.Text(field.Value).Trim();
    }
}
