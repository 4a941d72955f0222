using System.Text.Json;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Rest;

namespace LeadSync.CrmSimulator.Bulk;

/// <summary>The header of an upload: a field each, or a relationship's external id as Owner.Ext__c.</summary>
internal sealed class Columns
{
    /// <param name="Key">Of the other object, when the cell names a record by it.</param>
    private sealed record Column(string Name, Field? Reference, SObject? Other, Field? Key);

    private readonly Viewer viewer;
    private readonly Column[] columns;

    private Columns(Viewer viewer, Column[] columns) => (this.viewer, this.columns) = (viewer, columns);

    /// <exception cref="FormatException">A column is no field.</exception>
    public static Columns Bind(Viewer viewer, SObject type, string[] header) =>
        new(viewer, [.. header.Select(name => Bind(viewer, type, name))]);

    /// <summary>An empty cell leaves the field as it is, #N/A empties it.</summary>
    /// <exception cref="ApiException">A cell cannot be read, or names no record.</exception>
    public RecordInput Read(Org org, SObject type, string[] row)
    {
        var values = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (column, cell) in columns.Zip(row))
        {
            if (cell.Length == 0)
                continue;
            if (cell == "#N/A")
                values[column.Reference?.Name ?? column.Name] = null;
            else if (column.Reference is null)
                values[column.Name] = Truth(type, column.Name, cell);
            else
                values[column.Reference.Name] = Find(column, cell);
        }

        return RecordInput.Read(org, type, JsonBody.Parse(JsonSerializer.SerializeToUtf8Bytes(values)));
    }

    private static Column Bind(Viewer viewer, SObject type, string name)
    {
        if (name.Split('.') is not [var relationship, var key])
        {
            return string.Equals(name, "Id", StringComparison.OrdinalIgnoreCase) || type.Find(name) is not null
                ? new(name, null, null, null)
                : throw new FormatException($"Field name not found : {name}");
        }

        var reference = type.FindRelationship(relationship);
        var other = (reference?.ReferenceTo ?? [])
            .Select(viewer.FindObject)
            .FirstOrDefault(target => target?.Find(key) is { IdLookup: true });
        return other is null
            ? throw new FormatException($"Field name not found : {name}")
            : new(name, reference, other, other.Find(key));
    }

    private static string Truth(SObject type, string name, string cell) =>
        type.Find(name)?.Type != FieldType.Boolean ? cell
        : cell == "1" ? "true"
        : cell == "0" ? "false"
        : cell;

    private string Find(Column column, string cell)
    {
        var found = RecordsByKey.Find(viewer, column.Other!, column.Key!, cell);
        return found.Count switch
        {
            1 => found[0].Id,
            0 => throw new ApiException(
                400,
                new ApiError(
                    "INVALID_FIELD",
                    $"Foreign key external ID: {cell} not found for field {column.Key!.Name} in entity {column.Other!.Name}"
                )
            ),
            _ => throw new ApiException(400, RecordsByKey.SeveralFound(column.Key!, found)),
        };
    }
}
