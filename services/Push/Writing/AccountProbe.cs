using LeadSync.Crm;
using LeadSync.Push.Matching;

namespace LeadSync.Push.Writing;

/// <summary>
/// Tells what became of the creates of Accounts whose answer was lost. Pure. Nobody had the name when it was sent, and its keys have been held
/// since: an Account of that name that is younger is its doing. One of a rep's would serve the Contact as well.
/// </summary>
public static class AccountProbe
{
    private const string Name = "Name";

    public static AccountSearch? SearchFor(IReadOnlyCollection<Intent> intents)
    {
        var names = intents.Where(intent => intent.Plan.IsAccount).Select(NameOf).ToList();
        return names.Count == 0 ? null : new AccountSearch([], [], names);
    }

    public static Sighting Look(Intent intent, FoundAccounts found)
    {
        var account = found.ByName(NameOf(intent)).OrderBy(one => one.CreatedAt).FirstOrDefault();
        return account is null
            ? new Sighting.Unseen()
            : new Sighting.Ours(
                new CrmRecord(WritePlan.Account, account.Id, intent.Plan.Values)
                {
                    CreatedAt = account.CreatedAt,
                    ModifiedAt = account.CreatedAt,
                }
            );
    }

    private static string NameOf(Intent intent) => FieldValue.Text(intent.Plan.Values[Name]);
}
