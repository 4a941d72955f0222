using System.Globalization;
using System.Text;

namespace LeadSync.Crm.Tests;

/// <summary>Texts made by chance, from a seed that a failing test shows.</summary>
internal static class Texts
{
    /// <summary>Repeats what must hold of anything made by chance; a failure names the seed that repeats it.</summary>
    public static void Trials(int count, Action<Random> trial)
    {
        var seed = System.Random.Shared.Next();
        var random = new Random(seed);
        for (var number = 0; number < count; number++)
        {
            try
            {
                trial(random);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"In trial {number} of seed {seed}.", e);
            }
        }
    }

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
