namespace LeadSync.CrmSimulator.Data;

/// <summary>Which addresses an email field takes: plain ASCII, one @, a domain with a dot in it.</summary>
internal static class EmailSyntax
{
    private const string LocalMarks = "!#$%&'*/=?^_+-`{|}~.";

    public static bool Allows(string email)
    {
        var at = email.IndexOf('@', StringComparison.Ordinal);
        if (at < 1 || at != email.LastIndexOf('@'))
            return false;
        var local = email.AsSpan(0, at);
        foreach (var c in local)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !LocalMarks.Contains(c, StringComparison.Ordinal))
                return false;
        }

        if (local[0] == '.' || local[^1] == '.')
            return false;
        var labels = email[(at + 1)..].Split('.');
        return labels.Length >= 2 && Array.TrueForAll(labels, IsLabel);
    }

    private static bool IsLabel(string label) =>
        label.Length > 0
        && label[0] != '-'
        && label[^1] != '-'
        && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
