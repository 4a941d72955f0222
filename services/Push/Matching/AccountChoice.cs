using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Push.Lanes;
using LeadSync.Push.Rules;
using LeadSync.Push.Writing;

namespace LeadSync.Push.Matching;

/// <summary>Decides which Account a new Contact gets. Pure.</summary>
public static class AccountChoice
{
    public const string FoundByDomain = "ACCOUNT_FOUND_BY_DOMAIN";
    public const string FoundByName = "ACCOUNT_FOUND_BY_NAME";
    public const string Fixed = "ACCOUNT_FIXED";
    public const string Created = "ACCOUNT_CREATED";

    /// <summary>Left empty: no Account has the person's website or company.</summary>
    public const string NotFound = "ACCOUNT_NOT_FOUND";

    /// <summary>Left empty: the lead names nothing to look with; or an Account was to be created, and it names no company.</summary>
    public const string Unnamed = "ACCOUNT_UNNAMED";

    /// <summary>Left empty: the connected user may not read Accounts.</summary>
    public const string Unreadable = "ACCOUNT_UNREADABLE";

    /// <summary>Left empty: the connected user may not write it.</summary>
    public const string Unwritable = "ACCOUNT_UNWRITABLE";

    /// <summary>The lead waits: the Account is being created, for this lead or another of the company.</summary>
    public const string WaitsForAccount = "WAITS_FOR_ACCOUNT";

    private const string Contact = "Contact";

    /// <summary>Whether the lead may become a new Contact whose Account is to be looked for.</summary>
    public static bool IsSought(WaitingLead lead, RuleSet rules) =>
        RuleOf(rules).Find.Count > 0 && IsNew(lead, rules) && Mapped(lead) is null;

    public static AccountRule RuleOf(RuleSet rules) => rules.Of(Contact).Account;

