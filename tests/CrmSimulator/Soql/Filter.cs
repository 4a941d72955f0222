using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Soql;

/// <summary>A WHERE clause bound to an object: tests a record, and knows which records need no test at all.</summary>
internal sealed class Filter
{
    private readonly Viewer viewer;
    private readonly SObject type;
    private readonly string source;
    private readonly Func<Record, bool> test;
    private readonly Func<HashSet<Record>?> candidates;

    private Filter(Viewer viewer, SObject type, string source, Condition condition)
    {
        (this.viewer, this.type, this.source) = (viewer, type, source);
        (test, candidates) = Bind(condition);
    }

    /// <exception cref="SoqlException">A field is unknown, cannot be filtered, or is compared with another type.</exception>
    public static Filter Bind(Viewer viewer, SObject type, QuerySyntax query) =>
        new(viewer, type, query.Source, query.Where ?? new Condition.All([]));

    public bool Holds(Record record) => test(record);

    /// <summary>The only records that can hold, found by id or key; null when all must be looked at.</summary>
    public HashSet<Record>? Candidates() => candidates();

    private (Func<Record, bool> Test, Func<HashSet<Record>?> Candidates) Bind(Condition condition)
    {
        switch (condition)
        {
            case Condition.All all:
            {
                var parts = all.Parts.Select(Bind).ToArray();
                return (
                    record => Array.TrueForAll(parts, part => part.Test(record)),
                    () => parts.Select(part => part.Candidates()).FirstOrDefault(found => found is not null)
                );
            }

            case Condition.Any any:
            {
                var parts = any.Parts.Select(Bind).ToArray();
                return (record => Array.Exists(parts, part => part.Test(record)), () => Union(parts));
            }

            case Condition.Not not:
            {
                var part = Bind(not.Part);
                return (record => !part.Test(record), () => null);
            }

            case Condition.Like like:
                return BindLike(like);
            case Condition.Compare { Operator: Comparison.Equal } equal:
                return BindOneOf(equal.Field, [equal.Value], negated: false);
            case Condition.Compare { Operator: Comparison.NotEqual } unequal:
                return BindOneOf(unequal.Field, [unequal.Value], negated: true);
            case Condition.Compare compare:
                return BindOrder(compare);
            case Condition.OneOf oneOf:
                return BindOneOf(oneOf.Field, oneOf.Values, oneOf.Negated);
            case Condition.InQuery inQuery:
                return BindInQuery(inQuery);
            default:
                throw new InvalidOperationException($"A condition of kind {condition.GetType().Name} is not known.");
        }
    }

    private static HashSet<Record>? Union((Func<Record, bool> Test, Func<HashSet<Record>?> Candidates)[] parts)
    {
        var all = new HashSet<Record>();
        foreach (var part in parts)
        {
            if (part.Candidates() is not { } found)
                return null;
            all.UnionWith(found);
        }

        return all;
    }

    private (Func<Record, bool>, Func<HashSet<Record>?>) BindLike(Condition.Like like)
    {
        var field = Filterable(like.Field);
        if (!field.Field.IsText)
        {
            throw SoqlException.At(
                "INVALID_QUERY_FILTER_OPERATOR",
                source,
                like.Field.Position,
                "invalid operator on id field"
            );
        }

        return (record => field.Read(record) is string text && like.Pattern.Matches(text), () => null);
    }

    private (Func<Record, bool>, Func<HashSet<Record>?>) BindOneOf(
        FieldPath path,
        IReadOnlyList<Literal> literals,
        bool negated
    )
    {
        var field = Filterable(path);
        var values = new HashSet<object>();
        var days = new List<(IComparable From, IComparable To)>();
        var orEmpty = false;
        foreach (var literal in literals)
        {
            switch (Operand(path, field.Field, literal))
            {
                case null:
                    orEmpty = true;
                    break;
                case (IComparable from, IComparable to):
                    days.Add((from, to));
                    break;
                case { } value:
                    values.Add(value);
                    break;
            }
        }

        bool Test(Record record)
        {
            var value = Key(field.Field, field.Read(record));
            if (value is null)
                return orEmpty != negated;
            var found =
                values.Contains(value)
                || days.Exists(range => range.From.CompareTo(value) <= 0 && range.To.CompareTo(value) > 0);
            return found != negated;
        }

        var keyed =
            !negated && !orEmpty && days.Count == 0 && field.Steps.Count == 0 && IsKey(field.Field) ? values : null;
        return (Test, () => keyed is null ? null : Look(field.Field, keyed));
    }

