using System.Globalization;

namespace LeadSync.CrmSimulator.Soql;

/// <summary>Goes through a query's tokens, one after the other; the last one is its end and is never passed.</summary>
internal sealed class TokenReader(List<Token> tokens)
{
    private int at;

    public Token Current => tokens[at];

    /// <summary>Whether these words come next.</summary>
    public bool Follow(params ReadOnlySpan<string> words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            if (at + i >= tokens.Count || !tokens[at + i].Is(words[i]))
                return false;
        }

        return true;
    }

    /// <summary>Goes on behind these words when they come next.</summary>
    public bool Take(params ReadOnlySpan<string> words)
    {
        if (!Follow(words))
            return false;
        at += words.Length;
        return true;
    }

    /// <exception cref="SoqlException">Another word comes next.</exception>
    public void Expect(string word)
    {
        if (!Take(word))
            throw Unexpected();
    }

    /// <exception cref="SoqlException">The query is at its end.</exception>
    public Token Next()
    {
        if (Current.Kind == TokenKind.End)
            throw Unexpected();
        return tokens[at++];
    }

    /// <exception cref="SoqlException">A token of another kind comes next.</exception>
    public Token Next(TokenKind kind) => Current.Kind == kind ? Next() : throw Unexpected();

    public Token Word() => Next(TokenKind.Word);

    public int WholeNumber() =>
        int.TryParse(Next(TokenKind.Number).Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw SoqlException.Unexpected(Shown(tokens[at - 1]));

    public SoqlException Unexpected() => SoqlException.Unexpected(Shown(Current));

    public static string Shown(Token token) => token.Kind == TokenKind.Text ? $"'{token.Text}'" : token.Text;
}