    /// <summary>Accounts known by their ids whose owners the new Contacts of a batch are to have.</summary>
    public static IEnumerable<string> Named(IReadOnlyList<WaitingLead> batch, RuleSet rules)
    {
        if (rules.Of(Contact).Owner.By != OwnerKind.AccountOwner)
            return [];
        return batch
            .Where(lead => IsNew(lead, rules))
            .Select(lead => Mapped(lead) ?? RuleOf(rules).Fixed)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal);
    }

    private static bool IsNew(WaitingLead lead, RuleSet rules)
    {
        var rule = rules.Of(Contact);
        return lead.Wanted.CreateAs == Contact
            && rule.Mode != RuleMode.UpdateOnly
            && (lead.Link is null || rule.DeletedRecord == DeletedRecordPolicy.CreateAnew)
            && Decisions.Section(lead.Wanted, Contact) is not null;
    }

    // The Account that the mapping writes itself.
    private static string? Mapped(WaitingLead lead) =>
        Decisions
            .Section(lead.Wanted, Contact)
            ?.Fields.Where(field => field.Field == WritePlan.AccountField && !FieldValue.IsEmpty(field.Value))
            .Select(field => FieldValue.Text(field.Value))
            .FirstOrDefault();

    /// <summary>What a decision becomes; anything but the create of a Contact stays as it is.</summary>
    public static Decision Apply(Decision decision, WaitingLead lead, RuleSet rules, FoundAccounts accounts)
    {
        if (
            decision is not Decision.Write { Plan: { Object: Contact, RecordId: null } plan } write
            // What the mapping writes is what the customer said of this very person.
            || plan.Fields.Any(field => field.Field == WritePlan.AccountField && field.Written)
        )
            return decision;
        var rule = rules.Of(Contact).Account;
        // Who says nothing of Accounts, or that they may be left empty, has the Contact without one rather than not at all.
        if (accounts.IsUnwritable && rule is { None: NoAccountPolicy.LeaveEmpty, Find.Count: > 0 })
            return Without(write, Unwritable);
        if (accounts.ById(lead.AccountId) is { } made)
            return With(write, made.Id, Created);
        var keys = AccountKeys.Of(lead.Wanted);
        foreach (var key in rule.Find)
        {
            var (found, reason) =
                key == AccountKey.WebsiteDomain
                    ? (accounts.ByHost(keys.Host), FoundByDomain)
                    : (accounts.ByName(keys.Company), FoundByName);
            if (found.Count == 1)
                return With(write, found[0].Id, reason);
            if (found.Count > 1)
            {
                var candidates = found.Select(one => new KnownRecord(WritePlan.Account, one.Id)).ToList();
                return Decisions.Park(
                    FailureCatalogue.AmbiguousAccount,
                    $"{found.Count} Accounts could be the new Contact's: {string.Join(", ", found.Select(one => one.Id))}.",
                    new Match.Several(candidates, MatchKind.None) { DecidedBy = By(rules) }
                );
            }
        }
        return accounts.Refused is not null && HasAny(rule, keys)
            ? WithoutLooking(write, rules, accounts)
            : NoneFound(write, keys, rules);
    }

    private static bool HasAny(AccountRule rule, AccountKeys keys) =>
        rule.Find.Any(key => (key == AccountKey.WebsiteDomain ? keys.Host : keys.Company) is not null);

    private static Decision WithoutLooking(Decision.Write write, RuleSet rules, FoundAccounts accounts) =>
        rules.Of(Contact).Account.None == NoAccountPolicy.LeaveEmpty
            ? Without(write, Unreadable)
            : new Decision.Park(
                FailureCatalogue.AccountUnreadable,
                $"Accounts could not be looked for ({accounts.Refused!.CrmCode ?? accounts.Refused.Code}).",
                [],
                write.Match with
                {
                    DecidedBy = By(rules),
                }
            );

    private static Decision NoneFound(Decision.Write write, AccountKeys keys, RuleSet rules)
    {
        var rule = rules.Of(Contact).Account;
        return rule.None switch
        {
            NoAccountPolicy.Fixed => With(write, rule.Fixed!, Fixed),
            NoAccountPolicy.Create => keys.Company is null ? Without(write, Unnamed) : Creating(write, keys),
            NoAccountPolicy.Park => Decisions.Park(
                FailureCatalogue.AccountNotFound,
                "No Account has the new Contact's website or company.",
                write.Match with
                {
                    DecidedBy = By(rules),
                }
            ),
            // Not even looked for: then there is nothing to tell.
            _ when rule.Find.Count == 0 => write,
            _ => Without(write, HasAny(rule, keys) ? NotFound : Unnamed),
        };
    }

    // First the Account, with what is known of the company; then the lead is taken again.
    private static Decision.Write Creating(Decision.Write write, AccountKeys keys)
    {
        var fields = new List<FieldDecision> { Field("Name", Value(keys.Company!), FieldRules.NewValue) };
        if (keys.Host is not null && keys.Website!.Length <= AccountKeys.LongestText)
            fields.Add(Field("Website", Value(keys.Website), FieldRules.NewValue));
        return write with
        {
            Plan = new WritePlan(WritePlan.Account, RecordId: null, fields, AppliedStore.Nothing)
            {
                For = Contact,
                NotBefore = write.Plan.NotBefore,
            },
            Holds = keys.Claims,
        };
    }

    private static Decision.Write With(Decision.Write write, string accountId, string reason) =>
        write with
        {
            Plan = write.Plan with
            {
                Fields = [.. Others(write), Field(WritePlan.AccountField, Value(accountId), reason)],
            },
        };

    private static Decision.Write Without(Decision.Write write, string reason) =>
        write with
        {
            Plan = write.Plan with
            {
                Fields = [.. Others(write), Field(WritePlan.AccountField, FieldValue.Null, reason)],
            },
        };

    private static IEnumerable<FieldDecision> Others(Decision.Write write) =>
        write.Plan.Fields.Where(field => field.Field != WritePlan.AccountField);

    private static FieldDecision Field(string name, JsonElement value, string reason) =>
        new(name, FieldValue.Null, value, WriteRule.OnlyOnCreate, Written: !FieldValue.IsEmpty(value), reason);

    private static JsonElement Value(string text) => JsonSerializer.SerializeToElement(text);

    private static DecidingRule By(RuleSet rules) =>
        rules.Deciding(Contact, AccountRuleJson.Name, rules.Of(Contact).Account.ToString());
}
