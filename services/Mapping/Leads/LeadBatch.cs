using LeadSync.Contracts;
using LeadSync.Mapping.Fields;
using LeadSync.Mapping.People;
using LeadSync.Mapping.References;
using LeadSync.Mapping.Routes;
using LeadSync.Mapping.Sources;

namespace LeadSync.Mapping.Leads;

/// <summary>A turn of a conversation as a lead has it; the newest capture of it holds.</summary>
public sealed record StoredTurn(ConversationTurn Turn, Stamp Captured);

/// <summary>A lead while it is locked and being worked on.</summary>
public sealed class WorkingLead(long id, LeadKey key, long version, LeadState state)
{
    public long Id { get; } = id;
    public LeadKey Key { get; } = key;
    public LeadState State { get; } = state;

    public long Version { get; set; } = version;
    public DateTimeOffset? ReceivedAt { get; set; }
    public DateTimeOffset? FirstCapturedAt { get; set; }
    public DateTimeOffset? LastCapturedAt { get; set; }

    /// <summary>The fields of its source.</summary>
    public SourceModel Model { get; set; } = SourceModel.Standard;

    /// <summary>The address that it is matched by.</summary>
    public string? Email => State.NormalisedEmail(Model.EmailField);

    /// <summary>Where the person works.</summary>
    public string? Company => State.Text(Model.CompanyField);

    /// <summary>The person's or the company's website.</summary>
    public string? Website => State.Text(Model.WebsiteField);

    /// <summary>By connection.</summary>
    public IDictionary<Guid, Pair> Pairs { get; } = new Dictionary<Guid, Pair>();

    /// <summary>Null while the lead was never eligible there.</summary>
    public Pair? PairAt(Guid connectionId) => Pairs.TryGetValue(connectionId, out var pair) ? pair : null;

    /// <summary>Records it turned out to be.</summary>
    public IList<(Guid ConnectionId, KnownRecord Record)> Links { get; } = [];

    /// <summary>Of the turns that the batch brings, those already stored: by conversation and turn.</summary>
    public IDictionary<(string Conversation, string Turn), Stamp> KnownTurns { get; } =
        new Dictionary<(string, string), Stamp>();

    public IDictionary<(string Conversation, string Turn), StoredTurn> NewTurns { get; } =
        new Dictionary<(string, string), StoredTurn>();

    /// <summary>All turns that were stored when the batch was read; none where no mapping asks for the conversation.</summary>
    public IDictionary<(string Conversation, string Turn), StoredTurn> StoredTurns { get; } =
        new Dictionary<(string, string), StoredTurn>();

    /// <summary>What is known of the records that the leads of the batch name.</summary>
    public KnownReferences References { get; set; } = KnownReferences.None;

    /// <summary>The lead as it stands now, for mapping.</summary>
    public LeadToMap ToMap()
    {
        var turns = StoredTurns
            .Where(turn => !NewTurns.ContainsKey(turn.Key) && !State.IsDropped(turn.Value.Captured))
            .Concat(NewTurns)
            .Select(turn => turn.Value)
            .ToList();
        return new LeadToMap(Key, State, FirstCapturedAt, LastCapturedAt)
        {
            References = References,
            Turns = [.. turns.Select(turn => turn.Turn)],
            TurnsCapturedAt = turns.Count == 0 ? null : turns.Max(turn => turn.Captured.At),
        };
    }

    /// <summary>Something is known now that was not.</summary>
    public bool IsNews { get; set; }

    /// <summary>It was only just inserted, and then nothing was taken in.</summary>
    public bool IsBlank => Version == 0 && !IsChanged;

    /// <summary>The row must be written.</summary>
    public bool IsChanged { get; set; }

    /// <summary>What its source says of its records is other than before.</summary>
    public bool HasRecordNews { get; private set; }

    /// <summary>Takes a patch in; tells whether it was news.</summary>
    public bool Apply(CapturedLead patch, DateTimeOffset receivedAt)
    {
        var stamp = Stamp.Of(patch.OccurredAt, patch.EventId);
        // The earliest is the earliest in whatever order they come, also when all else that it tells is known or was withdrawn.
        var isEarliest = FirstCapturedAt is null || stamp.At < FirstCapturedAt;
        if (isEarliest)
        {
            FirstCapturedAt = stamp.At;
            IsChanged = true;
        }
        if (State.IsDropped(stamp))
        {
            IsNews |= isEarliest && !State.IsWithdrawn;
            return false;
        }
        if (!(State.Apply(patch) | ApplyTurns(patch.Turns ?? [], stamp)) && !isEarliest)
            return false;
        LastCapturedAt = LastCapturedAt > stamp.At ? LastCapturedAt : stamp.At;
        ReceivedAt = receivedAt;
        HasRecordNews |= patch.Records is not null;
        IsNews = IsChanged = true;
        return true;
    }

