using System.Globalization;
using System.Text.Json;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>
/// The fields of one record as a caller sent them, read into the fields' types. A value of the wrong JSON type refuses
/// the whole call; an unknown field refuses the record.
/// </summary>
internal sealed class RecordInput
{
    private readonly OrderedDictionary<string, (Field Field, object? Value)> values = new(
        StringComparer.OrdinalIgnoreCase
    );

    public IList<(Field Field, object? Value)> Values => values.Values;

    /// <summary>Names that the object has no (visible) field for.</summary>
    public List<string> Unknown { get; } = [];

    /// <summary>The id given in the body; null when none is.</summary>
    public string? Id { get; private set; }
    public bool HasId { get; private set; }

    /// <exception cref="ApiException">A value has the wrong JSON type: 400 JSON_PARSER_ERROR.</exception>
    public static RecordInput Read(Org org, SObject type, JsonBody body, bool everyField = false)
    {
        if (body.Root.ValueKind != JsonValueKind.Object)
            throw body.Mistyped("sobject", body.Root);
        var input = new RecordInput();
        foreach (var property in body.Root.EnumerateObject())
        {
            var name = body.NameOf(property);
            if (string.Equals(name, "attributes", StringComparison.Ordinal))
                continue;
            if (string.Equals(name, "Id", StringComparison.OrdinalIgnoreCase))
            {
                input.HasId = true;
                input.Id = property.Value.ValueKind == JsonValueKind.Null ? null : TextIn(body, property.Value);
                continue;
            }

            var field = everyField ? type.FindEvenHidden(name) : type.Find(name);
            if (field is null)
                input.Unknown.Add(name);
            else
                input.Put(
                    everyField ? field with { Access = FieldAccess.Edit } : field,
                    ReadValue(org.Settings, field, body, property.Value)
                );
        }

        return input;
    }

    public object? this[string field] => values.TryGetValue(field, out var value) ? value.Value : null;

    public bool Names(string field) => values.ContainsKey(field);

    /// <summary>A field named twice counts as it was named last.</summary>
    public void Put(Field field, object? value) => values[field.Name] = (field, value);

    public static string TextIn(JsonBody body, JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? body.TextOf(element) : throw body.Mistyped("string", element);

    private static object? ReadValue(OrgSettings settings, Field field, JsonBody body, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Null)
            return field.Type == FieldType.Boolean ? throw body.Mistyped("boolean", element) : null;
        var text = element.ValueKind == JsonValueKind.String ? body.TextOf(element) : null;
        return field.Type switch
        {
            FieldType.Boolean => Boolean(element, text) ?? throw body.Mistyped("boolean", element),
            FieldType.Int => text is "" ? null : Whole(element, text) ?? throw body.Mistyped("int", element),
            FieldType.Double or FieldType.Currency or FieldType.Percent => text is ""
                ? null
                : Number(element, text) ?? throw body.Mistyped("double", element),
            FieldType.Date => text is "" ? null
            : Instants.TryReadDate(text, out var date) ? date
            : throw body.Mistyped("date", element),
            FieldType.DateTime => text is "" ? null
            : Instants.TryRead(text, out var instant) ? instant
            : throw body.Mistyped("datetime", element),
            FieldType.Address => throw body.Mistyped("address", element),
            _ => Text(settings, field, text ?? throw body.Mistyped("string", element)),
        };
    }

    private static bool? Boolean(JsonElement element, string? text) =>
        element.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => bool.TryParse(text, out var read) ? read : null,
        };

    private static long? Whole(JsonElement element, string? text)
    {
        if (element.ValueKind == JsonValueKind.Number)
            return element.TryGetInt32(out var number) ? number : null;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var read)
            ? read
            : null;
    }

    private static double? Number(JsonElement element, string? text)
    {
        if (element.ValueKind == JsonValueKind.Number)
            return element.GetDouble();
        return
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var read)
            && double.IsFinite(read)
            ? read
            : null;
    }

    private static string? Text(OrgSettings settings, Field field, string text)
    {
        if (settings.TrimText)
            text = text.Trim(' ', '\t', '\r', '\n');
        if (settings.LowercaseEmail && field.Type == FieldType.Email)
            text = text.ToLowerInvariant();
        return text.Length == 0 && settings.EmptyTextIsNull ? null : text;
    }
}