    /// <summary>The inner query is run once, when the filter is bound.</summary>
    private (Func<Record, bool>, Func<HashSet<Record>?>) BindInQuery(Condition.InQuery condition)
    {
        var field = Filterable(condition.Field);
        var found = Query.Run(viewer, condition.Inner, deletedToo: false);
        var selected = found.Fields?.Items is [{ Branch: null } only] ? only.Field : null;
        if (
            selected?.Type is not (FieldType.Id or FieldType.Reference)
            || field.Field.Type is not (FieldType.Id or FieldType.Reference)
        )
        {
            throw SoqlException.At(
                "MALFORMED_QUERY",
                source,
                condition.Field.Position,
                "semi join sub-selects can only compare ids: an id or reference, selected alone"
            );
        }

        var ids = found
            .Records.Select(record => record[selected.Name])
            .OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
        return (
            record => field.Read(record) is string id ? ids.Contains(id) != condition.Negated : condition.Negated,
            () => null
        );
    }

    private bool IsKey(Field field) => field.Type == FieldType.Id || viewer.Org.Table(type.Name).IsIndexed(field.Name);

    private HashSet<Record> Look(Field field, HashSet<object> keys)
    {
        var table = viewer.Org.Table(type.Name);
        return field.Type == FieldType.Id
            ? [.. keys.Select(key => table.Find((string)key)).OfType<Record>()]
            : [.. keys.SelectMany(key => table.FindBy(field.Name, (string)key))];
    }

    private (Func<Record, bool>, Func<HashSet<Record>?>) BindOrder(Condition.Compare compare)
    {
        var field = Filterable(compare.Field);
        var operand = Operand(compare.Field, field.Field, compare.Value);
        if (operand is null)
        {
            throw SoqlException.At(
                "INVALID_QUERY_FILTER_OPERATOR",
                source,
                compare.Field.Position,
                "invalid operator for null"
            );
        }

        var (from, to) = operand is (IComparable first, IComparable end) ? (first, end) : ((IComparable)operand, null);
        return (
            record =>
            {
                if (Key(field.Field, field.Read(record)) is not IComparable value)
                    return false;
                return compare.Operator switch
                {
                    Comparison.Less => Order(value, from) < 0,
                    Comparison.GreaterOrEqual => Order(value, from) >= 0,
                    Comparison.LessOrEqual => to is null ? Order(value, from) <= 0 : Order(value, to) < 0,
                    _ => to is null ? Order(value, from) > 0 : Order(value, to) >= 0,
                };
            },
            () => null
        );
    }

    private static int Order(IComparable value, IComparable other) =>
        value is string text ? string.CompareOrdinal(text, (string)other) : value.CompareTo(other);

    private BoundField Filterable(FieldPath path)
    {
        var field = BoundField.Bind(viewer, type, path, source);
        return field.Field.Filterable
            ? field
            : throw SoqlException.At(
                "INVALID_FIELD",
                source,
                path.Position,
                $"field '{field.Field.Name}' can not be filtered in a query call"
            );
    }

    /// <summary>A stored value in the form it is compared in: texts without case.</summary>
    private static object? Key(Field field, object? value) =>
        value switch
        {
            string text when field.Type is FieldType.Id or FieldType.Reference => text,
            "" => null,
            string text => text.ToLowerInvariant(),
            long number => (double)number,
            _ => value,
        };

    /// <summary>A literal in the same form; a pair is a stretch from its first up to, without, its second.</summary>
    private object? Operand(FieldPath path, Field field, Literal literal) =>
        (literal, field.Type) switch
        {
            (Literal.Nothing, _) => field.Type == FieldType.Boolean ? false : null,
            (Literal.Text text, FieldType.Id or FieldType.Reference) => text.Value.Length == 0 ? null
            : RecordId.TryRead(text.Value, out var id) ? id
            : throw SoqlException.At(
                "INVALID_QUERY_FILTER_OPERATOR",
                source,
                literal.Position,
                $"invalid ID field: {text.Value}"
            ),
            (Literal.Text text, _) when field.IsText => text.Value.Length == 0 ? null : text.Value.ToLowerInvariant(),
            (Literal.Number number, _) when field.IsNumber => number.Value,
            (Literal.Truth truth, FieldType.Boolean) => truth.Value,
            (Literal.Day day, FieldType.Date) => day.Value,
            (Literal.Instant instant, FieldType.DateTime) => instant.Value,
            (Literal.Days days, FieldType.Date) => ((IComparable)days.From, (IComparable)days.To),
            (Literal.Days days, FieldType.DateTime) => (
                (IComparable)Midnight(days.From),
                (IComparable)Midnight(days.To)
            ),
            _ => throw SoqlException.At(
                "INVALID_FIELD",
                source,
                path.Position,
                $"value of filter criterion for field '{field.Name}' must be of type {TypeName(field)} and should {(Quoted(field) ? "" : "not ")}be enclosed in quotes"
            ),
        };

    private static bool Quoted(Field field) => field.IsText || field.Type is FieldType.Id or FieldType.Reference;

    private static string TypeName(Field field) =>
        field.Type switch
        {
            FieldType.DateTime => "dateTime",
            FieldType.Date => "date",
            FieldType.Boolean => "boolean",
            FieldType.Int => "int",
            FieldType.Id or FieldType.Reference => "reference",
            _ when field.IsNumber => "double",
            _ => "string",
        };

    private static DateTimeOffset Midnight(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
}
