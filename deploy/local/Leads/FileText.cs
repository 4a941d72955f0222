using System.Text;

namespace LeadSync.Local.Leads;

/// <summary>Finds out how a text file was written, which a CSV file does not say itself.</summary>
public static class FileText
{
    private static readonly char[] Delimiters = [',', ';', '\t', '|'];

    /// <summary>
    /// Decodes by byte order mark, else as UTF-8 when every byte fits, else as Latin-1 (in the form that Windows writes,
    /// which has curly quotes where Latin-1 has control characters).
    /// </summary>
    public static (string Text, string Encoding) Decode(byte[] bytes)
    {
        if (bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble))
            return (Encoding.UTF8.GetString(bytes, 3, bytes.Length - 3), "UTF-8");
        if (bytes.AsSpan().StartsWith(Encoding.Unicode.Preamble))
            return (Encoding.Unicode.GetString(bytes, 2, bytes.Length - 2), "UTF-16");
        if (bytes.AsSpan().StartsWith(Encoding.BigEndianUnicode.Preamble))
            return (Encoding.BigEndianUnicode.GetString(bytes, 2, bytes.Length - 2), "UTF-16");
        try
        {
            return (new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes), "UTF-8");
        }
        catch (DecoderFallbackException)
        {
            var windows = CodePagesEncodingProvider.Instance.GetEncoding(1252) ?? Encoding.Latin1;
            return (windows.GetString(bytes), "Latin-1");
        }
    }

    /// <summary>The delimiter that parts the header most often, outside quotes; a comma when none does.</summary>
    public static char Delimiter(string text)
    {
        var counts = new int[Delimiters.Length];
        var quoted = false;
        var started = false;
        foreach (var character in text)
        {
            if (character == '"')
                quoted = !quoted;
            if (!quoted && started && character is '\n' or '\r')
                break;
            started |= !char.IsWhiteSpace(character);
            var which = Array.IndexOf(Delimiters, character);
            if (!quoted && which >= 0)
                counts[which]++;
        }
        return Delimiters[Array.IndexOf(counts, counts.Max())];
    }
}
