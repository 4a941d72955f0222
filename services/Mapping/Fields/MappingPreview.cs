using LeadSync.Contracts;

namespace LeadSync.Mapping.Fields;

/// <summary>What would be wanted of one object's record, field by field.</summary>
/// <param name="MissingForCreate">Fields that a create asks for and this lead has no value of.</param>
public sealed record MappingPreview(
    string Object,
    string Source,
    string LeadId,
    IReadOnlyList<FieldPreview> Fields,
    IReadOnlyList<string> MissingForCreate
);

/// <summary>One CRM field of a preview.</summary>
/// <param name="Wanted">What Push would be told; null: nothing is wanted of the field.</param>
/// <param name="Steps">How the value came to be, in order.</param>
/// <param name="Problem">Why the lead would wait; null where nothing is wrong.</param>
public sealed record FieldPreview(
    string Field,
    string Label,
    string Type,
    MappedField? Wanted,
    IReadOnlyList<MappingStep> Steps,
    IReadOnlyList<MappingRemark> Remarks,
    PreviewProblem? Problem
)
{
    /// <summary>Pure: shows every field of a mapping.</summary>
    public static MappingPreview Show(LeadToMap lead, ObjectMapping mapping)
    {
        var fields = new List<FieldPreview>();
        foreach (var entry in mapping.Entries)
        {
            var steps = new List<MappingStep>();
            var mapped = EntryMapper.Map(lead, entry, mapping, steps);
            var field = mapping.Field(entry.Field);
            fields.Add(
                new FieldPreview(
                    field?.Name ?? entry.Field,
                    field?.Label ?? entry.Field,
                    field?.Type ?? "",
                    mapped.Field,
                    steps,
                    mapped.Remarks,
                    mapped.Problem is { } problem
                        ? new PreviewProblem(mapped.Kind!.Code, problem.Reason, problem.Fix)
                        : null
                )
            );
        }
        return new MappingPreview(
            mapping.Object,
            lead.Key.Source,
            lead.Key.LeadId,
            fields,
            FieldMapper.MissingForCreate(mapping, [.. fields.Select(field => field.Wanted).OfType<MappedField>()])
        );
    }
}

/// <param name="Code">As in the catalogue of failures.</param>
public sealed record PreviewProblem(string Code, string Reason, string Fix);
