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
    private readonly TokenReader tokens;
    private readonly DateOnly today;
    private string? alias;

    private Parser(string query, DateOnly today)
    {
        this.query = query;
        this.today = today;
        tokens = new TokenReader(new Lexer(query).Read());
    }

    /// <exception cref="SoqlException">MALFORMED_QUERY.</exception>
    public static QuerySyntax Parse(string query, DateOnly today)
    {
        if (query.Length > 100_000)
            throw new SoqlException("MALFORMED_QUERY", "SOQL statements cannot be longer than 100000 characters.");
        var parser = new Parser(query, today);
        var read = parser.Query();
        return parser.tokens.Current.Kind != TokenKind.End ? throw parser.tokens.Unexpected() : read;
    }

    private QuerySyntax Query()
    {
        if (!tokens.Take("SELECT"))
            throw tokens.Unexpected();
        var selection = Selection();
        tokens.Expect("FROM");
        var from = tokens.Word();
        if (tokens.Current.Kind == TokenKind.Word && !IsClause(tokens.Current))
            alias = tokens.Word().Text;
        var where = tokens.Take("WHERE") ? Conditions() : null;
        var order = new List<Ordering>();
        if (tokens.Take("ORDER"))
        {
            tokens.Expect("BY");
            do order.Add(Ordering());
            while (tokens.Take(","));
        }

        int? limit = tokens.Take("LIMIT") ? tokens.WholeNumber() : null;
        int? offset = tokens.Take("OFFSET") ? tokens.WholeNumber() : null;
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
        if (tokens.Take("COUNT", "(", ")"))
            return new Selection.Count();

        var items = new List<SelectedField>();
        do
        {
            if (tokens.Take("FIELDS", "("))
            {
                var group = tokens.Word().Text.ToUpperInvariant();
                if (group is not ("ALL" or "STANDARD" or "CUSTOM"))
                    throw SoqlException.Unexpected(group);
                tokens.Expect(")");
                items.Add(new(null, group));
                continue;
            }

            items.Add(new(Path(), null));
        } while (tokens.Take(","));
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
        var first = tokens.Word();
        var names = new List<string> { first.Text };
        while (tokens.Take("."))
            names.Add(tokens.Word().Text);
        return WithoutAlias(new FieldPath(names, first.Position));
    }

    /// <summary>AND and OR cannot be mixed on one level: the CRM wants parentheses.</summary>
    private Condition Conditions()
    {
        var parts = new List<Condition> { Simple() };
        if (tokens.Current.Is("AND"))
        {
            while (tokens.Take("AND"))
                parts.Add(Simple());
            return tokens.Current.Is("OR") ? throw tokens.Unexpected() : new Condition.All(parts);
        }

        if (!tokens.Current.Is("OR"))
            return parts[0];
        while (tokens.Take("OR"))
            parts.Add(Simple());
        return tokens.Current.Is("AND") ? throw tokens.Unexpected() : new Condition.Any(parts);
    }

    private Condition Simple()
    {
        if (tokens.Take("NOT"))
            return new Condition.Not(Simple());
        if (tokens.Take("("))
        {
            var inner = Conditions();
            tokens.Expect(")");
            return inner;
        }

        var field = Path();
        if (tokens.Take("LIKE"))
        {
            var pattern = tokens.Next(TokenKind.Text);
            return new Condition.Like(field, pattern.Pattern!, pattern.Position);
        }

        if (tokens.Take("IN"))
            return In(field, negated: false);
        if (tokens.Take("NOT", "IN"))
            return In(field, negated: true);
        return new Condition.Compare(field, Operator(), Value());
    }

    /// <summary>A list of values, or a query of its own, which does not know the outer one's alias.</summary>
    private Condition In(FieldPath field, bool negated)
    {
        if (!tokens.Follow("(", "SELECT"))
            return new Condition.OneOf(field, negated, List());
        tokens.Expect("(");
        var outer = alias;
        alias = null;
        var inner = Query();
        alias = outer;
        tokens.Expect(")");
        return new Condition.InQuery(field, negated, inner);
    }

    private Comparison Operator()
    {
        var mark = tokens.Next();
        return mark.Kind != TokenKind.Mark
            ? throw SoqlException.Unexpected(TokenReader.Shown(mark))
            : mark.Text switch
            {
                "=" => Comparison.Equal,
                "!=" or "<>" => Comparison.NotEqual,
                "<" => Comparison.Less,
                "<=" => Comparison.LessOrEqual,
                ">" => Comparison.Greater,
                ">=" => Comparison.GreaterOrEqual,
                _ => throw SoqlException.Unexpected(TokenReader.Shown(mark)),
            };
    }

    private List<Literal> List()
    {
        tokens.Expect("(");
        var values = new List<Literal>();
        do values.Add(Value());
        while (tokens.Take(","));
        tokens.Expect(")");
        return values;
    }

    private Literal Value()
    {
        var token = tokens.Next();
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
                throw SoqlException.Unexpected(TokenReader.Shown(token));
        }
    }

    private Literal Named(Token token)
    {
        if (token.Is("null"))
            return new Literal.Nothing(token.Position);
        if (token.Is("true") || token.Is("false"))
            return new Literal.Truth(token.Is("true"), token.Position);
        int? n = tokens.Take(":") ? tokens.WholeNumber() : null;
        return DateLiterals.Find(token.Text, n, today) is var (from, to)
            ? new Literal.Days(from, to, token.Position)
            : throw SoqlException.Unexpected(TokenReader.Shown(token));
    }

    private Ordering Ordering()
    {
        var field = Path();
        var descending = tokens.Take("DESC");
        if (!descending)
            tokens.Take("ASC");
        var last = false;
        if (tokens.Take("NULLS"))
        {
            last = tokens.Take("LAST");
            if (!last)
                tokens.Expect("FIRST");
        }

        return new(field, descending, last);
    }
}
