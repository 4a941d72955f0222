using System.Runtime.InteropServices;
using System.Text.Json;

namespace LeadSync.Crm.Salesforce;

/// <summary>Writes records as Salesforce reads them, each value as it came: a number keeps its digits, no text is escaped twice.</summary>
internal static class SalesforceWriteJson
{
    /// <summary>A collection.</summary>
    public static void Write(
        Utf8JsonWriter json,
        (IReadOnlyList<RecordWrite> Writes, SalesforceCollection Collection) body
    )
    {
        json.WriteStartObject();
        json.WriteBoolean("allOrNone", false);
        json.WriteStartArray("records");
        foreach (var index in body.Collection.Indexes)
        {
            var write = body.Writes[index];
            json.WriteStartObject();
            json.WriteStartObject("attributes");
            json.WriteString("type", write.Object);
            json.WriteEndObject();
            if (write.RecordId is not null)
                json.WriteString("id", write.RecordId);
            if (write.Key is { } key)
                json.WriteString(key.Field, key.Value);
            WriteMembers(json, write.Fields);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>One record.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyDictionary<string, JsonElement> fields)
    {
        json.WriteStartObject();
        WriteMembers(json, fields);
        json.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter json, IReadOnlyDictionary<string, JsonElement> fields)
    {
        foreach (var (name, value) in fields)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
        }
    }
}
