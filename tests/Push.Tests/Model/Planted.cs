namespace LeadSync.Push.Tests.Model;

/// <summary>A fault of the engine, to see whether the model finds it.</summary>
/// <param name="Promises">Those that it may break first.</param>
internal sealed record Planted(params int[] Promises)
{
    /// <summary>A statement of the engine as it is sent instead; most stay as they are.</summary>
    public required Func<string, string> Statement { get; init; }

    public static readonly IReadOnlyDictionary<string, Planted> All = new Dictionary<string, Planted>(
        StringComparer.Ordinal
    )
    {
        ["an older version replaces a newer one"] = new(3, 8)
        {
            Statement = Replacing("where excluded.version > s.version", "where true"),
        },
        ["whatever came meanwhile counts as done"] = new(1, 3)
        {
            Statement = Replacing("then greatest(s.done_run, n.run) else", "then s.wanted_run else"),
        },
        ["no intent is written down"] = new(2, 3, 13)
        {
            Statement = text =>
                text.Contains("insert into intent", StringComparison.Ordinal) ? $"{text} where false" : text,
        },
        ["what a dead worker had under way is forgotten"] = new(2, 3, 13)
        {
            Statement = text =>
                text.StartsWith("update intent set state = 'unknown', probe_at = now()", StringComparison.Ordinal)
                    ? "delete from intent where connection_id = $1 and state = 'open'"
                    : text,
        },
        ["an unknown write holds its own lead only"] = new(2, 13)
        {
            Statement = Replacing(
                "union select unnest(keys) from intent where",
                "union select unnest(keys) from intent where false and"
            ),
        },
        ["two leads of one person go at once"] = new(2, 13)
        {
            Statement = Replacing("d.attempts, d.keys,", "d.attempts, array[d.source || d.lead_id] as keys,"),
        },
        ["what was applied is not kept"] = new(3, 13)
        {
            Statement = Replacing("do update set fields = a.fields || excluded.fields", "do nothing"),
        },
        ["holds are not looked at before a call"] = new(16)
        {
            Statement = Replacing("from hold where reason <> 'draining'", "from hold where false"),
        },
    };

    private static Func<string, string> Replacing(string there, string instead) =>
        text => text.Replace(there, instead, StringComparison.Ordinal);
}
