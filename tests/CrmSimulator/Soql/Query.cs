using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Soql;

/// <summary>A query bound to an org: which records in which order, and the fields to show of each.</summary>
internal sealed class Query
{
    private Query(SObject type, SelectTree? fields, IReadOnlyList<Record> records, bool hasOffset)
    {
        HasOffset = hasOffset;
        Type = type;
        Fields = fields;
        Records = records;
    }

    public SObject Type { get; }
    public bool HasOffset { get; }

    /// <summary>Null for COUNT().</summary>
    public SelectTree? Fields { get; }
    public IReadOnlyList<Record> Records { get; }

    /// <param name="deletedToo">As queryAll does.</param>
    /// <exception cref="SoqlException">The query cannot be understood or names what is not there.</exception>
    public static Query Run(Viewer viewer, string source, bool deletedToo, DateTimeOffset now) =>
        Run(viewer, Parser.Parse(source, DateOnly.FromDateTime(now.UtcDateTime)), deletedToo);

    /// <exception cref="SoqlException">The query names what is not there.</exception>
    public static Query Run(Viewer viewer, QuerySyntax syntax, bool deletedToo)
    {
        var source = syntax.Source;
        var type =
            viewer.FindObject(syntax.Object)
            ?? throw SoqlException.At(
                "INVALID_TYPE",
                source,
                syntax.ObjectPosition,
                $"sObject type '{syntax.Object}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names."
            );
        var fields = syntax.Select is Selection.Fields select ? SelectTree.Bind(viewer, type, select, syntax) : null;
        if (syntax.Offset > 2_000)
        {
            throw new SoqlException(
                "NUMBER_OUTSIDE_VALID_RANGE",
                "Maximum SOQL offset allowed is 2000 for entity or api version"
            );
        }

        var filter = Filter.Bind(viewer, type, syntax);
        var order = syntax
            .OrderBy.Select(ordering =>
                (Field: Sortable(BoundField.Bind(viewer, type, ordering.Field, source), ordering, source), ordering)
            )
            .ToArray();
        var table = viewer.Org.Table(type.Name);
        // Candidates come from a set: put them back into the order of creation.
        IEnumerable<Record> found = filter.Candidates() is { } few
            ? few.OrderBy(record => record.Id, StringComparer.Ordinal)
            : table.Records;
        found = found.Where(record => (deletedToo || !record.IsDeleted) && viewer.Sees(record) && filter.Holds(record));
        if (order.Length > 0)
            found = found.Order(new RecordOrder(order));
        return new(
            type,
            fields,
            [.. found.Skip(syntax.Offset ?? 0).Take(syntax.Limit ?? int.MaxValue)],
            syntax.Offset is not null
        );
    }

    private static BoundField Sortable(BoundField field, Ordering ordering, string source) =>
        field.Field.Sortable
            ? field
            : throw SoqlException.At(
                "INVALID_FIELD",
                source,
                ordering.Field.Position,
                $"field '{field.Field.Name}' can not be sorted in a query call"
            );

    private sealed class RecordOrder((BoundField Field, Ordering Ordering)[] keys) : IComparer<Record>
    {
        public int Compare(Record? one, Record? other)
        {
            foreach (var (field, ordering) in keys)
            {
                var (a, b) = (field.Read(one!), field.Read(other!));
                if (a is null || b is null)
                {
                    if (a is null && b is null)
                        continue;
                    return a is null == ordering.NullsLast ? 1 : -1;
                }

                var order = (a, b) switch
                {
                    (string x, string y) when field.Field.Type is FieldType.Id or FieldType.Reference =>
                        string.CompareOrdinal(x, y),
                    (string x, string y) => string.Compare(x, y, StringComparison.OrdinalIgnoreCase),
                    _ => ((IComparable)a).CompareTo(b),
                };
                if (order != 0)
                    return ordering.Descending ? -order : order;
            }

            return 0;
        }
    }
}
