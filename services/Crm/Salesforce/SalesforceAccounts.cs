using System.Text.Json;

namespace LeadSync.Crm.Salesforce;

/// <summary>
/// Finds Accounts by id, name and website, in queries that go along with those for people. When Salesforce refuses them, because
/// the user may not see Accounts or their Website, the people are found all the same.
/// </summary>
internal sealed class SalesforceAccounts
{
    private const string Account = "Account";
    private const string Website = "Website";

    // How people type the same address. What follows the host may be anything.
    private static readonly string[] Beginnings = ["", "www.", "http://", "http://www.", "https://", "https://www."];

    private readonly Dictionary<string, CrmAccount> _found = new(StringComparer.Ordinal);

    public IReadOnlyList<CrmAccount> Found => Refused is null ? [.. _found.Values] : [];

    /// <summary>Why they could not be looked for; null when they could.</summary>
    public CrmFailure? Refused { get; private set; }

    public static IReadOnlyList<string> Queries(AccountSearch? search) =>
        search is null
            ? []
            : new Soql(Account, ["Id", "Name", Website, "CreatedDate", "OwnerId", "Owner.IsActive"])
                .In("Id", SalesforceFind.Ids(search.RecordIds))
                .In("Name", search.Names.Where(SalesforceFind.CanBeText).Distinct(StringComparer.OrdinalIgnoreCase))
                .BeginsWith(
                    Website,
                    search
                        .Hosts.Where(SalesforceFind.CanBeText)
                        .Distinct(StringComparer.OrdinalIgnoreCase)
                        .SelectMany(host => Beginnings.Select(beginning => beginning + host))
                )
                .Build();

    /// <summary>Takes an answer in; gives where its next page is, if there is one.</summary>
    /// <exception cref="CrmException">It is not readable, or refused for what will pass.</exception>
    public string? Read(SalesforceReply? reply, SalesforceAnswer answer)
    {
        JsonElement body;
        try
        {
            body = SalesforceComposite.Require(reply, answer);
        }
        catch (CrmException fault) when (fault.Failure.Class is FailureClass.Configuration or FailureClass.Record)
        {
            Refused = fault.Failure;
            return null;
        }
        if (body.Member("records") is not { ValueKind: JsonValueKind.Array } rows)
            throw SalesforceQuery.Unreadable(answer);
        foreach (var row in rows.EnumerateArray())
        {
            if (
                !RecordId.TryLengthen(row.Text("Id"), out var id)
                || !SalesforceTime.TryParse(row.Text("CreatedDate"), out var created)
            )
                throw SalesforceQuery.Unreadable(answer);
            var owner =
                row.Member("Owner")?.Flag("IsActive") == true && RecordId.TryLengthen(row.Text("OwnerId"), out var user)
                    ? user
                    : null;
            _found.TryAdd(id, new CrmAccount(id, row.Text("Name") ?? "", row.Text(Website), created, owner));
        }
        return SalesforceQuery.Next(body, answer);
    }
}
