using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Lanes;
using LeadSync.Push.Rules;
using LeadSync.Push.Writing;

namespace LeadSync.Push.Matching;

/// <summary>Finds the record that already is this person. Pure: the same lead, rules and records always give the same match.</summary>
public static class MatchRules
{
    /// <summary>Of several the one with activities was taken.</summary>
    public const string ActiveTaken = "SEVERAL_MATCHES_ACTIVE_TAKEN";

    /// <summary>Of several, alike in activities, the oldest was taken.</summary>
    public const string OldestTaken = "SEVERAL_MATCHES_OLDEST_TAKEN";

    /// <summary>Of several, alike in activities and age, the one with the lowest id was taken.</summary>
    public const string LowestIdTaken = "SEVERAL_MATCHES_LOWEST_ID_TAKEN";

    /// <summary>The person is both a Lead and a Contact, and the Contact was taken.</summary>
    public const string ContactOfBothTaken = "EXISTS_AS_BOTH_CONTACT_TAKEN";

    /// <summary>The person is both a Lead and a Contact, and the Lead was taken, for the Contact is not ours to update.</summary>
    public const string LeadOfBothTaken = "EXISTS_AS_BOTH_LEAD_TAKEN";

    /// <summary>The person is both a Lead and a Contact, and both were taken.</summary>
    public const string BothTaken = "EXISTS_AS_BOTH_TAKEN";

    /// <summary>The record was merged into this one.</summary>
    public const string Merged = "RECORD_MERGED";

    /// <summary>The Lead was converted into this Contact.</summary>
    public const string Converted = "LEAD_CONVERTED";

    private const string Lead = "Lead";
    private const string Contact = "Contact";

    // As often as a record that another was merged into was itself merged into one.
    private const int MostMerges = 10;

    /// <summary>Somebody who was found, and the record that stands for what was found.</summary>
    private sealed record Person(KnownRecord Target, CrmRecord Found);

    /// <summary>
    /// Looks by record id first (the one it was synced to, then those its source knows), then by external id, then by the
    /// rule's other keys in their order. The first key that finds anybody decides. The rule of the object that the route
    /// creates says how.
    /// </summary>
    public static Match Find(WaitingLead lead, FoundRecords found, RuleSet rules) =>
        BothRecords.With(FindOne(lead, found, rules), lead, found, rules);

    private static Match FindOne(WaitingLead lead, FoundRecords found, RuleSet rules)
    {
        var wanted = lead.Wanted;
        if (ById(lead.Link, found) is { } linked)
            return WithExternalId(linked, wanted, found, rules);
        // With that one gone, the other record that was written beside it is the lead's.
        KnownRecord?[] further = lead.Link is null ? [] : [lead.Other];
        foreach (var known in further.Concat(wanted.Match.Records))
        {
            if (ById(known, found) is { } match)
                return WithExternalId(match, wanted, found, rules);
        }

        foreach (var (by, candidates) in ByKeys(wanted, found, rules))
        {
            if (candidates.Count > 0)
                return Choose(candidates, by, wanted, found, rules);
        }

        var hasKey = LeadKeys.HasAny(wanted, rules);
        if (lead.Link is not null)
            return new Match.Gone(found.ById(lead.Link.RecordId) is { Deleted: true }, hasKey);
        // An id that its source knows but the org does not says nothing about who else the person might be.
        return hasKey ? new Match.None() : new Match.NoKey();
    }

    /// <summary>Whom each key beside record ids finds, strongest first.</summary>
    internal static IEnumerable<(MatchKind By, List<CrmRecord> Candidates)> ByKeys(
        MappedLead wanted,
        FoundRecords found,
        RuleSet rules
    )
    {
        yield return (
            MatchKind.ExternalId,
            [.. LeadKeys.ExternalIds(wanted, rules).SelectMany(one => found.ByExternalId(one.Object, one.Key))]
        );
        foreach (var key in rules.Of(wanted.CreateAs).MatchBy)
        {
            var (same, by) =
                key == RuleKey.Email
                    ? (found.ByEmail(wanted.Match.Email), MatchKind.Email)
                    : (found.ByName(LeadKeys.Name(wanted)), MatchKind.CompanyAndLastName);
            // Who carries another external id is another person, whatever address or name they share.
            yield return (by, [.. same.Where(record => !IsSomebodyElse(record, wanted, rules))]);
        }
    }

    // The record itself, or what it was merged into; null where it is gone.
    internal static Match? ById(KnownRecord? known, FoundRecords found)
    {
        if (known is null || found.ById(known.RecordId) is not { } record)
            return null;
        if (!record.Deleted)
            return Follow(record, MatchKind.RecordId, found, candidates: null, reason: null);
        for (var merges = 0; merges < MostMerges && record is { Deleted: true, MergedInto: { } winner }; merges++)
        {
            if (found.ById(winner) is not { } next)
                return new Match.Elsewhere(new KnownRecord(known.Object, winner), MatchKind.RecordId);
            record = next;
        }
        return record.Deleted ? null : Follow(record, MatchKind.RecordId, found, candidates: null, reason: Merged);
    }

