using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Lanes;

namespace LeadSync.Push.Matching;

/// <summary>Which record a lead is.</summary>
public abstract record Match
{
    private Match() { }

    /// <summary>This one.</summary>
    /// <param name="Candidates">All that were found, when there were several.</param>
    /// <param name="Reason">Why this one of several.</param>
    public sealed record One(CrmRecord Record, MatchKind By, IReadOnlyList<KnownRecord>? Candidates, string? Reason)
        : Match;

    /// <summary>The Lead was converted into this Contact, which was not among what was read: look again with its id.</summary>
    public sealed record Converted(KnownRecord Contact) : Match;

    /// <summary>None: the person is new to the org.</summary>
    public sealed record None : Match;

    /// <summary>It cannot be known: there is nothing to look with.</summary>
    public sealed record NoKey : Match;

    /// <summary>The record that this lead was synced to before is gone, and no other was found.</summary>
    public sealed record Gone : Match;
}

/// <summary>Finds the record that already is this person. Pure: the same lead and records always give the same match.</summary>
public static class MatchRules
{
    public const string OldestTaken = "SEVERAL_MATCHES_OLDEST_TAKEN";

    private const string Contact = "Contact";

    /// <summary>
    /// Looks by record id first (the one it was synced to, then those its source knows), then by email. Of several with
    /// the same address: of the object that the route creates, then of any other mapped object, unconverted ones; of
    /// those the oldest, and the lowest id where two are equally old.
    /// </summary>
    public static Match Find(WaitingLead lead, FoundRecords found)
    {
        var keys = lead.Wanted.Match;
        if (lead.Link is not null && found.ById(lead.Link.RecordId) is { } linked)
            return Follow(linked, MatchKind.RecordId, found, candidates: null, reason: null);
        foreach (var known in keys.Records)
        {
            if (found.ById(known.RecordId) is { } record)
                return Follow(record, MatchKind.RecordId, found, candidates: null, reason: null);
        }

        var same = found.ByEmail(keys.Email);
        if (same.Count > 0)
        {
            var best = same.OrderBy(record => record.Converted)
                .ThenBy(record => Rank(record.Object, lead.Wanted))
                .ThenBy(record => record.CreatedAt)
                .ThenBy(record => record.Id, StringComparer.Ordinal)
                .First();
            var several = same.Count > 1;
            return Follow(
                best,
                MatchKind.Email,
                found,
                several ? [.. same.Select(record => new KnownRecord(record.Object, record.Id))] : null,
                several ? OldestTaken : null
            );
        }

        if (lead.Link is not null)
            return new Match.Gone();
        // An id that its source knows but the org does not says nothing about who else the person might be.
        return keys.Email is null ? new Match.NoKey() : new Match.None();
    }

    private static int Rank(string objectName, MappedLead wanted)
    {
        if (wanted.Sections.All(section => section.Object != objectName))
            return 2;
        return objectName == wanted.CreateAs ? 0 : 1;
    }

    private static Match Follow(
        CrmRecord record,
        MatchKind by,
        FoundRecords found,
        IReadOnlyList<KnownRecord>? candidates,
        string? reason
    )
    {
        if (!record.Converted || record.ConvertedContactId is null)
            return new Match.One(record, by, candidates, reason);
        return found.ById(record.ConvertedContactId) is { } contact
            ? new Match.One(contact, by, candidates, reason)
            : new Match.Converted(new KnownRecord(Contact, record.ConvertedContactId));
    }
}
