using System.Globalization;
using System.Text;

namespace LeadSync.Crm.Tests;

/// <summary>Texts made by chance, from a seed that a failing test shows.</summary>
internal static class Texts
{
    /// <summary>Of so many of the given characters; one that takes two units stays whole.</summary>
    public static string Random(Random random, string characters, int length)
    {
        var whole = StringInfo.GetTextElementEnumerator(characters);
        var elements = new List<string>();
        while (whole.MoveNext())
            elements.Add(whole.GetTextElement());
        var text = new StringBuilder();
        for (var place = 0; place < length; place++)
            text.Append(elements[random.Next(elements.Count)]);
        return text.ToString();
    }
}
