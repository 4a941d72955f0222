using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Fields;

namespace LeadSync.Mapping.Config;

/// <summary>Reads settings from JSON, whether they came as JSON or YAML, and collects every fault of form.</summary>
public sealed class ConfigReader
{
    private readonly List<FieldFault> _faults = [];

    public IReadOnlyList<FieldFault> Faults => _faults;

    public ConfigDocument Document(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Null)
            return new ConfigDocument([], [], []);
        if (!IsObject(root, "", "sources", "mappings", "routes"))
            return new ConfigDocument([], [], []);
        return new ConfigDocument(
            List(root, "", "sources", Source),
            List(root, "", "mappings", Mapping),
            List(root, "", "routes", Route)
        );
    }

    public SourceSetting? Source(JsonElement node, string path)
    {
        if (!IsObject(node, path, "name", "enabled"))
            return null;
        var name = Text(node, path, "name");
        var enabled = Flag(node, path, "enabled") ?? true;
        if (name is not null && !CaptureReader.IsSlug(name))
        {
            Fault(Join(path, "name"), CaptureReader.SlugRule, "Use the name that the source sends in its captures.");
            name = null;
        }
        return name is null ? null : new SourceSetting(path, name, enabled);
    }

    public RouteSetting? Route(JsonElement node, string path)
    {
        if (!IsObject(node, path, "source", "connection", "enabled", "createAs"))
            return null;
        var source = Text(node, path, "source");
        var connection = Text(node, path, "connection");
        var createAs = Text(node, path, "createAs");
        var enabled = Flag(node, path, "enabled") ?? true;
        return source is null || connection is null || createAs is null
            ? null
            : new RouteSetting(path, source, connection, enabled, createAs);
    }

    public MappingSetting? Mapping(JsonElement node, string path)
    {
        if (!IsObject(node, path, "connection", "object", "fields"))
            return null;
        var connection = Text(node, path, "connection");
        var name = Text(node, path, "object");
        var before = _faults.Count;
        if (!node.TryGetProperty("fields", out _))
            Fault(Join(path, "fields"), "is missing", "List the CRM fields that are written.");
        var fields = List(node, path, "fields", Entry);
        return connection is null || name is null || _faults.Count > before && fields.Count == 0
            ? null
            : new MappingSetting(path, connection, name, fields);
    }

    private EntrySetting? Entry(JsonElement node, string path)
    {
        if (!IsObject(node, path, "field", "from", "constant", "default", "rule"))
            return null;
        var field = Text(node, path, "field");
        var from = Has(node, "from") ? Text(node, path, "from") : null;
        var constant = Value(node, path, "constant");
        var byDefault = Value(node, path, "default");
        var rule = Rule(node, path);

        if (Has(node, "from") == Has(node, "constant"))
        {
            Fault(
                path,
                Has(node, "from") ? "has both from and constant" : "has neither from nor constant",
                "Give the lead field in from, or one fixed value in constant."
            );
            return null;
        }
        if (Has(node, "constant") && Has(node, "default"))
            Fault(Join(path, "default"), "stands beside a constant, which is never missing", "Take the default out.");
        if (from is { Length: > CaptureReader.MaxFieldNameLength })
            Fault(
                Join(path, "from"),
                $"is longer than {CaptureReader.MaxFieldNameLength} characters, as no lead field's name is",
                "Use the field's name as the source sends it."
            );
        return field is null || rule is null || (from is null && constant is null)
            ? null
            : new EntrySetting(path, new MappingEntry(field, from, constant, byDefault, rule.Value));
    }

    private WriteRule? Rule(JsonElement node, string path)
    {
        if (!Has(node, "rule"))
            return WriteRule.Overwrite;
        switch (Text(node, path, "rule"))
        {
            case "overwrite":
                return WriteRule.Overwrite;
            case "onlyWhenEmpty":
                return WriteRule.OnlyWhenEmpty;
            case null:
                return null;
            default:
                Fault(Join(path, "rule"), "is no write rule", "Use overwrite or onlyWhenEmpty.");
                return null;
        }
    }

    private JsonElement? Value(JsonElement node, string path, string name)
    {
        if (!Has(node, name))
            return null;
        var value = node.GetProperty(name);
        switch (value.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                return value.Clone();
            case JsonValueKind.Number when value.TryGetDecimal(out _):
                return value.Clone();
            case JsonValueKind.String when !string.IsNullOrWhiteSpace(value.GetString()):
                return value.Clone();
            default:
                Fault(
                    Join(path, name),
                    "is not a text, a number, true or false",
                    $"Give one value, or take {name} out."
                );
                return null;
        }
    }

    private List<T> List<T>(JsonElement node, string path, string name, Func<JsonElement, string, T?> read)
        where T : class
    {
        var items = new List<T>();
        if (!Has(node, name))
            return items;
        var list = node.GetProperty(name);
        if (list.ValueKind != JsonValueKind.Array)
        {
            Fault(Join(path, name), "is not a list", "Start each entry with a hyphen.");
            return items;
        }
        var at = 0;
        foreach (var entry in list.EnumerateArray())
        {
            if (read(entry, $"{Join(path, name)}[{at++}]") is { } item)
                items.Add(item);
        }
        return items;
    }

    private bool IsObject(JsonElement node, string path, params ReadOnlySpan<string> members)
    {
        if (node.ValueKind != JsonValueKind.Object)
        {
            Fault(path, "is not a set of named members", $"Give {string.Join(", ", members)}.");
            return false;
        }
        foreach (var member in node.EnumerateObject())
        {
            if (!members.Contains(member.Name))
                Fault(Join(path, member.Name), "is not known here", $"Known are: {string.Join(", ", members)}.");
        }
        return true;
    }

    private string? Text(JsonElement node, string path, string name)
    {
        if (!Has(node, name))
        {
            Fault(Join(path, name), "is missing", $"Give {name}.");
            return null;
        }
        var value = node.GetProperty(name);
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text)
            return text;
        Fault(Join(path, name), "is not a text", $"Give {name} as a text, in quotes where it looks like a number.");
        return null;
    }

    private bool? Flag(JsonElement node, string path, string name)
    {
        if (!Has(node, name))
            return null;
        var value = node.GetProperty(name);
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        Fault(Join(path, name), "is neither true nor false", "Write true or false.");
        return null;
    }

    private static bool Has(JsonElement node, string name) =>
        node.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    private void Fault(string path, string reason, string fix) => _faults.Add(new FieldFault(path, reason, fix));

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
