using System.Globalization;
using System.Text;

namespace LeadSync.CrmSimulator.Soql;

internal enum TokenKind
{
    Word,
    Text,
    Number,
    Date,
    DateTime,
    Mark,
    End,
}

/// <param name="Text">The word or mark as written; for a text its meaning, escapes resolved.</param>
/// <param name="Pattern">For a text its meaning as a LIKE pattern; null elsewhere.</param>
internal sealed record Token(TokenKind Kind, string Text, int Position, LikePattern? Pattern = null)
{
    public bool Is(string word) =>
        Kind is TokenKind.Word or TokenKind.Mark && string.Equals(Text, word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Cuts a query into words, texts, numbers, dates and marks.</summary>
internal sealed class Lexer(string query)
{
    private int at;

    /// <exception cref="SoqlException">A text is not closed, too long, or holds an escape that does not exist.</exception>
    public List<Token> Read()
    {
        var tokens = new List<Token>();
        while (true)
        {
            while (at < query.Length && char.IsWhiteSpace(query[at]))
                at++;
            if (at == query.Length)
            {
                tokens.Add(new(TokenKind.End, "<EOF>", at));
                return tokens;
            }

            tokens.Add(Next());
        }
    }

    private Token Next()
    {
        var c = query[at];
        if (c == '\'')
            return Text();
        if (char.IsAsciiLetter(c))
            return Taken(TokenKind.Word, Run(ch => char.IsAsciiLetterOrDigit(ch) || ch == '_'));
        if (char.IsAsciiDigit(c) || (c is '-' or '+' && at + 1 < query.Length && char.IsAsciiDigit(query[at + 1])))
            return NumberOrDate();
        foreach (var mark in (ReadOnlySpan<string>)["!=", "<>", "<=", ">=", "=", "<", ">", "(", ")", ",", ".", ":"])
        {
            if (string.CompareOrdinal(query, at, mark, 0, mark.Length) == 0)
                return Taken(TokenKind.Mark, mark.Length);
        }

        throw SoqlException.Unexpected($"'{c}'");
    }

    private int Run(Func<char, bool> belongs, int from = 0)
    {
        var length = from;
        while (at + length < query.Length && belongs(query[at + length]))
            length++;
        return length;
    }

    private Token Taken(TokenKind kind, int length)
    {
        var token = new Token(kind, query.Substring(at, length), at);
        at += length;
        return token;
    }

    private Token NumberOrDate()
    {
        if (at + 10 <= query.Length && query[at + 4] == '-' && query[at + 7] == '-')
        {
            if (at + 10 == query.Length || query[at + 10] is not ('T' or 't'))
                return Taken(TokenKind.Date, 10);
            return Taken(TokenKind.DateTime, Run(c => char.IsAsciiLetterOrDigit(c) || c is ':' or '.' or '+' or '-'));
        }

        return Taken(TokenKind.Number, Run(c => char.IsAsciiDigit(c) || c is '.' or 'e' or 'E', from: 1));
    }

    private Token Text()
    {
        var start = at++;
        var text = new StringBuilder();
        var pattern = new LikePattern();
        while (true)
        {
            if (at >= query.Length)
                throw new SoqlException(
                    "MALFORMED_QUERY",
                    $"line 1:{start} mismatched character '<EOF>' expecting '''"
                );
            var c = query[at++];
            if (c == '\'')
                break;
            if (c != '\\')
            {
                text.Append(c);
                pattern.Add(c);
                continue;
            }

            var escaped = Escape();
            text.Append(escaped.Meaning);
            pattern.AddLiteral(escaped.Meaning);
            pattern.HasEscapedWildcard |= escaped.Wildcard;
        }

        if (text.Length > 4_000)
            throw new SoqlException("MALFORMED_QUERY", "String literal is too long: at most 4000 characters");
        return new(TokenKind.Text, text.ToString(), start, pattern);
    }

    private (char Meaning, bool Wildcard) Escape()
    {
        var c = at < query.Length ? query[at++] : '\0';
        switch (c)
        {
            case '\'' or '\\' or '"':
                return (c, false);
            case 'n':
                return ('\n', false);
            case 'r':
                return ('\r', false);
            case 't':
                return ('\t', false);
            case 'b':
                return ('\b', false);
            case 'f':
                return ('\f', false);
            case '_' or '%':
                return (c, true);
            case 'u'
                when at + 4 <= query.Length
                    && ushort.TryParse(
                        query.AsSpan(at, 4),
                        NumberStyles.AllowHexSpecifier,
                        CultureInfo.InvariantCulture,
                        out var code
                    ):
                at += 4;
                return ((char)code, false);
            default:
                throw new SoqlException(
                    "MALFORMED_QUERY",
                    $"Invalid string literal. Illegal character sequence '\\{c}' in string literal."
                );
        }
    }
}
