using System.Globalization;
using System.Text.Json.Nodes;
using LeadSync.Mapping.Fields;
using LeadSync.Mapping.Sources;
using LeadSync.Mapping.Transforms;

namespace LeadSync.Mapping.Samples;

/// <summary>Makes values for the fields of a sample, from what its source and the CRM say of them. Pure.</summary>
/// <param name="mark">Tells one batch's people from those of all others.</param>
internal sealed class SampleValues(
    SourceModel model,
    IReadOnlyList<ObjectMapping> mappings,
    string mark,
    DateTimeOffset now
)
{
    /// <summary>A value for each lead field that a mapping reads, but for those about which nothing sensible can be said.</summary>
    public JsonObject All(string email)
    {
        var values = new JsonObject();
        foreach (var name in Read().Distinct(StringComparer.Ordinal))
        {
            if (Of(name) is { } value)
                values[name] = value;
        }
        if (model.EmailField is { } field)
            values[field] = email;
        return values;
    }

    private IEnumerable<string> Read() => mappings.SelectMany(mapping => mapping.Entries).SelectMany(ReadBy);

    /// <summary>The lead fields that an entry makes its value of.</summary>
    public static IEnumerable<string> ReadBy(MappingEntry entry) =>
        ((string?[])[entry.From, .. entry.Template?.Fields ?? []]).OfType<string>().Where(name => name[0] != '$');

    private JsonNode? Of(string name)
    {
        var field = model.Find(name);
        // What a list of values or the CRM's own list knows is certain to go through.
        if (Listed(name) is { } listed)
            return listed;
        return field?.Type switch
        {
            FieldType.Choice or FieldType.MultiChoice => field.Values.Count == 0 ? null
            : field.Type == FieldType.Choice ? JsonValue.Create(field.Values[0])
            : new JsonArray(JsonValue.Create(field.Values[0])),
            FieldType.Conversation => null,
            FieldType.Number => JsonValue.Create(1),
            FieldType.Boolean => JsonValue.Create(true),
            FieldType.Date => JsonValue.Create(now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            FieldType.DateTime => JsonValue.Create(now.ToString("O", CultureInfo.InvariantCulture)),
            FieldType.Email => JsonValue.Create($"other.{mark}@example.com"),
            FieldType.Phone => JsonValue.Create("+1 202 555 0143"),
            FieldType.Url => JsonValue.Create("https://www.example.com"),
            _ => JsonValue.Create(Text(name, field?.Role)),
        };
    }

    private string Text(string name, string? role) =>
        role switch
        {
            "firstName" => "Sam",
            "lastName" => $"Sample {mark}",
            "fullName" => $"Sam Sample {mark}",
            "company" => $"Example {mark}",
            "street" => "1 Example Street",
            "city" => "Exampleton",
            "postalCode" => "12345",
            "language" => "en",
            "timeZone" => "UTC",
            _ => $"Sample {name}",
        };

    private JsonNode? Listed(string name)
    {
        foreach (var mapping in mappings)
        {
            foreach (var entry in mapping.Entries.Where(entry => entry.From == name))
            {
                if (entry.Transforms.OfType<MapValues>().FirstOrDefault() is { Pairs: [var first, ..] })
                    return JsonValue.Create(first.Key);
                if (
                    mapping.Field(entry.Field) is
                    { Type: "picklist" or "multipicklist", PicklistValues: [var value, ..] }
                )
                    return JsonValue.Create(value);
            }
        }
        return null;
    }
}
