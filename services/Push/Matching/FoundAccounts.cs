using LeadSync.Crm;

namespace LeadSync.Push.Matching;

/// <summary>The Accounts that one search found.</summary>
/// <param name="refused">Why they could not be looked for; null when they could.</param>
public sealed class FoundAccounts(IReadOnlyList<CrmAccount> accounts, CrmFailure? refused = null)
{
    public static FoundAccounts None { get; } = new([]);

    private readonly ILookup<string, CrmAccount> _byHost = accounts
        .Select(account => (Host: WebsiteHost.Of(account.Website), account))
        .Where(one => one.Host is not null)
        .ToLookup(one => one.Host!, one => one.account, StringComparer.Ordinal);

    private readonly ILookup<string, CrmAccount> _byName = accounts.ToLookup(
        account => account.Name.Trim(),
        StringComparer.OrdinalIgnoreCase
    );

    public CrmFailure? Refused => refused;

    /// <summary>The connected user may not give a new Contact an Account.</summary>
    public bool IsUnwritable { get; init; }

    public CrmAccount? ById(string? id) => accounts.FirstOrDefault(account => account.Id == id);

    /// <summary>Those whose website has exactly this host, but for <c>www.</c>.</summary>
    public IReadOnlyList<CrmAccount> ByHost(string? host) => host is null ? [] : InOrder(_byHost[host]);

    /// <summary>Those of this name, whatever its case.</summary>
    public IReadOnlyList<CrmAccount> ByName(string? name) => name is null ? [] : InOrder(_byName[name]);

    private static List<CrmAccount> InOrder(IEnumerable<CrmAccount> found) =>
        [.. found.OrderBy(account => account.Id, StringComparer.Ordinal)];
}
