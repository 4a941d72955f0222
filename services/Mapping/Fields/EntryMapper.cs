using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Mapping.Leads;
using LeadSync.Mapping.References;
using LeadSync.Mapping.Transforms;

namespace LeadSync.Mapping.Fields;

/// <summary>What came of one entry for one lead.</summary>
/// <param name="Field">Null where nothing is wanted, or nothing can be.</param>
/// <param name="Kind">Set with <paramref name="Problem"/>, and only then.</param>
public sealed record MappedEntry(
    MappedField? Field,
    IReadOnlyList<MappingRemark> Remarks,
    FailureKind? Kind = null,
    FieldProblem? Problem = null
);

/// <summary>One step that made a value, for those who ask how it came to be.</summary>
/// <param name="Step">The lead field, template or transform, as settings write it; <c>default</c>; <c>fit</c>.</param>
/// <param name="Value">What it made; null: nothing.</param>
/// <param name="Said">What is to be said of it.</param>
public sealed record MappingStep(string Step, JsonElement? Value, string? Said = null);

/// <summary>Pure: what one entry wants of a lead's record.</summary>
public static class EntryMapper
{
    /// <param name="steps">Takes each step; null where nobody asks.</param>
    public static MappedEntry Map(
        LeadToMap lead,
        MappingEntry entry,
        ObjectMapping mapping,
        ICollection<MappingStep>? steps
    )
    {
        if (mapping.Field(entry.Field) is not { } field || !entry.MayWrite(field))
            return new MappedEntry(
                null,
                [],
                FailureCatalogue.SchemaChanged,
                new FieldProblem(
                    mapping.Object,
                    entry.Field,
                    "is not there any more, or may not be written by the connected user",
                    "Map another field, or give the connected user access to it in the CRM."
                )
            );
        IReadOnlyList<MappingRemark> remarks = [];
        var destination = new Destination(field, lead);
        var wanted = Wanted(entry, destination, Remarked, steps);
        return wanted switch
        {
            Want.Value(var value, var at, var isDefault) => new MappedEntry(
                Field(entry, destination, value, at, isDefault),
                remarks
            ),
            Want.Impossible(var kind, var reason, var fix, var misfit, var reference) => new MappedEntry(
                null,
                remarks,
                kind,
                new FieldProblem(mapping.Object, field.Name, reason, fix, misfit) { Wanted = reference }
            ),
            _ => new MappedEntry(null, remarks),
        };

        void Remarked(Remark remark) =>
            remarks = [.. remarks, new MappingRemark(mapping.Object, field.Name, remark.Code, remark.Text)];
    }

    private static MappedField Field(
        MappingEntry entry,
        Destination destination,
        JsonElement value,
        DateTimeOffset at,
        bool isDefault
    )
    {
        var rule = isDefault ? entry.DefaultRule ?? entry.Rule : entry.Rule;
        return new MappedField(destination.Field.Name, value, at, rule)
        {
            While = rule == WriteRule.OnlyWhile ? entry.While : null,
            ConsentedAt = rule == WriteRule.OptOut ? ConsentedAt(entry, destination.Lead) : null,
            // A value that nobody gave outranks none that somebody did.
            Precedence = isDefault ? 0 : entry.PrecedenceOf(destination.Lead.Key.Source),
            Adds = entry.Adds,
        };
    }

    private static DateTimeOffset? ConsentedAt(MappingEntry entry, LeadToMap lead) =>
        entry.Consent is not null
        && lead.Value(entry.Consent) is { } consent
        && FieldFit.Boolean(consent.Value) is Fit.Fits({ ValueKind: JsonValueKind.True })
            ? consent.At
            : null;

    private static Want Wanted(
        MappingEntry entry,
        Destination destination,
        Action<Remark> remark,
        ICollection<MappingStep>? steps
    )
    {
        var captured =
            entry.Constant is { } constant ? new CapturedValue(constant, entry.SavedAt, Guid.Empty)
            : entry.Template is { } template ? template.Fill(destination.Lead)
            : destination.Lead.Value(entry.From!);
        // What there is of a conversation is seen once it is written.
        if (entry.From != LeadFields.Conversation)
            steps?.Add(new MappingStep(entry.Template?.Text ?? entry.From ?? "constant", captured?.Value));
        if (captured is { Value.ValueKind: JsonValueKind.Null })
            return Cleared(captured.At, entry, destination, steps);
        var wanted = captured is null
            ? new Want.Nothing()
            : Transformed(
                captured.Value,
                Newest(captured.At, entry, destination.Lead),
                entry,
                destination,
                remark,
                steps
            );
        return wanted is Want.Nothing ? Default(entry, destination, steps) : wanted;
    }

