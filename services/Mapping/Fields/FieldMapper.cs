using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Mapping.References;

namespace LeadSync.Mapping.Fields;

/// <summary>What came of mapping a lead for one connection.</summary>
public abstract record MappingOutcome
{
    private MappingOutcome() { }

    /// <param name="Remarks">What was done to values that a person should know of.</param>
    public sealed record Mapped(IReadOnlyList<MappedSection> Sections, IReadOnlyList<MappingRemark> Remarks)
        : MappingOutcome;

    /// <param name="Kind">The gravest of what is wrong.</param>
    /// <param name="Faults">Each field that is wrong; none when it is not about a field.</param>
    public sealed record CannotMap(FailureKind Kind, IReadOnlyList<FieldProblem> Faults) : MappingOutcome;
}

/// <param name="Field">API name in the CRM.</param>
/// <param name="Reason">What is wrong, without the value.</param>
/// <param name="Misfit">
/// A value that a value map or a restricted picklist lacks, for the picklist report alone: it stands in no event and no log.
/// </param>
public sealed record FieldProblem(string Object, string Field, string Reason, string Fix, string? Misfit = null)
{
    /// <summary>What kind of failure it is by itself; beside others the gravest of them counts.</summary>
    public FailureKind? Kind { get; init; }

    /// <summary>The record that is to be looked up first; it stands in no event and no log either.</summary>
    public ReferenceKey? Wanted { get; init; }
}

/// <summary>Pure: a lead and a connection's mappings in; the wanted fields out, or every reason why there are none now.</summary>
public static class FieldMapper
{
    /// <param name="mappings">All of the connection's.</param>
    /// <param name="createAs">The object that the route creates.</param>
    public static MappingOutcome Map(LeadToMap lead, IReadOnlyList<ObjectMapping> mappings, string createAs)
    {
        if (mappings.All(mapping => mapping.Object != createAs))
            return new MappingOutcome.CannotMap(FailureCatalogue.NoMapping, []);
        if (mappings.Any(mapping => !mapping.IsSchemaKnown))
            return new MappingOutcome.CannotMap(FailureCatalogue.SchemaUnknown, []);

        var faults = new List<(FailureKind Kind, FieldProblem Problem)>();
        var remarks = new List<MappingRemark>();
        var sections = mappings.Select(mapping => Section(lead, mapping, remarks, faults)).ToList();
        return faults.Count == 0
            ? new MappingOutcome.Mapped(sections, remarks)
            : new MappingOutcome.CannotMap(
                // A field that is gone concerns every lead, so it is told before a value that concerns one.
                faults.Exists(fault => fault.Kind == FailureCatalogue.SchemaChanged)
                    ? FailureCatalogue.SchemaChanged
                    : faults[0].Kind,
                [.. faults.Select(fault => fault.Problem with { Kind = fault.Kind })]
            );
    }

    private static MappedSection Section(
        LeadToMap lead,
        ObjectMapping mapping,
        List<MappingRemark> remarks,
        List<(FailureKind Kind, FieldProblem Problem)> faults
    )
    {
        var fields = new List<MappedField>(mapping.Entries.Count);
        foreach (var entry in mapping.Entries)
        {
            var mapped = EntryMapper.Map(lead, entry, mapping, steps: null);
            if (mapped.Field is not null)
                fields.Add(mapped.Field);
            if (mapped.Problem is not null)
                faults.Add((mapped.Kind!, mapped.Problem));
            remarks.AddRange(mapped.Remarks);
        }
        return new MappedSection
        {
            Object = mapping.Object,
            Fields = fields,
            MissingForCreate = MissingForCreate(mapping, fields),
        };
    }

    /// <summary>What a create asks for and the lead has no value of.</summary>
    public static IReadOnlyList<string> MissingForCreate(ObjectMapping mapping, IReadOnlyCollection<MappedField> fields)
    {
        var given = fields
            .Where(field => field.Value.ValueKind != JsonValueKind.Null)
            .Select(field => field.Field)
            .ToHashSet(StringComparer.Ordinal);
        return [.. mapping.RequiredOnCreate.Where(name => !given.Contains(name))];
    }
}
