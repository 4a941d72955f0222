using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Sources;

/// <summary>A source's own fields as people write them and as they are stored: <c>[{ name: plan, type: choice, values: […] }]</c>.</summary>
public static class FieldSetting
{
    private const int MostFields = 300;
    private const int MostValues = 500;
    private const int LongestLabel = 200;

    private static readonly (string Name, FieldType Type)[] Types =
    [
        ("text", FieldType.Text),
        ("longText", FieldType.LongText),
        ("number", FieldType.Number),
        ("date", FieldType.Date),
        ("datetime", FieldType.DateTime),
        ("boolean", FieldType.Boolean),
        ("choice", FieldType.Choice),
        ("multiChoice", FieldType.MultiChoice),
        ("email", FieldType.Email),
        ("phone", FieldType.Phone),
        ("url", FieldType.Url),
        ("conversation", FieldType.Conversation),
    ];

    public static string Name(FieldType type) => Types.First(one => one.Type == type).Name;

    public static FieldType? Type(string name) =>
        Array.Find(Types, one => one.Name == name) is { Name: not null } found ? found.Type : null;

    public static IReadOnlyList<LeadField> Read(SettingReader reader, JsonElement node, string path)
    {
        var fields = reader.List(
            node,
            path,
            "fields",
            (entry, at) => One(reader, entry, at) is { } field ? Tuple.Create(at, field) : null
        );
        if (fields.Count > MostFields)
            reader.Fault(SettingReader.Join(path, "fields"), $"has more than {MostFields} fields", "Declare fewer.");
        Once(reader, fields, field => field.Name, "name", "is a field that stands above already");
        Once(reader, fields, field => field.Role, "role", "is the role of a field above already");
        return [.. fields.Select(field => field.Item2)];
    }

    private static void Once(
        SettingReader reader,
        List<Tuple<string, LeadField>> fields,
        Func<LeadField, string?> what,
        string member,
        string reason
    )
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (path, field) in fields)
        {
            if (what(field) is { } one && !seen.Add(one))
                reader.Fault(SettingReader.Join(path, member), reason, "Keep one of the two.");
        }
    }

    private static LeadField? One(SettingReader reader, JsonElement node, string path)
    {
        if (!reader.IsObject(node, path, "name", "type", "label", "role", "values"))
            return null;
        var name = reader.Text(node, path, "name");
        if (
            name is not null
            && (name.Length > CaptureReader.MaxFieldNameLength || name.Any(char.IsControl) || name[0] == '$')
        )
            reader.Fault(
                SettingReader.Join(path, "name"),
                $"is not 1 to {CaptureReader.MaxFieldNameLength} printable characters, the first of them no $",
                "Use the field's name as the source sends it."
            );
        var type = TypeOf(reader, node, path);
        var label = SettingReader.Has(node, "label") ? reader.Text(node, path, "label") : null;
        if (label is { Length: > LongestLabel })
            reader.Fault(SettingReader.Join(path, "label"), $"is longer than {LongestLabel} characters", "Shorten it.");
        var role = SettingReader.Has(node, "role") ? reader.Text(node, path, "role") : null;
        if (role is not null && !StandardFields.Roles.Contains(role, StringComparer.Ordinal))
            reader.Fault(
                SettingReader.Join(path, "role"),
                "is no role",
                $"Use one of {string.Join(", ", StandardFields.Roles)}, or take it out."
            );
        var values = Values(reader, node, path, type);
        return name is null || type is null ? null : new LeadField(name, type.Value, label ?? name, role, values);
    }

    private static FieldType? TypeOf(SettingReader reader, JsonElement node, string path)
    {
        if (reader.Text(node, path, "type") is not { } name)
            return null;
        if (Type(name) is { } type && type != FieldType.Conversation)
            return type;
        reader.Fault(
            SettingReader.Join(path, "type"),
            name == "conversation" ? "is every lead's own $conversation" : "is no type of lead fields",
            $"Use one of {string.Join(", ", Types.Where(one => one.Type != FieldType.Conversation).Select(one => one.Name))}."
        );
        return null;
    }

    private static IReadOnlyList<string> Values(SettingReader reader, JsonElement node, string path, FieldType? type)
    {
        var isChoice = type is FieldType.Choice or FieldType.MultiChoice;
        var at = SettingReader.Join(path, "values");
        if (!SettingReader.Has(node, "values"))
        {
            if (isChoice)
                reader.Fault(at, "is missing", "List what can be chosen.");
            return [];
        }
        if (type is not null && !isChoice)
            reader.Fault(at, $"stands at a field of type {Name(type.Value)}", "Take it out, or make it a choice.");
        var list = node.GetProperty("values");
        if (
            list.ValueKind == JsonValueKind.Array
            && list.GetArrayLength() is > 0 and <= MostValues
            && list.EnumerateArray()
                .All(entry => entry.ValueKind == JsonValueKind.String && !string.IsNullOrWhiteSpace(entry.GetString()))
        )
            return [.. list.EnumerateArray().Select(entry => entry.GetString()!)];
        reader.Fault(
            at,
            $"is not a list of 1 to {MostValues} texts",
            "List what can be chosen, in quotes where it looks like a number."
        );
        return [];
    }

    /// <summary>As <see cref="Read"/> reads it.</summary>
    public static JsonArray Write(IEnumerable<LeadField> fields) => [.. fields.Select(Write)];

    private static JsonObject Write(LeadField field)
    {
        var node = new JsonObject { ["name"] = field.Name, ["type"] = Name(field.Type) };
        if (field.Label != field.Name)
            node["label"] = field.Label;
        if (field.Role is not null)
            node["role"] = field.Role;
        if (field.Values.Count > 0)
            node["values"] = new JsonArray([.. field.Values.Select(value => JsonValue.Create(value))]);
        return node;
    }

    /// <summary>Fields as they are stored.</summary>
    public static IReadOnlyList<LeadField> Parse(string text)
    {
        if (text == "[]")
            return [];
        var reader = new SettingReader();
        var fields = Read(reader, JsonElement.Parse($$"""{"fields":{{text}}}"""), "");
        return reader.Faults.Count == 0
            ? fields
            : throw new InvalidOperationException(
                $"Reading a stored source: {string.Join("; ", reader.Faults.Select(fault => $"{fault.Field} {fault.Reason}"))}."
            );
    }
}