    internal static Match Choose(
        List<CrmRecord> candidates,
        MatchKind by,
        MappedLead wanted,
        FoundRecords found,
        RuleSet rules
    )
    {
        // A converted Lead is its Contact: the two are not several.
        var people = candidates
            .Select(record => new Person(TargetOf(record), record))
            .OrderBy(person => person.Found.Converted)
            .DistinctBy(person => person.Target.RecordId, StringComparer.Ordinal)
            .ToList();
        IReadOnlyList<KnownRecord>? all = people.Count > 1 ? [.. people.Select(person => person.Target)] : null;
        var (pool, reason, setting) = OfOneObject(people, wanted, rules);
        var rule = rules.Of(wanted.CreateAs);
        if (pool.Count > 1)
        {
            setting = rules.Deciding(wanted.CreateAs, "severalMatches", rule.SeveralMatches);
            if (rule.SeveralMatches == SeveralMatchesPolicy.Park)
                return new Match.Several(all!, by) { DecidedBy = setting };
            reason = ReasonOf(pool);
        }
        var best = InOrder(pool).First();
        return Follow(best.Found, by, found, all, reason) with { DecidedBy = setting };
    }

    private static (List<Person> Pool, string? Reason, DecidingRule? Setting) OfOneObject(
        List<Person> people,
        MappedLead wanted,
        RuleSet rules
    )
    {
        var contacts = people.FindAll(person => person.Target.Object == Contact);
        var leads = people.FindAll(person => person.Target.Object == Lead);
        if (contacts.Count == 0 || leads.Count == 0)
            return (people, null, null);
        var takesContact = BothRecords.AreWritten(wanted, rules) || TakesContact(wanted, rules);
        var setting = rules.Deciding(Lead, "existsAsBoth", rules.Of(Lead).ExistsAsBoth);
        return takesContact ? (contacts, ContactOfBothTaken, setting) : (leads, LeadOfBothTaken, setting);
    }

    private static bool TakesContact(MappedLead wanted, RuleSet rules)
    {
        // Who wants both has the one that is ours to update.
        if (BothRecords.IsOnlyOurs(Lead, wanted, rules))
            return false;
        return wanted.Sections.Any(section => section.Object == Contact)
            && (wanted.CreateAs != Lead || rules.Of(Lead).ExistsAsContact == ExistsAsContactPolicy.Update);
    }

    private static IEnumerable<Person> InOrder(IEnumerable<Person> people) =>
        people
            .OrderByDescending(person => person.Found.HasActivity)
            .ThenBy(person => person.Found.CreatedAt)
            .ThenBy(person => person.Found.Id, StringComparer.Ordinal);

    private static string ReasonOf(List<Person> people)
    {
        var active = people.FindAll(person => person.Found.HasActivity);
        if (active.Count == 1)
            return ActiveTaken;
        var alike = active.Count > 0 ? active : people;
        var oldest = alike.Min(person => person.Found.CreatedAt);
        return alike.Count(person => person.Found.CreatedAt == oldest) == 1 ? OldestTaken : LowestIdTaken;
    }

    private static KnownRecord TargetOf(CrmRecord record) =>
        record is { Converted: true, ConvertedContactId: { } contact }
            ? new KnownRecord(Contact, RecordId.TryLengthen(contact, out var longId) ? longId : contact)
            : new KnownRecord(record.Object, record.Id);

    private static Match Follow(
        CrmRecord record,
        MatchKind by,
        FoundRecords found,
        IReadOnlyList<KnownRecord>? candidates,
        string? reason
    )
    {
        if (record is not { Converted: true, ConvertedContactId: not null })
            return new Match.One(record, by, candidates, reason);
        var target = TargetOf(record);
        return found.ById(target.RecordId) is { Deleted: false } contact
            ? new Match.One(contact, by, candidates, reason ?? Converted)
            : new Match.Elsewhere(target, by);
    }

    private static bool IsSomebodyElse(CrmRecord record, MappedLead wanted, RuleSet rules) =>
        LeadKeys.ExternalId(wanted, record.Object, rules) is { } key
        && FoundRecords.Held(record, key.Field) is var held
        && !FieldValue.IsEmpty(held)
        && !FieldValue.Text(held).Trim().Equals(key.Value, StringComparison.OrdinalIgnoreCase);

    // Found by what is stronger, while its external id stands at another record.
    internal static Match WithExternalId(Match match, MappedLead wanted, FoundRecords found, RuleSet rules)
    {
        if (match is not Match.One one || LeadKeys.ExternalId(wanted, one.Record.Object, rules) is not { } key)
            return match;
        var other = found.ByExternalId(one.Record.Object, key).FirstOrDefault(record => record.Id != one.Record.Id);
        return other is null ? one : one with { ExternalIdAt = new KnownRecord(other.Object, other.Id) };
    }
}
