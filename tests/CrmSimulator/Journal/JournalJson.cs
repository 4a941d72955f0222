using System.Globalization;
using System.Text.Json;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Journal;

/// <summary>A journal entry as one JSON object: the same on disk and over the control API.</summary>
internal static class JournalJson
{
    public static void Write(Utf8JsonWriter json, JournalEntry entry)
    {
        json.WriteStartObject();
        json.WriteNumber("sequence", entry.Sequence);
        json.WriteString("at", entry.At);
        json.WriteString("org", entry.Org);
        json.WriteString("method", entry.Method);
        json.WriteString("path", entry.Path);
        json.WriteString("kind", entry.Kind);
        json.WriteBoolean("counted", entry.Counted);
        json.WriteBoolean("writes", entry.Writes);
        json.WriteString("requestId", entry.RequestId);
        json.WriteNumber("records", entry.Records);
        json.WriteNumber("status", entry.Status);
        json.WriteString("fate", Named(entry.Fate));
        if (entry.Fault is not null)
            json.WriteString("fault", entry.Fault);
        if (entry.LateOf is { } late)
            json.WriteNumber("lateOf", late);
        json.WriteStartArray("parts");
        foreach (var part in entry.Parts)
            Write(json, part);
        json.WriteEndArray();
        json.WriteStartArray("effects");
        foreach (var change in entry.Effects)
            Write(json, change);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <param name="fieldOf">Finds a field, so that its values get their types back.</param>
    public static JournalEntry Read(JsonElement json, Func<string, string, string, Field?> fieldOf)
    {
        var org = json.GetProperty("org").GetString()!;
        return new()
        {
            Sequence = json.GetProperty("sequence").GetInt64(),
            At = json.GetProperty("at").GetDateTimeOffset(),
            Org = org,
            Method = json.GetProperty("method").GetString()!,
            Path = json.GetProperty("path").GetString()!,
            Kind = json.GetProperty("kind").GetString()!,
            Counted = json.GetProperty("counted").GetBoolean(),
            Writes = json.GetProperty("writes").GetBoolean(),
            RequestId = json.GetProperty("requestId").GetString()!,
            Records = json.GetProperty("records").GetInt32(),
            Status = json.GetProperty("status").GetInt32(),
            Fate = Enum.Parse<Fate>(json.GetProperty("fate").GetString()!, ignoreCase: true),
            Fault = json.TryGetProperty("fault", out var fault) ? fault.GetString() : null,
            LateOf = json.TryGetProperty("lateOf", out var late) ? late.GetInt64() : null,
            Parts = [.. json.GetProperty("parts").EnumerateArray().Select(ReadPart)],
            Effects = [.. json.GetProperty("effects").EnumerateArray().Select(one => ReadChange(one, org, fieldOf))],
        };
    }

    /// <summary>An enum's name as it stands in JSON: answerDropped.</summary>
    public static string Named(Enum value) => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    public static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case double number:
                json.WriteNumberValue(number);
                break;
            case DateOnly date:
                json.WriteStringValue(Instants.Write(date));
                break;
            case DateTimeOffset instant:
                json.WriteStringValue(Instants.Write(instant));
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static void Write(Utf8JsonWriter json, Subrequest part)
    {
        json.WriteStartObject();
        json.WriteString("kind", part.Kind);
        json.WriteString("method", part.Method);
        json.WriteString("url", part.Url);
        json.WriteString("object", part.Object);
        json.WriteNumber("records", part.Records);
        json.WriteNumber("status", part.Status);
        json.WriteEndObject();
    }

    private static Subrequest ReadPart(JsonElement json) =>
        new(
            json.GetProperty("kind").GetString()!,
            json.GetProperty("method").GetString()!,
            json.GetProperty("url").GetString()!,
            json.GetProperty("object").GetString(),
            json.GetProperty("records").GetInt32(),
            json.GetProperty("status").GetInt32()
        );

    private static void Write(Utf8JsonWriter json, Change change)
    {
        json.WriteStartObject();
        json.WriteString("kind", Named(change.Kind));
        json.WriteString("object", change.Object);
        json.WriteString("id", change.Id);
        json.WriteString("by", change.By);
        json.WriteString("at", change.At);
        json.WriteStartObject("fields");
        foreach (var (field, before, after) in change.Fields)
        {
            json.WriteStartObject(field);
            json.WritePropertyName("before");
            WriteValue(json, before);
            json.WritePropertyName("after");
            WriteValue(json, after);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static Change ReadChange(JsonElement json, string org, Func<string, string, string, Field?> fieldOf)
    {
        var objectName = json.GetProperty("object").GetString()!;
        var fields = new List<FieldChange>();
        foreach (var property in json.GetProperty("fields").EnumerateObject())
        {
            var type =
                fieldOf(org, objectName, property.Name)?.Type
                ?? throw new InvalidDataException(
                    $"The journal sets {objectName}.{property.Name}, which the org does not have."
                );
            fields.Add(
                new(
                    property.Name,
                    ReadValue(property.Value.GetProperty("before"), type),
                    ReadValue(property.Value.GetProperty("after"), type)
                )
            );
        }

        return new(
            Enum.Parse<ChangeKind>(json.GetProperty("kind").GetString()!, ignoreCase: true),
            objectName,
            json.GetProperty("id").GetString()!,
            json.GetProperty("by").GetString()!,
            json.GetProperty("at").GetDateTimeOffset(),
            fields
        );
    }

    private static object? ReadValue(JsonElement json, FieldType type) =>
        (json.ValueKind, type) switch
        {
            (JsonValueKind.Null, _) => null,
            (JsonValueKind.True or JsonValueKind.False, _) => json.GetBoolean(),
            (JsonValueKind.Number, FieldType.Int) => json.GetInt64(),
            (JsonValueKind.Number, _) => json.GetDouble(),
            (_, FieldType.Date) when Instants.TryReadDate(json.GetString(), out var date) => date,
            (_, FieldType.DateTime) when Instants.TryRead(json.GetString(), out var instant) => instant,
            _ => json.GetString(),
        };
}
