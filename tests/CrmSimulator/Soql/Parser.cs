using System.Globalization;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Soql;

/// <summary>
/// Reads SELECT … FROM … WHERE … ORDER BY … LIMIT … OFFSET, and IN (SELECT …). Other sub-selects, GROUP BY, TYPEOF and aggregates other than
/// COUNT() are not understood here and answered as an unexpected token.
/// </summary>
internal sealed class Parser
{
    private readonly string query;
    private readonly List<Token> tokens;
    private readonly DateOnly today;
    private int at;
    private string? alias;

    private Parser(string query, DateOnly today)
    {
        this.query = query;
        this.today = today;
        tokens = new Lexer(query).Read();
    }

    /// <exception cref="SoqlException">MALFORMED_QUERY.</exception>
    public static QuerySyntax Parse(string query, DateOnly today)
    {
        if (query.Length > 100_000)
            throw new SoqlException("MALFORMED_QUERY", "SOQL statements cannot be longer than 100000 characters.");
        var parser = new Parser(query, today);
        var read = parser.Query();
        return parser.Current.Kind != TokenKind.End ? throw parser.Unexpected() : read;
    }

    private Token Current => tokens[at];

    private QuerySyntax Query()
    {
        if (!Take("SELECT"))
            throw Unexpected();
        var selection = Selection();
        Expect("FROM");
        var from = Word();
        if (Current.Kind == TokenKind.Word && !IsClause(Current))
            alias = Word().Text;
        var where = Take("WHERE") ? Conditions() : null;
        var order = new List<Ordering>();
        if (Take("ORDER"))
        {
            Expect("BY");
            do order.Add(Ordering());
            while (Take(","));
        }

        int? limit = Take("LIMIT") ? WholeNumber() : null;
        int? offset = Take("OFFSET") ? WholeNumber() : null;
        return new(query, WithoutAlias(selection), from.Text, from.Position, where, order, limit, offset);
    }

    private static bool IsClause(Token token) =>
        token.Is("WHERE")
        || token.Is("ORDER")
        || token.Is("LIMIT")
        || token.Is("OFFSET")
        || token.Is("GROUP")
        || token.Is("HAVING")
        || token.Is("WITH")
        || token.Is("FOR")
        || token.Is("USING")
        || token.Is("ALL")
        || token.Is("UPDATE");

    private Selection Selection()
    {
        if (Current.Is("COUNT") && tokens[at + 1].Is("(") && tokens[at + 2].Is(")"))
        {
            at += 3;
            return new Selection.Count();
        }

        var items = new List<SelectedField>();
        do
        {
            if (Current.Is("FIELDS") && tokens[at + 1].Is("("))
            {
                at += 2;
                var group = Word().Text.ToUpperInvariant();
                if (group is not ("ALL" or "STANDARD" or "CUSTOM"))
                    throw SoqlException.Unexpected(group);
                Expect(")");
                items.Add(new(null, group));
                continue;
            }

            items.Add(new(Path(), null));
        } while (Take(","));
        return new Selection.Fields(items);
    }

    /// <summary>An alias becomes known only after the fields have been read.</summary>
    private Selection WithoutAlias(Selection selection) =>
        selection is Soql.Selection.Fields fields
            ? new Selection.Fields([
                .. fields.Items.Select(item => item.Path is null ? item : item with { Path = WithoutAlias(item.Path) }),
            ])
            : selection;

    private FieldPath WithoutAlias(FieldPath path) =>
        alias is not null
        && path.Names.Count > 1
        && string.Equals(path.Names[0], alias, StringComparison.OrdinalIgnoreCase)
            ? path with
            {
                Names = [.. path.Names.Skip(1)],
            }
            : path;

    private FieldPath Path()
    {
        var first = Word();
        var names = new List<string> { first.Text };
        while (Take("."))
            names.Add(Word().Text);
        return WithoutAlias(new FieldPath(names, first.Position));
    }

    /// <summary>AND and OR cannot be mixed on one level: the CRM wants parentheses.</summary>
    private Condition Conditions()
    {
        var parts = new List<Condition> { Simple() };
        if (Current.Is("AND"))
        {
            while (Take("AND"))
                parts.Add(Simple());
            return Current.Is("OR") ? throw Unexpected() : new Condition.All(parts);
        }

        if (!Current.Is("OR"))
            return parts[0];
        while (Take("OR"))
            parts.Add(Simple());
        return Current.Is("AND") ? throw Unexpected() : new Condition.Any(parts);
    }

