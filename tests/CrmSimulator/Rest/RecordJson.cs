using System.Globalization;
using System.Text.Json;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Soql;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>Records as answers show them: attributes first, every asked field present, empty ones null.</summary>
internal static class RecordJson
{
    public static void Write(
        Utf8JsonWriter json,
        Org org,
        string root,
        Record record,
        SelectTree fields,
        string? typeShown = null
    )
    {
        json.WriteStartObject();
        json.WriteStartObject("attributes");
        json.WriteString("type", typeShown ?? record.Type);
        json.WriteString("url", $"{root}/sobjects/{record.Type}/{record.Id}");
        json.WriteEndObject();
        foreach (var (field, branch) in fields.Items)
        {
            if (branch is null)
            {
                json.WritePropertyName(field.Name);
                WriteValue(json, field, record);
                continue;
            }

            json.WritePropertyName(field.RelationshipName!);
            var related = record[field.Name] is string id ? org.FindRecord(id) : null;
            if (related is null)
                json.WriteNullValue();
            else
                Write(json, org, root, related, branch, field.ReferenceTo.Count > 1 ? "Name" : null);
        }

        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, Field field, Record record)
    {
        if (field.Type == FieldType.Address)
        {
            WriteAddress(json, field.Name[..^"Address".Length], record);
            return;
        }

        switch (record[field.Name])
        {
            case null when field.Type == FieldType.Boolean:
                json.WriteBooleanValue(false);
                break;
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
                json.WriteRawValue(Number(number));
                break;
            case DateOnly date:
                json.WriteStringValue(Instants.Write(date));
                break;
            case DateTimeOffset instant:
                json.WriteStringValue(Instants.Write(instant));
                break;
            case { } text:
                json.WriteStringValue((string)text);
                break;
        }
    }

    /// <summary>Null when every part is empty.</summary>
    private static void WriteAddress(Utf8JsonWriter json, string prefix, Record record)
    {
        string[] parts =
        [
            "City",
            "Country",
            "GeocodeAccuracy",
            "Latitude",
            "Longitude",
            "PostalCode",
            "State",
            "Street",
        ];
        if (Array.TrueForAll(parts, part => record[prefix + part] is null))
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        foreach (var part in parts)
        {
            json.WritePropertyName(JsonNamingPolicy.CamelCase.ConvertName(part));
            switch (record[prefix + part])
            {
                case null:
                    json.WriteNullValue();
                    break;
                case double number:
                    json.WriteRawValue(Number(number));
                    break;
                case { } text:
                    json.WriteStringValue((string)text);
                    break;
            }
        }

        json.WriteEndObject();
    }

    /// <summary>With a decimal point always: 1000000.0.</summary>
    private static string Number(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny('.', 'E') ? text : $"{text}.0";
    }
}
