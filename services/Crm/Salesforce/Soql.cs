using System.Text;

namespace LeadSync.Crm.Salesforce;

/// <summary>
/// Writes a query whose conditions are joined by <c>or</c>, cut into as many queries as Salesforce's length limits ask
/// for: together they find what the one would, and a record may come from more than one of them.
/// </summary>
public sealed class Soql
{
    private readonly string _head;
    private readonly int _longest;
    private readonly StringBuilder _conditions = new();
    private readonly List<string> _queries = [];

    /// <param name="object">API name of the object to read from.</param>
    /// <param name="fields">API names of the fields to read; the same name twice is read once.</param>
    /// <param name="longest">Longest query to write.</param>
    /// <exception cref="ArgumentException">A name that can be no API name.</exception>
    public Soql(string @object, IEnumerable<string> fields, int longest = SoqlText.LongestQuery)
    {
        var names = fields.Distinct(StringComparer.OrdinalIgnoreCase).Select(SoqlText.Path);
        _head = SoqlText.Select(names, @object) + " WHERE ";
        _longest = longest;
    }

    /// <summary>
    /// Or: the field holds one of the values; case does not matter to Salesforce. A text that is longer than a condition may
    /// be is left out, since no field we ask for can hold it.
    /// </summary>
    public Soql In(string field, IEnumerable<string> values)
    {
        var start = SoqlText.Name(field) + " IN (";
        var isOpen = false;
        foreach (var value in values)
        {
            var literal = SoqlText.Quote(value);
            if (literal.Length > SoqlText.LongestText)
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

    /// <summary>Or: the field begins with one of the texts, whatever their case.</summary>
    public Soql BeginsWith(string field, IEnumerable<string> texts)
    {
        var start = SoqlText.Name(field) + " LIKE ";
        foreach (var pattern in texts.Select(text => SoqlText.Pattern(text, anywhere: false)))
        {
            if (pattern.Length > SoqlText.LongestText)
                continue;
            Begin(start.Length + pattern.Length);
            _conditions.Append(start).Append(pattern);
        }
        return this;
    }

    /// <summary>Or: created at or after the instant by the user, both at once. Salesforce keeps whole seconds, so the instant is cut to them.</summary>
    public Soql CreatedSince(DateTimeOffset instant, string userId)
    {
        var condition = $"(CreatedDate >= {SoqlText.Instant(instant)} AND CreatedById = {SoqlText.Quote(userId)})";
        Begin(condition.Length);
        _conditions.Append(condition);
        return this;
    }

    /// <summary>Or: each of these fields holds its value, all of them at once; case does not matter to Salesforce.</summary>
    /// <param name="fields">As <see cref="SoqlText.Path"/> takes them.</param>
    public Soql All(params IReadOnlyList<(string Field, string Value)> fields)
    {
        var equal = fields.Select(one => (SoqlText.Path(one.Field), Value: SoqlText.Quote(one.Value))).ToList();
        if (equal.Exists(one => one.Value.Length > SoqlText.LongestText))
            return this;
        var condition = $"({string.Join(" AND ", equal.Select(one => $"{one.Item1} = {one.Value}"))})";
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
}
