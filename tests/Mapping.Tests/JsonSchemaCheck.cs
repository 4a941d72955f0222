using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LeadSync.Mapping.Tests;

/// <summary>
/// Holds JSON against a JSON Schema, as far as ours goes: a keyword that is not known here fails the test, rather than being
/// passed over.
/// </summary>
internal sealed class JsonSchemaCheck(JsonElement root)
{
    private static readonly string[] Remarks = ["$schema", "$defs", "title", "description", "default"];

    /// <summary>Where and by which keyword it is refused; null when it is accepted.</summary>
    public string? Refusal(JsonElement node) => Refusal(root, node, "");

    private string? Refusal(JsonElement schema, JsonElement node, string path)
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            if (Remarks.Contains(keyword.Name, StringComparer.Ordinal))
                continue;
            if (Refusal(schema, keyword, node, path) is { } refusal)
                return refusal;
        }
        return null;
    }

    private string? Refusal(JsonElement schema, JsonProperty keyword, JsonElement node, string path)
    {
        var (name, value) = (keyword.Name, keyword.Value);
        bool Accepts(JsonElement other) => Refusal(other, node, path) is null;
        string? Unless(bool holds) => holds ? null : $"{path}: {name}";

        switch (name)
        {
            case "$ref":
                var target = value.GetString()!.Split('/').Skip(1).Aggregate(root, (at, part) => at.GetProperty(part));
                return Refusal(target, node, path);
            case "type":
                return Unless(
                    value.ValueKind == JsonValueKind.Array
                        ? value.EnumerateArray().Any(type => IsOf(node, type.GetString()!))
                        : IsOf(node, value.GetString()!)
                );
            case "enum":
                return Unless(value.EnumerateArray().Any(one => JsonElement.DeepEquals(one, node)));
            case "const":
                return Unless(JsonElement.DeepEquals(value, node));
            case "anyOf":
                return Unless(value.EnumerateArray().Any(Accepts));
            case "oneOf":
                return Unless(value.EnumerateArray().Count(Accepts) == 1);
            case "allOf":
                return value
                    .EnumerateArray()
                    .Select(one => Refusal(one, node, path))
                    .FirstOrDefault(one => one is not null);
            case "not":
                return Unless(!Accepts(value));
            case "if":
                var then = Accepts(value) ? "then" : "else";
                return schema.TryGetProperty(then, out var branch) ? Refusal(branch, node, path) : null;
            case "then" or "else":
                return null;
        }
        return node.ValueKind switch
        {
            JsonValueKind.Object => OfObject(schema, keyword, node, path),
            JsonValueKind.Array => name switch
            {
                "items" => node.EnumerateArray()
                    .Select((one, at) => Refusal(value, one, $"{path}[{at.ToString(CultureInfo.InvariantCulture)}]"))
                    .FirstOrDefault(one => one is not null),
                "minItems" => Unless(node.GetArrayLength() >= value.GetInt32()),
                "maxItems" => Unless(node.GetArrayLength() <= value.GetInt32()),
                _ => Elsewhere(name),
            },
            JsonValueKind.String => name switch
            {
                "minLength" => Unless(node.GetString()!.Length >= value.GetInt32()),
                "maxLength" => Unless(node.GetString()!.Length <= value.GetInt32()),
                "pattern" => Unless(
                    Regex.IsMatch(
                        node.GetString()!,
                        value.GetString()!,
                        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
                        TimeSpan.FromSeconds(5)
                    )
                ),
                _ => Elsewhere(name),
            },
            JsonValueKind.Number => name switch
            {
                "minimum" => Unless(node.GetDecimal() >= value.GetDecimal()),
                "maximum" => Unless(node.GetDecimal() <= value.GetDecimal()),
                _ => Elsewhere(name),
            },
            _ => Elsewhere(name),
        };
    }

    private string? OfObject(JsonElement schema, JsonProperty keyword, JsonElement node, string path)
    {
        var (name, value) = (keyword.Name, keyword.Value);
        string? Unless(bool holds) => holds ? null : $"{path}: {name}";
        var members = node.EnumerateObject().ToList();
        switch (name)
        {
            case "required":
                return Unless(value.EnumerateArray().All(one => node.TryGetProperty(one.GetString()!, out _)));
            case "dependentRequired":
                return Unless(
                    value
                        .EnumerateObject()
                        .Where(one => node.TryGetProperty(one.Name, out _))
                        .All(one =>
                            one.Value.EnumerateArray().All(other => node.TryGetProperty(other.GetString()!, out _))
                        )
                );
            case "minProperties":
                return Unless(members.Count >= value.GetInt32());
            case "maxProperties":
                return Unless(members.Count <= value.GetInt32());
            case "properties":
                return members
                    .Where(member => value.TryGetProperty(member.Name, out _))
                    .Select(member => Refusal(value.GetProperty(member.Name), member.Value, $"{path}.{member.Name}"))
                    .FirstOrDefault(one => one is not null);
            case "additionalProperties":
                var others = members.Where(member =>
                    !schema.TryGetProperty("properties", out var known) || !known.TryGetProperty(member.Name, out _)
                );
                return value.ValueKind == JsonValueKind.False
                    ? others.Select(member => $"{path}.{member.Name}: {name}").FirstOrDefault()
                    : others
                        .Select(member => Refusal(value, member.Value, $"{path}.{member.Name}"))
                        .FirstOrDefault(one => one is not null);
            default:
                return Elsewhere(name);
        }
    }

    // It says nothing of values of this kind.
    private static string? Elsewhere(string name) =>
        name
            is "items"
                or "minItems"
                or "maxItems"
                or "minLength"
                or "maxLength"
                or "pattern"
                or "minimum"
                or "maximum"
                or "required"
                or "dependentRequired"
                or "minProperties"
                or "maxProperties"
                or "properties"
                or "additionalProperties"
            ? null
            : throw new NotSupportedException($"The schema's keyword {name} is not known to this check.");

    private static bool IsOf(JsonElement node, string type) =>
        type switch
        {
            "object" => node.ValueKind == JsonValueKind.Object,
            "array" => node.ValueKind == JsonValueKind.Array,
            "string" => node.ValueKind == JsonValueKind.String,
            "number" => node.ValueKind == JsonValueKind.Number,
            "integer" => node.ValueKind == JsonValueKind.Number && node.TryGetInt64(out _),
            "boolean" => node.ValueKind is JsonValueKind.True or JsonValueKind.False,
            _ => throw new NotSupportedException($"The schema's type {type} is not known to this check."),
        };
}
