using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Transforms;

namespace LeadSync.Mapping.Fields;

/// <summary>An entry as someone wants it.</summary>
/// <param name="Path">Where it stands in what was sent.</param>
public sealed record EntrySetting(string Path, MappingEntry Entry)
{
    private const int MostTransforms = 20;

    private static readonly string[] Members =
    [
        "field",
        "from",
        "template",
        "constant",
        "transforms",
        "default",
        "defaultRule",
        "rule",
        "while",
        "consent",
        "precedence",
        "adds",
    ];

    private static readonly string[] Origins = ["from", "template", "constant"];

    /// <param name="alsoKnown">A member that is not read here, and no fault.</param>
    public static EntrySetting? Read(SettingReader reader, JsonElement node, string path, string? alsoKnown = null)
    {
        if (!reader.IsObject(node, path, alsoKnown is null ? Members : [.. Members, alsoKnown]))
            return null;
        var before = reader.Faults.Count;
        var field = reader.Text(node, path, "field");
        var (from, template, constant) = Origin(reader, node, path);
        var byDefault = reader.Value(node, path, "default");
        if (constant is not null && SettingReader.Has(node, "default"))
            reader.Fault(
                SettingReader.Join(path, "default"),
                "stands beside a constant, which is never missing",
                "Take the default out."
            );
        var transforms = reader.List(
            node,
            path,
            "transforms",
            (step, at) => TransformReader.ReadStep(reader, step, at)
        );
        if (transforms.Count > MostTransforms)
            reader.Fault(
                SettingReader.Join(path, "transforms"),
                $"has more than {MostTransforms} steps",
                "Do with fewer, or prepare the value at its source."
            );
        var entry = EntryRules.Read(
            reader,
            node,
            path,
            new MappingEntry(field ?? "", from, constant, byDefault, WriteRule.Overwrite)
            {
                Template = template,
                Transforms = transforms,
            }
        );
        return reader.Faults.Count > before || entry is null ? null : new EntrySetting(path, entry);
    }

    private static (string? From, FieldTemplate? Template, JsonElement? Constant) Origin(
        SettingReader reader,
        JsonElement node,
        string path
    )
    {
        var given = Origins.Where(name => SettingReader.Has(node, name)).ToList();
        if (given.Count != 1)
        {
            reader.Fault(
                path,
                given.Count == 0
                    ? "has neither from nor template nor constant"
                    : $"has both {string.Join(" and ", given)}",
                "Give the lead field in from, several in template, or one fixed value in constant."
            );
            return default;
        }
        var at = SettingReader.Join(path, given[0]);
        switch (given[0])
        {
            case "from":
                return (LeadFields.Read(reader, node.GetProperty("from"), at), null, null);
            case "constant":
                return (null, null, reader.Value(node, path, "constant"));
            default:
                if (reader.Text(node, path, "template") is not { } text)
                    return default;
                var template = FieldTemplate.Parse(text, out var fault);
                if (fault is var (reason, fix))
                    reader.Fault(at, reason, fix);
                return (null, template, null);
        }
    }

    /// <summary>As <see cref="Read"/> reads it.</summary>
    public static JsonObject Write(MappingEntry entry)
    {
        var node = new JsonObject { ["field"] = entry.Field };
        if (entry.From is not null)
            node["from"] = entry.From;
        if (entry.Template is not null)
            node["template"] = entry.Template.Text;
        if (entry.Constant is { } constant)
            node["constant"] = JsonNode.Parse(constant.GetRawText());
        if (entry.Transforms.Count > 0)
            node["transforms"] = new JsonArray([.. entry.Transforms.Select(transform => transform.Write())]);
        if (entry.Default is { } byDefault)
            node["default"] = JsonNode.Parse(byDefault.GetRawText());
        if (entry.DefaultRule is { } defaultRule)
            node["defaultRule"] = Rule(defaultRule);
        node["rule"] = Rule(entry.Rule);
        if (entry.While is { } condition)
            node["while"] = new JsonObject
            {
                ["field"] = condition.Field,
                ["values"] = new JsonArray([.. condition.Values.Select(value => (JsonNode)value)]),
            };
        if (entry.Consent is not null)
            node["consent"] = entry.Consent;
        if (entry.Precedence.Count > 0)
            node["precedence"] = new JsonArray([.. entry.Precedence.Select(source => (JsonNode)source)]);
        if (entry.Adds)
            node["adds"] = true;
        return node;
    }

    private static JsonNode? Rule(WriteRule rule) => JsonSerializer.SerializeToNode(rule, Wire.Json);
}
