using System.Globalization;

namespace LeadSync.Mapping.Transforms;

/// <summary>Cuts texts where a reader would: between what is seen as two characters.</summary>
public static class TextCut
{
    /// <summary>The longest beginning of at most so many UTF-16 units, which is what CRMs count.</summary>
    public static string Begin(string text, int most)
    {
        if (text.Length <= most)
            return text;
        var end = 0;
        while (end < text.Length)
        {
            var next = end + StringInfo.GetNextTextElementLength(text, end);
            if (next > most)
                break;
            end = next;
        }
        // A single character of hundreds of accents: then at least no half of a pair is left.
        if (end == 0)
        {
            foreach (var rune in text.EnumerateRunes())
            {
                if (end + rune.Utf16SequenceLength > most)
                    break;
                end += rune.Utf16SequenceLength;
            }
        }
        return text[..end].TrimEnd();
    }
}
