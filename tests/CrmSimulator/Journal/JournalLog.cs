using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Journal;

/// <summary>
/// Every request in the order of its effects, kept in memory and, with a data folder, on disk. Append-only but for
/// <see cref="Clear"/>.
/// </summary>
public sealed class JournalLog
{
    private readonly Lock gate = new();
    private readonly List<JournalEntry> entries = [];
    private JournalFile? file;

    /// <summary>Every entry so far.</summary>
    public IReadOnlyList<JournalEntry> Entries => After(0);

    /// <summary>Entries whose sequence is higher than <paramref name="sequence"/>, oldest first.</summary>
    public IReadOnlyList<JournalEntry> After(long sequence)
    {
        lock (gate)
        {
            // Sequences count from 1 without a gap.
            var first = (int)Math.Clamp(sequence, 0, entries.Count);
            return entries[first..];
        }
    }

    /// <summary>Sequence of the newest entry; 0 when there is none.</summary>
    public long LastSequence
    {
        get
        {
            lock (gate)
                return entries.Count == 0 ? 0 : entries[^1].Sequence;
        }
    }

    /// <summary>Every change to records, in order.</summary>
    public IReadOnlyList<Change> Effects => [.. Entries.SelectMany(entry => entry.Effects)];

    public JournalSummary Summarize(long after = 0, string? org = null) =>
        JournalSummary.Of(
            After(after).Where(entry => org is null || string.Equals(entry.Org, org, StringComparison.Ordinal))
        );

    /// <summary>
    /// Adds an entry and gives it its sequence. The task ends when the entry is with the operating system, so that it
    /// outlives the process; only then may the request be answered.
    /// </summary>
    internal Task Append(JournalEntry entry) => Append(entry, out _);

    internal Task Append(JournalEntry entry, out long sequence)
    {
        lock (gate)
        {
            sequence = entries.Count == 0 ? 1 : entries[^1].Sequence + 1;
            var numbered = entry with { Sequence = sequence };
            entries.Add(numbered);
            return file?.Append(numbered) ?? Task.CompletedTask;
        }
    }

    internal void Restore(JournalEntry entry)
    {
        lock (gate)
            entries.Add(entry);
    }

    internal void KeepIn(JournalFile journalFile) => file = journalFile;

    internal void Clear()
    {
        lock (gate)
        {
            entries.Clear();
            file?.Clear();
        }
    }
}

/// <summary>The journal counted: API calls by kind, and what was done to records by the API user and by hand.</summary>
/// <param name="ApiCalls">Requests that count against the allowance.</param>
/// <param name="WriteCalls">Those of them that wrote, or tried to.</param>
/// <param name="ApiCallsByKind">Keyed by <see cref="RequestKinds"/>.</param>
/// <param name="Requests">Everything, token requests and refused calls too.</param>
/// <param name="Created">By object, over the API.</param>
/// <param name="Unanswered">Requests whose answer never came: dropped or late.</param>
public sealed record JournalSummary(
    int ApiCalls,
    int WriteCalls,
    IReadOnlyDictionary<string, int> ApiCallsByKind,
    IReadOnlyDictionary<string, int> Requests,
    IReadOnlyDictionary<string, int> Created,
    IReadOnlyDictionary<string, int> Updated,
    IReadOnlyDictionary<string, int> Deleted,
    int ChangedByHand,
    int Unanswered,
    int FieldsChanged
)
{
    internal static JournalSummary Of(IEnumerable<JournalEntry> entries)
    {
        var all = entries.ToList();
        var counted = all.Where(entry => entry.Counted).ToList();
        var byApi = all.Where(entry => entry.Fate != Fate.ByHand).SelectMany(entry => entry.Effects).ToList();
        return new(
            counted.Count,
            counted.Count(entry => entry.Writes),
            Count(counted, entry => entry.Kind),
            Count(all, entry => entry.Kind),
            Count(byApi.Where(change => change.Kind == ChangeKind.Created), change => change.Object),
            Count(byApi.Where(change => change.Kind == ChangeKind.Updated), change => change.Object),
            Count(byApi.Where(change => change.Kind == ChangeKind.Deleted), change => change.Object),
            all.Where(entry => entry.Fate == Fate.ByHand).Sum(entry => entry.Effects.Count),
            all.Count(entry => entry.Fate is Fate.AnswerDropped or Fate.DroppedBeforeEffect or Fate.EffectLate),
            byApi.Where(change => change.Kind == ChangeKind.Updated).Sum(change => change.Fields.Count)
        );
    }

    private static SortedDictionary<string, int> Count<T>(IEnumerable<T> items, Func<T, string> key) =>
        new(items.CountBy(key).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
}