    private bool ApplyTurns(IReadOnlyList<ConversationTurn> turns, Stamp stamp)
    {
        var news = false;
        foreach (var turn in turns)
        {
            var name = (turn.ConversationId, turn.TurnId);
            var known =
                NewTurns.TryGetValue(name, out var stored) ? stored.Captured
                : KnownTurns.TryGetValue(name, out var earlier) ? earlier
                : (Stamp?)null;
            if (known >= stamp)
                continue;
            NewTurns[name] = new StoredTurn(turn, stamp);
            news = true;
        }
        return news;
    }

    /// <summary>Takes values from a CRM in. They are not captured: they make the lead eligible for nothing by themselves.</summary>
    public void Import(IReadOnlyDictionary<string, CapturedValue> values, DateTimeOffset importedAt)
    {
        foreach (var (name, value) in values)
            State.Fields[name] = value;
        State.ImportedAt = importedAt;
        IsNews = IsChanged = true;
    }

    /// <summary>Forgets that the lead is a record.</summary>
    public void Unlink(Guid connectionId, KnownRecord record)
    {
        HasRecordNews |= State.Forget(connectionId, record);
        IsNews = IsChanged = true;
    }

    public bool Withdraw(WithdrawnLead withdrawal)
    {
        if (!State.Withdraw(withdrawal.OccurredAt))
            return false;
        foreach (var turn in NewTurns.Where(turn => State.IsDropped(turn.Value.Captured)).ToList())
            NewTurns.Remove(turn.Key);
        HasRecordNews = true;
        IsNews = IsChanged = true;
        return true;
    }

    /// <summary>Gives the lead a later version: now in microseconds, or one more than it has.</summary>
    public void Grow(DateTimeOffset now)
    {
        Version = Math.Max(Version + 1, Versions.Of(now));
        IsChanged = true;
    }
}

/// <summary>Versions are microseconds since 1970.</summary>
public static class Versions
{
    public static long Of(DateTimeOffset instant) =>
        (instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset Instant(long version) =>
        DateTimeOffset.UnixEpoch.AddTicks(version * TimeSpan.TicksPerMicrosecond);
}

/// <summary>A lead at a connection that it was eligible for: what was decided last.</summary>
/// <param name="Version">Of that decision.</param>
/// <param name="Revision">What the connection's settings were at then.</param>
/// <param name="FailedCode">Null unless it failed for good, or cannot be mapped now.</param>
public sealed record Pair(
    DateTimeOffset EligibleSince,
    long Version,
    long Revision,
    string? FailedCode = null,
    FailedBy? FailedBy = null
);

public enum FailedBy
{
    /// <summary>It could not be mapped, so it is due.</summary>
    Mapping,

    /// <summary>Push told so.</summary>
    Push,

    /// <summary>No failure: its route has it wait, so it is due.</summary>
    Wait,

    /// <summary>No failure: its route's filter does not take it any more, which Push was told once.</summary>
    Filter,
}

/// <summary>A source's route to a connection, as leads need it.</summary>
/// <param name="EnabledAt">Null while it is not enabled.</param>
public sealed record RouteTo(Guid ConnectionId, DateTimeOffset? EnabledAt, RouteTerms Terms)
{
    /// <summary>What its leads are mapped by; null: by what the connection's are, for it overrides nothing.</summary>
    public IReadOnlyList<ObjectMapping>? Mappings { get; init; }
}

/// <summary>What a connection's leads are mapped by.</summary>
/// <param name="Revision">Read before the rest, so that it is never later than what the mappings say.</param>
public sealed record ConnectionSettings(long Revision, IReadOnlyList<ObjectMapping> Mappings)
{
    public static readonly ConnectionSettings None = new(0, [])
    {
        MappedSince = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal),
    };

    /// <summary>Since when each object is mapped.</summary>
    public required IReadOnlyDictionary<string, DateTimeOffset> MappedSince { get; init; }
}

/// <summary>Where the leads of one source go.</summary>
/// <param name="EnabledAt">Null while the source is not declared or not enabled.</param>
public sealed record SourceSettings(DateTimeOffset? EnabledAt, SourceModel Model, IReadOnlyList<RouteTo> Routes);

/// <summary>Locked leads, and the settings as they stood after the locks were held.</summary>
public sealed record LeadBatch(
    IReadOnlyDictionary<LeadKey, WorkingLead> Leads,
    IReadOnlyDictionary<(string Workspace, string Source), SourceSettings> Sources,
    IReadOnlyDictionary<Guid, ConnectionSettings> Connections
)
{
    /// <summary>Of those that were asked about, who was erased, and when.</summary>
    public ErasedAmong Erased { get; init; } = ErasedAmong.Nobody;
}