    private Condition Simple()
    {
        if (Take("NOT"))
            return new Condition.Not(Simple());
        if (Take("("))
        {
            var inner = Conditions();
            Expect(")");
            return inner;
        }

        var field = Path();
        if (Take("LIKE"))
        {
            var pattern = Current;
            if (pattern.Kind != TokenKind.Text)
                throw Unexpected();
            at++;
            return new Condition.Like(field, pattern.Pattern!, pattern.Position);
        }

        if (Take("IN"))
            return In(field, negated: false);
        if (Current.Is("NOT") && tokens[at + 1].Is("IN"))
        {
            at += 2;
            return In(field, negated: true);
        }

        return new Condition.Compare(field, Operator(), Value());
    }

    /// <summary>A list of values, or a query of its own, which does not know the outer one's alias.</summary>
    private Condition In(FieldPath field, bool negated)
    {
        if (!Current.Is("(") || !tokens[at + 1].Is("SELECT"))
            return new Condition.OneOf(field, negated, List());
        at++;
        var outer = alias;
        alias = null;
        var inner = Query();
        alias = outer;
        Expect(")");
        return new Condition.InQuery(field, negated, inner);
    }

    private Comparison Operator()
    {
        var mark = Current;
        at++;
        return mark.Kind != TokenKind.Mark
            ? throw SoqlException.Unexpected(Shown(mark))
            : mark.Text switch
            {
                "=" => Comparison.Equal,
                "!=" or "<>" => Comparison.NotEqual,
                "<" => Comparison.Less,
                "<=" => Comparison.LessOrEqual,
                ">" => Comparison.Greater,
                ">=" => Comparison.GreaterOrEqual,
                _ => throw SoqlException.Unexpected(Shown(mark)),
            };
    }

    private List<Literal> List()
    {
        Expect("(");
        var values = new List<Literal>();
        do values.Add(Value());
        while (Take(","));
        Expect(")");
        return values;
    }

    private Literal Value()
    {
        var token = Current;
        at++;
        switch (token.Kind)
        {
            case TokenKind.Text when token.Pattern!.HasEscapedWildcard:
                throw new SoqlException(
                    "MALFORMED_QUERY",
                    "Invalid string literal. Illegal character sequence '\\_' or '\\%' in string literal."
                );
            case TokenKind.Text:
                return new Literal.Text(token.Text, token.Position);
            case TokenKind.Number
                when double.TryParse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number):
                return new Literal.Number(number, token.Position);
            case TokenKind.Date when Instants.TryReadDate(token.Text, out var day):
                return new Literal.Day(day, token.Position);
            case TokenKind.DateTime when Instants.TryRead(token.Text, out var instant):
                return new Literal.Instant(instant, token.Position);
            case TokenKind.Word:
                return Named(token);
            default:
                throw SoqlException.Unexpected(Shown(token));
        }
    }

    private Literal Named(Token token)
    {
        if (token.Is("null"))
            return new Literal.Nothing(token.Position);
        if (token.Is("true") || token.Is("false"))
            return new Literal.Truth(token.Is("true"), token.Position);
        int? n = Take(":") ? WholeNumber() : null;
        return DateLiterals.Find(token.Text, n, today) is var (from, to)
            ? new Literal.Days(from, to, token.Position)
            : throw SoqlException.Unexpected(Shown(token));
    }

    private Ordering Ordering()
    {
        var field = Path();
        var descending = Take("DESC");
        if (!descending)
            Take("ASC");
        var last = false;
        if (Take("NULLS"))
        {
            last = Take("LAST");
            if (!last)
                Expect("FIRST");
        }

        return new(field, descending, last);
    }

    private int WholeNumber()
    {
        var token = Current;
        at++;
        return
            token.Kind == TokenKind.Number
            && int.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw SoqlException.Unexpected(Shown(token));
    }

    private Token Word()
    {
        var token = Current;
        if (token.Kind != TokenKind.Word)
            throw Unexpected();
        at++;
        return token;
    }

    private bool Take(string word)
    {
        if (!Current.Is(word))
            return false;
        at++;
        return true;
    }

    private void Expect(string word)
    {
        if (!Take(word))
            throw Unexpected();
    }

    private SoqlException Unexpected() => SoqlException.Unexpected(Shown(Current));

    private static string Shown(Token token) => token.Kind == TokenKind.Text ? $"'{token.Text}'" : token.Text;
}
