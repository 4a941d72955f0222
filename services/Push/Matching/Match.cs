using LeadSync.Contracts;
using LeadSync.Crm;

namespace LeadSync.Push.Matching;

/// <summary>Which record a lead is.</summary>
public abstract record Match
{
    private Match() { }

    /// <summary>The setting that decided; null where none had to yet.</summary>
    public DecidingRule? DecidedBy { get; init; }

    /// <summary>This one.</summary>
    /// <param name="Candidates">All that were found, when there were several.</param>
    /// <param name="Reason">Why this one, where that is more than the key.</param>
    public sealed record One(CrmRecord Record, MatchKind By, IReadOnlyList<KnownRecord>? Candidates, string? Reason)
        : Match
    {
        /// <summary>Another record holds the lead's external id: this one was found by something stronger.</summary>
        public KnownRecord? ExternalIdAt { get; init; }

        /// <summary>The person's other record, where the push rule has both written: of a Contact the Lead, of a Lead the Contact.</summary>
        public One? Other { get; init; }

        /// <summary>Of such another record: the one that the lead is known by.</summary>
        public KnownRecord? Beside { get; init; }

        /// <summary>The records that are to be written.</summary>
        public IEnumerable<CrmRecord> Records() => Other is null ? [Record] : [Record, Other.Record];
    }

    /// <summary>What was found has become this record, which was not among what was read: look again with its id.</summary>
    public sealed record Elsewhere(KnownRecord Record, MatchKind By) : Match;

    /// <summary>One of these; the rule leaves the choice to people.</summary>
    public sealed record Several(IReadOnlyList<KnownRecord> Candidates, MatchKind By) : Match;

    /// <summary>None: the person is new to the org.</summary>
    public sealed record None : Match;

    /// <summary>It cannot be known: there is nothing to look with.</summary>
    public sealed record NoKey : Match;

    /// <summary>The record that this lead was synced to before is gone, and no other was found.</summary>
    /// <param name="Deleted">The CRM says that it was deleted; else it may only be hidden from us.</param>
    /// <param name="HasKey">Others were looked for, and there are none.</param>
    public sealed record Gone(bool Deleted, bool HasKey) : Match;
}
