using System.Text;

namespace LeadSync.Mapping.Transforms;

/// <summary>One spelling for names of places, whatever case, accents, dots and hyphens they are written with.</summary>
internal static class Spelling
{
    // Letters with a mark and the ones they are written as without: the runtime knows no decomposition without its
    // culture data, which services run without.
    private const string Marked = "àáâãäåāăąçćčďđèéêëēěęğģìíîïīįıķłļľñńňòóôõöøōőŕřśšşșţťțùúûüūůűųýÿźžż";
    private const string Plain = "aaaaaaaaacccddeeeeeeeggiiiiiiiklllnnnoooooooorrsssstttuuuuuuuuyyzzz";

    public static string Of(string text)
    {
        var written = new StringBuilder(text.Length);
#pragma warning disable CA1308 // The tables are in small letters.
        foreach (var letter in text.ToLowerInvariant())
#pragma warning restore CA1308
        {
            var at = Marked.IndexOf(letter, StringComparison.Ordinal);
            if (at >= 0)
                written.Append(Plain[at]);
            else if (letter == 'ß')
                written.Append("ss");
            else if (letter == '&')
                written.Append(" and ");
            else if (letter is '-' or '\u2010' or '\u2011' or '\u2013' || char.IsWhiteSpace(letter))
                written.Append(' ');
            else if (letter is not ('.' or ',' or '\'' or '\u2019'))
                written.Append(letter);
        }
        return CollapseSpaces.Collapse(written.ToString());
    }
}
