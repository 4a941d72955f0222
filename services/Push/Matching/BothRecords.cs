using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Lanes;
using LeadSync.Push.Rules;

namespace LeadSync.Push.Matching;

/// <summary>
/// The other record of a person who is Lead and Contact, where the push rule has both written. Pure. The record that was found first
/// stays the one that the lead is known by; the other is found by the same keys, among the records of its object.
/// </summary>
internal static class BothRecords
{
    private const string Lead = "Lead";
    private const string Contact = "Contact";

    /// <summary>Whether both are written, should the person be both.</summary>
    public static bool AreWritten(MappedLead wanted, RuleSet rules) =>
        IsAsked(rules) && IsOurs(Lead, wanted, rules) && IsOurs(Contact, wanted, rules);

    /// <summary>Both are asked for, and of the two only this object's is ours to update.</summary>
    public static bool IsOnlyOurs(string objectName, MappedLead wanted, RuleSet rules) =>
        IsAsked(rules) && IsOurs(objectName, wanted, rules) && !IsOurs(OtherOf(objectName), wanted, rules);

    /// <summary>The match, with the person's other record where there is one and both are written.</summary>
    public static Match With(Match match, WaitingLead lead, FoundRecords found, RuleSet rules)
    {
        // Of a Lead that was converted into a Contact that we do not see, nothing is written.
        if (match is not Match.One { Record: { Converted: false } record } one || !AreWritten(lead.Wanted, rules))
            return match;
        var setting = rules.Deciding(Lead, "existsAsBoth", ExistsAsBothPolicy.Both);
        return Find(OtherOf(record.Object), lead, found, rules) switch
        {
            Match.One other => one with
            {
                Reason = one.Reason is null or MatchRules.ContactOfBothTaken ? MatchRules.BothTaken : one.Reason,
                DecidedBy = one.DecidedBy ?? setting,
                Other = other with
                {
                    Reason = other.Reason ?? MatchRules.BothTaken,
                    DecidedBy = other.DecidedBy ?? setting,
                    Beside = new KnownRecord(record.Object, record.Id),
                },
            },
            // Which of several the other one is, a person says first.
            Match.Several several => several,
            _ => match,
        };
    }

    private static Match? Find(string objectName, WaitingLead lead, FoundRecords found, RuleSet rules)
    {
        var wanted = lead.Wanted;
        foreach (var known in wanted.Match.Records.Prepend(lead.Other))
        {
            if (MatchRules.ById(known, found) is Match.One { Record: var record } one && IsOne(record))
                return MatchRules.WithExternalId(one, wanted, found, rules);
        }
        foreach (var (by, candidates) in MatchRules.ByKeys(wanted, found, rules))
        {
            if (candidates.FindAll(IsOne) is { Count: > 0 } others)
                return MatchRules.Choose(others, by, wanted, found, rules);
        }
        return null;

        // A converted Lead is its Contact.
        bool IsOne(CrmRecord record) => record.Object == objectName && !record.Converted;
    }

    private static bool IsAsked(RuleSet rules) => rules.Of(Lead).ExistsAsBoth == ExistsAsBothPolicy.Both;

    private static bool IsOurs(string objectName, MappedLead wanted, RuleSet rules) =>
        Decisions.Section(wanted, objectName) is not null && rules.Of(objectName).Mode != RuleMode.CreateOnly;

    private static string OtherOf(string objectName) => objectName == Lead ? Contact : Lead;
}
