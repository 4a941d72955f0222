using System.Globalization;
using System.Text;

namespace LeadSync.Crm.Salesforce;

/// <summary>
/// Writes a query whose conditions are joined by <c>or</c>, cut into as many queries as Salesforce's length limits ask
/// for: together they find what the one would, and a record may come from more than one of them.
/// </summary>
public sealed class Soql
{
    /// <summary>The longest query that Salesforce reads, in characters.</summary>
    public const int LongestQuery = 100_000;

    /// <summary>The longest text in a condition, in characters; longer ones are left out, since no field we ask for can hold them.</summary>
    public const int LongestText = 4_000;

    private readonly string _head;
    private readonly int _longest;
    private readonly StringBuilder _conditions = new();
    private readonly List<string> _queries = [];

    /// <param name="object">API name of the object to read from.</param>
    /// <param name="fields">API names of the fields to read; the same name twice is read once.</param>
    /// <param name="longest">Longest query to write.</param>
    /// <exception cref="ArgumentException">A name that can be no API name.</exception>
    public Soql(string @object, IEnumerable<string> fields, int longest = LongestQuery)
    {
        var names = fields.Distinct(StringComparer.OrdinalIgnoreCase).Select(Name);
        _head = $"SELECT {string.Join(',', names)} FROM {Name(@object)} WHERE ";
        _longest = longest;
    }

    /// <summary>Whether a text can be the API name of an object or a field: a letter, then letters, digits and underscores.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= 255
        && char.IsAsciiLetter(text[0])
        && text.All(character => char.IsAsciiLetterOrDigit(character) || character == '_');

    /// <summary>Or: the field holds one of the values. Case does not matter to Salesforce.</summary>
    public Soql In(string field, IEnumerable<string> values)
    {
        var start = Name(field) + " IN (";
        var isOpen = false;
        foreach (var value in values)
        {
            var literal = Literal(value);
            if (literal.Length > LongestText)
                continue;
            if (isOpen && Length + 1 + literal.Length + 1 <= _longest)
            {
                _conditions.Append(',').Append(literal);
                continue;
            }
            if (isOpen)
                _conditions.Append(')');
            Begin(start.Length + literal.Length + 1);
            _conditions.Append(start).Append(literal);
            isOpen = true;
        }
        if (isOpen)
            _conditions.Append(')');
        return this;
    }

    /// <summary>Or: created at or after the instant by the user, both at once. Salesforce keeps whole seconds, so the instant is cut to them.</summary>
    public Soql CreatedSince(DateTimeOffset instant, string userId)
    {
        var condition = $"(CreatedDate >= {Instant(instant)} AND CreatedById = {Literal(userId)})";
        Begin(condition.Length);
        _conditions.Append(condition);
        return this;
    }

    /// <summary>The queries; none when nothing was asked for, since a query without a condition would read the whole org.</summary>
    public IReadOnlyList<string> Build()
    {
        End();
        return _queries;
    }

    /// <summary>A text as SOQL writes it, in quotes.</summary>
    public static string Literal(string text)
    {
        var literal = new StringBuilder(text.Length + 2).Append('\'');
        foreach (var character in text)
        {
            _ = character switch
            {
                '\\' => literal.Append(@"\\"),
                '\'' => literal.Append(@"\'"),
                '\n' => literal.Append(@"\n"),
                '\r' => literal.Append(@"\r"),
                '\t' => literal.Append(@"\t"),
                '\b' => literal.Append(@"\b"),
                '\f' => literal.Append(@"\f"),
                _ when char.IsControl(character) || character is '\u2028' or '\u2029' => literal.Append(
                    CultureInfo.InvariantCulture,
                    $@"\u{(int)character:X4}"
                ),
                _ => literal.Append(character),
            };
        }
        return literal.Append('\'').ToString();
    }

    /// <summary>An instant as SOQL writes it, in UTC and whole seconds.</summary>
    public static string Instant(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private int Length => _head.Length + _conditions.Length;

    private void Begin(int needed)
    {
        const string or = " OR ";
        if (_conditions.Length > 0 && Length + or.Length + needed > _longest)
            End();
        if (_conditions.Length > 0)
            _conditions.Append(or);
    }

    private void End()
    {
        if (_conditions.Length == 0)
            return;
        _queries.Add(_head + _conditions);
        _conditions.Clear();
    }

    private static string Name(string text) =>
        IsName(text) ? text : throw new ArgumentException($"No API name of Salesforce: '{text}'.", nameof(text));
}
