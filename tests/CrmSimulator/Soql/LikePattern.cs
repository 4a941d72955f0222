namespace LeadSync.CrmSimulator.Soql;

/// <summary>A text in which % stands for any characters and _ for one; compared without case.</summary>
internal sealed class LikePattern
{
    private readonly List<(char Char, bool Wild)> parts = [];

    /// <summary>It holds \_ or \%, which only LIKE allows.</summary>
    public bool HasEscapedWildcard { get; set; }

    public void Add(char c) => parts.Add((char.ToLowerInvariant(c), c is '%' or '_'));

    public void AddLiteral(char c) => parts.Add((char.ToLowerInvariant(c), false));

    public bool Matches(string text)
    {
        // Greedy with one point to come back to: the last % seen.
        var (t, p, lastStar, lastText) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < parts.Count && parts[p] is ('%', true))
            {
                (lastStar, lastText) = (p++, t);
            }
            else if (
                p < parts.Count
                && (parts[p] is ('_', true) || (!parts[p].Wild && parts[p].Char == char.ToLowerInvariant(text[t])))
            )
            {
                p++;
                t++;
            }
            else if (lastStar >= 0)
            {
                p = lastStar + 1;
                t = ++lastText;
            }
            else
            {
                return false;
            }
        }

        while (p < parts.Count && parts[p] is ('%', true))
            p++;
        return p == parts.Count;
    }
}
