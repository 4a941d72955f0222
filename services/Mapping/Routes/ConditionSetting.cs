using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Routes;

/// <summary>
/// A condition as people write it: <c>{ field: country, isOneOf: [Norway, Sweden] }</c>, or several under <c>all</c> or
/// <c>any</c>.
/// </summary>
public static class ConditionSetting
{
    private const int MostDeep = 5;
    private const int Most = 100;
    private const string Known =
        "Known are: is, isNot, isOneOf, contains, isEmpty, isNotEmpty, greaterThan, lessThan; or all, or any, alone.";

    private static readonly (string Name, FieldTest Test)[] Tests =
    [
        ("is", FieldTest.Is),
        ("isNot", FieldTest.IsNot),
        ("isOneOf", FieldTest.IsOneOf),
        ("contains", FieldTest.Contains),
        ("isEmpty", FieldTest.IsEmpty),
        ("isNotEmpty", FieldTest.IsNotEmpty),
        ("greaterThan", FieldTest.GreaterThan),
        ("lessThan", FieldTest.LessThan),
    ];

    /// <summary>Reads a member; null when it is not given or faulty.</summary>
    public static LeadCondition? Read(SettingReader reader, JsonElement node, string path, string name) =>
        SettingReader.Has(node, name)
            ? Read(reader, node.GetProperty(name), SettingReader.Join(path, name), depth: 1)
            : null;

    private static LeadCondition? Read(SettingReader reader, JsonElement node, string path, int depth)
    {
        if (node.ValueKind != JsonValueKind.Object)
        {
            reader.Fault(path, "is no condition", "Write { field: country, is: Norway }, or several under all or any.");
            return null;
        }
        foreach (var group in new[] { "all", "any" })
        {
            if (SettingReader.Has(node, group))
                return Group(reader, node, path, group, depth);
        }
        if (!reader.IsObject(node, path, ["field", .. Tests.Select(test => test.Name)]))
            return null;
        var field = reader.Text(node, path, "field");
        if (field is { Length: > CaptureReader.MaxFieldNameLength })
            reader.Fault(
                SettingReader.Join(path, "field"),
                $"is longer than {CaptureReader.MaxFieldNameLength} characters, as no lead field's name is",
                "Use the field's name as the source sends it."
            );
        var given = Tests.Where(test => SettingReader.Has(node, test.Name)).ToList();
        if (given.Count != 1)
        {
            reader.Fault(path, given.Count == 0 ? "asks nothing of the field" : "asks several things at once", Known);
            return null;
        }
        var operands = Operands(reader, node, path, given[0].Name, given[0].Test);
        return field is null || operands is null ? null : new LeadCondition.About(field, given[0].Test, operands);
    }

    private static LeadCondition? Group(SettingReader reader, JsonElement node, string path, string name, int depth)
    {
        if (!reader.IsObject(node, path, name))
            return null;
        if (depth > MostDeep)
        {
            reader.Fault(path, $"is nested more than {MostDeep} deep", "Write it with fewer levels.");
            return null;
        }
        var before = reader.Faults.Count;
        var at = SettingReader.Join(path, name);
        var list = reader.List(node, path, name, (entry, place) => Read(reader, entry, place, depth + 1));
        if (reader.Faults.Count == before && list.Count is 0 or > Most)
            reader.Fault(at, $"has not 1 to {Most} conditions", "Take the group out, or divide it.");
        return name == "all" ? new LeadCondition.All(list) : new LeadCondition.Any(list);
    }

    private static List<JsonElement>? Operands(
        SettingReader reader,
        JsonElement node,
        string path,
        string name,
        FieldTest test
    )
    {
        var place = SettingReader.Join(path, name);
        switch (test)
        {
            case FieldTest.IsEmpty or FieldTest.IsNotEmpty:
                if (node.GetProperty(name).ValueKind != JsonValueKind.True)
                    reader.Fault(
                        place,
                        "is not true",
                        $"Write {name}: true, or use the other of isEmpty and isNotEmpty."
                    );
                return [];
            case FieldTest.IsOneOf:
                var list = node.GetProperty(name);
                if (
                    list.ValueKind == JsonValueKind.Array
                    && list.GetArrayLength() is > 0 and <= Most
                    && list.EnumerateArray().All(IsValue)
                )
                    return [.. list.EnumerateArray().Select(entry => entry.Clone())];
                reader.Fault(place, $"is not a list of 1 to {Most} texts, numbers, true or false", "List the values.");
                return null;
            case FieldTest.GreaterThan or FieldTest.LessThan:
                if (reader.Value(node, path, name) is not { } bound)
                    return null;
                if (
                    bound.ValueKind == JsonValueKind.Number
                    || (
                        bound.ValueKind == JsonValueKind.String && LeadCondition.Instant(bound.GetString()!) is not null
                    )
                )
                    return [bound];
                reader.Fault(
                    place,
                    "is neither a number nor a date",
                    "Write a number, a date as 2026-01-31, or an instant as 2026-01-31T09:30:00Z."
                );
                return null;
            default:
                return reader.Value(node, path, name) is { } value ? [value] : null;
        }
    }

    private static bool IsValue(JsonElement value) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False
        || (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out _))
        || (value.ValueKind == JsonValueKind.String && !string.IsNullOrWhiteSpace(value.GetString()));

    /// <summary>As <see cref="Read(SettingReader, JsonElement, string, string)"/> reads it.</summary>
    public static JsonObject Write(LeadCondition condition)
    {
        switch (condition)
        {
            case LeadCondition.All(var all):
                return new JsonObject { ["all"] = new JsonArray([.. all.Select(Write)]) };
            case LeadCondition.Any(var any):
                return new JsonObject { ["any"] = new JsonArray([.. any.Select(Write)]) };
            default:
                var about = (LeadCondition.About)condition;
                var name = Tests.First(test => test.Test == about.Test).Name;
                return new JsonObject
                {
                    ["field"] = about.Field,
                    [name] = about.Test switch
                    {
                        FieldTest.IsEmpty or FieldTest.IsNotEmpty => true,
                        FieldTest.IsOneOf => new JsonArray([.. about.Operands.Select(Node)]),
                        _ => Node(about.Operands[0]),
                    },
                };
        }
    }

    private static JsonNode? Node(JsonElement value) => JsonNode.Parse(value.GetRawText());
}