    // A country that is told later makes another number of the same digits.
    private static DateTimeOffset Newest(DateTimeOffset at, MappingEntry entry, LeadToMap lead)
    {
        foreach (var transform in entry.Transforms)
        {
            foreach (var name in transform.LeadFields)
            {
                if (lead.Value(name) is { } other && other.At > at)
                    at = other.At;
            }
        }
        return at;
    }

    private static Want Transformed(
        JsonElement value,
        DateTimeOffset at,
        MappingEntry entry,
        Destination destination,
        Action<Remark> remark,
        ICollection<MappingStep>? steps
    )
    {
        foreach (var transform in entry.Chain)
        {
            switch (transform.Apply(value, destination))
            {
                case Transforms.Transformed.Value(var changed, var said):
                    if (said is not null)
                        remark(said);
                    steps?.Add(new MappingStep(transform.Label(), changed, said?.Text));
                    value = changed;
                    break;
                case Transforms.Transformed.None(var said):
                    if (said is not null)
                        remark(said);
                    steps?.Add(new MappingStep(transform.Label(), null, said?.Text));
                    return new Want.Nothing();
                case Transforms.Transformed.Wanted(var key):
                    const string notYet = "names a record that has not been looked up yet";
                    steps?.Add(new MappingStep(transform.Label(), null, notYet));
                    var unknown = FailureCatalogue.ReferenceUnknown;
                    return new Want.Impossible(unknown, notYet, unknown.Fix, Misfit: null, key);
                case Transforms.Transformed.Refused { UnlessDefault: true } when entry.Default is not null:
                    var taken = new Remark(Remark.FallbackTaken, "No such record was found, so the default was taken.");
                    remark(taken);
                    steps?.Add(new MappingStep(transform.Label(), null, taken.Text));
                    return new Want.Nothing();
                case Transforms.Transformed.Refused(var reason, var fix, var misfit):
                    steps?.Add(new MappingStep(transform.Label(), null, reason));
                    return new Want.Impossible(FailureCatalogue.ValueDoesNotFit, reason, fix, misfit);
            }
        }
        return Fitted(value, at, destination.Field, isDefault: false, steps);
    }

    private static Want Default(MappingEntry entry, Destination destination, ICollection<MappingStep>? steps)
    {
        if (entry.Default is not { } byDefault)
            return new Want.Nothing();
        steps?.Add(new MappingStep("default", byDefault));
        return Fitted(byDefault, entry.SavedAt, destination.Field, isDefault: true, steps);
    }

    private static Want Cleared(
        DateTimeOffset at,
        MappingEntry entry,
        Destination destination,
        ICollection<MappingStep>? steps
    )
    {
        var field = destination.Field;
        // A checkbox holds no nothing.
        if (field.Type == "boolean")
            return new Want.Value(No, at, IsDefault: false);
        if (field.Nillable)
            return new Want.Value(Null, at, IsDefault: false);
        return entry.Default is not null
            ? Default(entry, destination, steps)
            : new Want.Impossible(
                FailureCatalogue.RequiredFieldMissing,
                "was cleared on purpose, but the CRM asks for a value",
                "Capture a value for it, or give the mapping a default.",
                Misfit: null
            );
    }

    private static Want Fitted(
        JsonElement value,
        DateTimeOffset at,
        CrmField field,
        bool isDefault,
        ICollection<MappingStep>? steps
    )
    {
        var fit = FieldFit.Try(value, field);
        steps?.Add(
            new MappingStep("fit", (fit as Fit.Fits)?.Value, fit is Fit.Refused { Reason: var said } ? said : null)
        );
        return fit switch
        {
            Fit.Fits(var fitted) => new Want.Value(fitted, at, isDefault),
            Fit.Refused(var reason, var fix, var misfit) => new Want.Impossible(
                FailureCatalogue.ValueDoesNotFit,
                reason,
                fix,
                misfit
            ),
            _ => new Want.Nothing(),
        };
    }

    private static readonly JsonElement Null = JsonSerializer.SerializeToElement<string?>(null);
    private static readonly JsonElement No = JsonSerializer.SerializeToElement(false);

    private abstract record Want
    {
        public sealed record Nothing : Want;

        public sealed record Value(JsonElement Wanted, DateTimeOffset CapturedAt, bool IsDefault) : Want;

        public sealed record Impossible(
            FailureKind Kind,
            string Reason,
            string Fix,
            string? Misfit,
            ReferenceKey? Reference = null
        ) : Want;
    }
}
