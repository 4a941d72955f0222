using System.Globalization;

namespace LeadSync.Push.Tests.Model;

/// <summary>What happened in one world: the last steps as sentences, and how often each kind of thing occurred.</summary>
internal sealed class Story(int seed)
{
    private static readonly int Kept = int.Parse(
        Environment.GetEnvironmentVariable("LEADSYNC_TOLD") ?? "40",
        CultureInfo.InvariantCulture
    );
    private readonly Queue<string> _last = new();

    public int Seed => seed;

    /// <summary>The step that is under way.</summary>
    public int Step { get; private set; }

    public SortedDictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);

    public void NextStep() => Step++;

    /// <param name="kind">What is counted.</param>
    /// <param name="sentence">What is told.</param>
    public void Tell(string kind, string sentence)
    {
        Count(kind);
        _last.Enqueue($"{Step, 5}  {sentence}");
        if (_last.Count > Kept)
            _last.Dequeue();
    }

    public void Count(string kind) => Counts[kind] = Counts.GetValueOrDefault(kind) + 1;

    public override string ToString() => $"seed {seed}, step {Step}; the last of them:\n{string.Join('\n', _last)}";
}

/// <summary>A promise was broken; says which, where, and what led there.</summary>
internal sealed class PromiseBrokenException(int promise, string what, Story story)
    : Exception($"Promise {promise} of design.md §7: {what}\n{story}\nAgain with LEADSYNC_SEED={story.Seed}")
{
    public int Promise => promise;
    public string What => what;
    public int Step => story.Step;
}
