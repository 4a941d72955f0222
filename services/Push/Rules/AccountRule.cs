namespace LeadSync.Push.Rules;

/// <summary>Of the rule for Contacts: which Account a new one gets. A Contact that is there keeps its own.</summary>
/// <param name="Find">What it is looked for by, strongest first; empty: it is not looked for.</param>
/// <param name="None">What becomes of a Contact whose Account is not found.</param>
/// <param name="Fixed">The Account's id, with <see cref="NoAccountPolicy.Fixed"/> and only then; 18 characters.</param>
public sealed record AccountRule(IReadOnlyList<AccountKey> Find, NoAccountPolicy None, string? Fixed)
{
    /// <summary>Found where there is one, and else left empty: a Contact is never kept back for it.</summary>
    public static AccountRule Default { get; } =
        new([AccountKey.WebsiteDomain, AccountKey.Name], NoAccountPolicy.LeaveEmpty, Fixed: null);

    /// <summary>As the reason of a decision names it: <c>websiteDomain+name, none park</c>.</summary>
    public override string ToString() =>
        $"{(Find.Count == 0 ? "not looked for" : string.Join('+', Find.Select(RuleText.Of)))}, none {RuleText.Of(None)}";
}

public enum AccountKey
{
    /// <summary>The Account's website has the same host as the person's, but for <c>www.</c>.</summary>
    WebsiteDomain,

    /// <summary>The Account's name is the person's company, whatever their case.</summary>
    Name,
}

public enum NoAccountPolicy
{
    /// <summary>The Contact has none, and its outcome says so.</summary>
    LeaveEmpty,

    /// <summary>One that the rule names.</summary>
    Fixed,

    /// <summary>One is created, with the person's company and website.</summary>
    Create,

    /// <summary>The lead waits for a person.</summary>
    Park,
}
