using System.Text.Json;
using LeadSync.Hosting.Web;

namespace LeadSync.Mapping.Config;

/// <summary>Reads settings from JSON, whether they came as JSON or YAML, and collects every fault of form, each with its path.</summary>
public sealed class SettingReader
{
    private readonly List<FieldFault> _faults = [];

    public IReadOnlyList<FieldFault> Faults => _faults;

    /// <summary>One value: text, number, true or false; null when there is none, or another thing.</summary>
    public JsonElement? Value(JsonElement node, string path, string name)
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

    /// <summary>A list of what <paramref name="read"/> reads; empty when there is none.</summary>
    public List<T> List<T>(JsonElement node, string path, string name, Func<JsonElement, string, T?> read)
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

    /// <summary>Whether it is an object; each member that is not one of these is a fault.</summary>
    public bool IsObject(JsonElement node, string path, params ReadOnlySpan<string> members)
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

    /// <summary>A text that must be there; null when it is not.</summary>
    public string? Text(JsonElement node, string path, string name)
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

    public bool? Flag(JsonElement node, string path, string name)
    {
        if (!Has(node, name))
            return null;
        var value = node.GetProperty(name);
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return value.GetBoolean();
        Fault(Join(path, name), "is neither true nor false", "Write true or false.");
        return null;
    }

    /// <summary>Whether it is given, and not as null.</summary>
    public static bool Has(JsonElement node, string name) =>
        node.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public void Fault(string path, string reason, string fix) => _faults.Add(new FieldFault(path, reason, fix));

    /// <summary>The path of a member.</summary>
    public static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
