using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Soql;

/// <summary>A field path found in the org: the references to follow, then the field to read.</summary>
internal sealed class BoundField(IReadOnlyList<Field> steps, Field end, Org org)
{
    public IReadOnlyList<Field> Steps => steps;
    public Field Field => end;

    public object? Read(Record record) => Walk(record) is { } last ? last[end.Name] : null;

    private Record? Walk(Record record)
    {
        var current = record;
        foreach (var step in steps)
        {
            if (current[step.Name] is not string id || org.FindRecord(id) is not { } next)
                return null;
            current = next;
        }

        return current;
    }

    /// <exception cref="SoqlException">INVALID_FIELD, with the place in the query.</exception>
    public static BoundField Bind(Viewer viewer, SObject type, FieldPath path, string source)
    {
        var steps = new List<Field>();
        IReadOnlyList<SObject> candidates = [type];
        foreach (var name in path.Names.Take(path.Names.Count - 1))
        {
            var step =
                candidates
                    .Select(candidate => candidate.FindRelationship(name))
                    .FirstOrDefault(found => found is not null)
                ?? throw SoqlException.At(
                    "INVALID_FIELD",
                    source,
                    path.Position,
                    $"Didn't understand relationship '{name}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names."
                );
            steps.Add(step);
            candidates = [.. step.ReferenceTo.Select(viewer.FindObject).OfType<SObject>()];
        }

        var last = path.Names[^1];
        var field =
            candidates.Select(candidate => candidate.Find(last)).FirstOrDefault(found => found is not null)
            ?? throw SoqlException.At(
                "INVALID_FIELD",
                source,
                path.Position,
                $"No such column '{last}' on entity '{EntityName(type, steps)}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names."
            );
        return new(steps, field, viewer.Org);
    }

    private static string EntityName(SObject type, List<Field> steps) =>
        steps.Count == 0 ? type.Name
        : steps[^1].ReferenceTo.Count > 1 ? "Name"
        : steps[^1].ReferenceTo[0];
}
