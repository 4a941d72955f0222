using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Mapping.Leads;

namespace LeadSync.Mapping.Fields;

/// <summary>A connection's mapping of one object, with the schema it is checked against.</summary>
public sealed class ObjectMapping
{
    private readonly Dictionary<string, CrmField> _fields;

    /// <param name="schema">The last good one; null when it could never be read.</param>
    public ObjectMapping(string name, IReadOnlyList<MappingEntry> entries, CrmSchema? schema)
    {
        Object = name;
        Entries = entries;
        IsSchemaKnown = schema is not null;
        // Field names are the CRM's, and it tells them apart without regard to case.
        _fields = (schema?.Fields ?? []).ToDictionary(field => field.Name, StringComparer.OrdinalIgnoreCase);
        RequiredOnCreate =
        [
            .. (schema?.Fields ?? [])
                .Where(field => field is { RequiredOnCreate: true, DefaultValue: null })
                .Select(field => field.Name),
        ];
    }

    public string Object { get; }
    public IReadOnlyList<MappingEntry> Entries { get; }
    public bool IsSchemaKnown { get; }

    /// <summary>What a create must have, as the org gives no value of its own.</summary>
    public IReadOnlyList<string> RequiredOnCreate { get; }

    public CrmField? Field(string name) => _fields.GetValueOrDefault(name);
}

/// <summary>What came of mapping a lead for one connection.</summary>
public abstract record MappingOutcome
{
    private MappingOutcome() { }

    public sealed record Mapped(IReadOnlyList<MappedSection> Sections) : MappingOutcome;

    /// <param name="Kind">The gravest of what is wrong.</param>
    /// <param name="Faults">Each field that is wrong; none when it is not about a field.</param>
    public sealed record CannotMap(FailureKind Kind, IReadOnlyList<FieldProblem> Faults) : MappingOutcome;
}

/// <param name="Field">API name in the CRM.</param>
/// <param name="Reason">What is wrong, without the value.</param>
public sealed record FieldProblem(string Object, string Field, string Reason, string Fix);

/// <summary>Pure: a lead and a connection's mappings in; the wanted fields out, or every reason why there are none now.</summary>
public static class FieldMapper
{
    /// <param name="mappings">All of the connection's.</param>
    /// <param name="createAs">The object that the route creates.</param>
    public static MappingOutcome Map(LeadState lead, IReadOnlyList<ObjectMapping> mappings, string createAs)
    {
        if (mappings.All(mapping => mapping.Object != createAs))
            return new MappingOutcome.CannotMap(FailureCatalogue.NoMapping, []);
        if (mappings.Any(mapping => !mapping.IsSchemaKnown))
            return new MappingOutcome.CannotMap(FailureCatalogue.SchemaUnknown, []);

        var faults = new List<(FailureKind Kind, FieldProblem Problem)>();
        var sections = mappings.Select(mapping => Section(lead, mapping, faults)).ToList();
        return faults.Count == 0
            ? new MappingOutcome.Mapped(sections)
            : new MappingOutcome.CannotMap(
                // A field that is gone concerns every lead, so it is told before a value that concerns one.
                faults.Exists(fault => fault.Kind == FailureCatalogue.SchemaChanged)
                    ? FailureCatalogue.SchemaChanged
                    : faults[0].Kind,
                [.. faults.Select(fault => fault.Problem)]
            );
    }

    private static MappedSection Section(
        LeadState lead,
        ObjectMapping mapping,
        List<(FailureKind Kind, FieldProblem Problem)> faults
    )
    {
        var fields = new List<MappedField>(mapping.Entries.Count);
        foreach (var entry in mapping.Entries)
        {
            if (mapping.Field(entry.Field) is not { Createable: true, Updateable: true } field)
            {
                faults.Add(
                    (
                        FailureCatalogue.SchemaChanged,
                        new FieldProblem(
                            mapping.Object,
                            entry.Field,
                            "is not there any more, or may not be written by the connected user",
                            "Map another field, or give the connected user access to it in the CRM."
                        )
                    )
                );
                continue;
            }
            switch (Wanted(lead, entry, field))
            {
                case Want.Value(var value, var capturedAt):
                    fields.Add(new MappedField(field.Name, value, capturedAt, entry.Rule));
                    break;
                case Want.Impossible(var kind, var reason, var fix):
                    faults.Add((kind, new FieldProblem(mapping.Object, field.Name, reason, fix)));
                    break;
            }
        }
        var given = fields
            .Where(field => field.Value.ValueKind != JsonValueKind.Null)
            .Select(field => field.Field)
            .ToHashSet(StringComparer.Ordinal);
        return new MappedSection
        {
            Object = mapping.Object,
            Fields = fields,
            MissingForCreate = [.. mapping.RequiredOnCreate.Where(name => !given.Contains(name))],
        };
    }

    private static Want Wanted(LeadState lead, MappingEntry entry, CrmField field)
    {
        if (entry.Constant is { } constant)
            return Fitted(constant, entry.SavedAt, field);

        var captured = lead.Captured(entry.From!);
        if (captured is { Value.ValueKind: JsonValueKind.Null })
            return Cleared(captured.At, entry, field);
        var wanted = captured is null ? new Want.Nothing() : Fitted(captured.Value, captured.At, field);
        return wanted is Want.Nothing && entry.Default is { } byDefault
            ? Fitted(byDefault, entry.SavedAt, field)
            : wanted;
    }

    private static Want Cleared(DateTimeOffset at, MappingEntry entry, CrmField field)
    {
        // A checkbox holds no nothing.
        if (field.Type == "boolean")
            return new Want.Value(JsonSerializer.SerializeToElement(false), at);
        if (field.Nillable)
            return new Want.Value(Null, at);
        return entry.Default is { } byDefault
            ? Fitted(byDefault, entry.SavedAt, field)
            : new Want.Impossible(
                FailureCatalogue.RequiredFieldMissing,
                "was cleared on purpose, but the CRM asks for a value",
                "Capture a value for it, or give the mapping a default."
            );
    }

    private static Want Fitted(JsonElement value, DateTimeOffset at, CrmField field) =>
        FieldFit.Try(value, field) switch
        {
            Fit.Fits(var fitted) => new Want.Value(fitted, at),
            Fit.Refused(var reason, var fix) => new Want.Impossible(FailureCatalogue.ValueDoesNotFit, reason, fix),
            _ => new Want.Nothing(),
        };

    private static readonly JsonElement Null = JsonSerializer.SerializeToElement<string?>(null);

    private abstract record Want
    {
        public sealed record Nothing : Want;

        public sealed record Value(JsonElement Wanted, DateTimeOffset CapturedAt) : Want;

        public sealed record Impossible(FailureKind Kind, string Reason, string Fix) : Want;
    }
}
