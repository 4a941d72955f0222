using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Mapping.Fields;
using LeadSync.Mapping.Sources;

namespace LeadSync.Mapping.Samples;

/// <summary>A sample that was made for one of the four cases.</summary>
/// <param name="Case">As <see cref="Contracts.TestLead.Case"/>.</param>
/// <param name="Lead">As a capture would send it.</param>
internal sealed record MadeSample(string Case, JsonElement Lead, IReadOnlyList<string> Notes);

/// <summary>
/// The four-case assistant: somebody new, somebody who is a Lead, somebody who is a Contact, and somebody new of whom a field
/// that the CRM requires is missing. Pure.
/// </summary>
internal static class FourCases
{
    public const string NewPerson = "newPerson";
    public const string ExistingLead = "existingLead";
    public const string ExistingContact = "existingContact";
    public const string MissingRequired = "missingRequired";

    /// <param name="createAs">The object that the route creates.</param>
    /// <param name="batchId">Makes the addresses of new people unlike all others.</param>
    public static List<MadeSample> Make(
        FourPeople people,
        SourceModel model,
        IReadOnlyList<ObjectMapping> mappings,
        string createAs,
        Guid batchId,
        DateTimeOffset now
    )
    {
        // Of the random half of the id.
        var mark = batchId.ToString("N")[^10..];
        var values = new SampleValues(model, mappings, mark, now);
        var notes = new List<string>();
        var made = new List<MadeSample> { Sample(NewPerson, values.All($"new.{mark}@example.com"), notes) };
        if (people.ExistingLead is { } lead)
            made.Add(Sample(ExistingLead, values.All(lead), []));
        if (people.ExistingContact is { } contact)
            made.Add(Sample(ExistingContact, values.All(contact), []));
        var missing = values.All($"incomplete.{mark}@example.com");
        if (
            Missable(mappings.FirstOrDefault(mapping => mapping.Object == createAs), model, missing)
            is var (field, sources)
        )
        {
            foreach (var name in sources)
                missing.Remove(name);
            made.Add(
                Sample(
                    MissingRequired,
                    missing,
                    [
                        $"It lacks {string.Join(", ", sources)}, so that {createAs}.{field}, which the org requires, stays empty.",
                    ]
                )
            );
        }
        else
            notes.Add(
                $"The case missingRequired is left out: whatever {createAs} requires has a default or a constant in the mapping."
            );
        return made;
    }

    private static MadeSample Sample(string name, JsonObject fields, IReadOnlyList<string> notes) =>
        new(name, JsonSerializer.SerializeToElement(new JsonObject { ["fields"] = fields }), notes);

    // A required field that nothing but the lead fills, with the lead fields that do. Without its address it would be nobody.
    private static (string Field, IReadOnlyList<string> Sources)? Missable(
        ObjectMapping? mapping,
        SourceModel model,
        JsonObject values
    )
    {
        foreach (var required in mapping?.RequiredOnCreate ?? [])
        {
            var entry = mapping!.Entries.FirstOrDefault(entry =>
                entry.Field.Equals(required, StringComparison.OrdinalIgnoreCase)
            );
            if (entry is not { Constant: null, Default: null })
                continue;
            var sources = SampleValues.ReadBy(entry).Where(values.ContainsKey).ToList();
            if (sources.Count > 0 && !sources.Contains(model.EmailField ?? "", StringComparer.Ordinal))
                return (required, sources);
        }
        return null;
    }
}
