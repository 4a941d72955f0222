namespace LeadSync.CrmSimulator.Soql;

/// <summary>A field as written, with relationships before it: Owner.Name.</summary>
internal sealed record FieldPath(IReadOnlyList<string> Names, int Position)
{
    public override string ToString() => string.Join('.', Names);
}

internal abstract record Selection
{
    public sealed record Count : Selection;

    public sealed record Fields(IReadOnlyList<SelectedField> Items) : Selection;
}

/// <param name="Path">Null for FIELDS(...).</param>
/// <param name="Group">ALL, STANDARD or CUSTOM for FIELDS(...).</param>
internal sealed record SelectedField(FieldPath? Path, string? Group);

internal enum Comparison
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

internal abstract record Condition
{
    public sealed record All(IReadOnlyList<Condition> Parts) : Condition;

    public sealed record Any(IReadOnlyList<Condition> Parts) : Condition;

    public sealed record Not(Condition Part) : Condition;

    public sealed record Compare(FieldPath Field, Comparison Operator, Literal Value) : Condition;

    public sealed record OneOf(FieldPath Field, bool Negated, IReadOnlyList<Literal> Values) : Condition;

    /// <summary>IN (SELECT ...): the values that the inner query finds.</summary>
    public sealed record InQuery(FieldPath Field, bool Negated, QuerySyntax Inner) : Condition;

    public sealed record Like(FieldPath Field, LikePattern Pattern, int Position) : Condition;
}

internal abstract record Literal(int Position)
{
    public sealed record Text(string Value, int Position) : Literal(Position);

    public sealed record Number(double Value, int Position) : Literal(Position);

    public sealed record Truth(bool Value, int Position) : Literal(Position);

    public sealed record Nothing(int Position) : Literal(Position);

    public sealed record Day(DateOnly Value, int Position) : Literal(Position);

    public sealed record Instant(DateTimeOffset Value, int Position) : Literal(Position);

    /// <summary>A named stretch of days, as TODAY or LAST_N_DAYS:7: from its first day to the one after its last.</summary>
    public sealed record Days(DateOnly From, DateOnly To, int Position) : Literal(Position);
}

internal sealed record Ordering(FieldPath Field, bool Descending, bool NullsLast);

internal sealed record QuerySyntax(
    string Source,
    Selection Select,
    string Object,
    int ObjectPosition,
    Condition? Where,
    IReadOnlyList<Ordering> OrderBy,
    int? Limit,
    int? Offset
);
