using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Fields;

/// <summary>Reads of an entry when it may be written: its rule and what the rule needs, and which source counts how much.</summary>
internal static class EntryRules
{
    private const int Most = 50;

    /// <summary>Null where a rule is none.</summary>
    public static MappingEntry? Read(SettingReader reader, JsonElement node, string path, MappingEntry entry)
    {
        var rule = SettingReader.Has(node, "rule") ? Rule(reader, node, path, "rule") : WriteRule.Overwrite;
        var defaultRule = SettingReader.Has(node, "defaultRule") ? Rule(reader, node, path, "defaultRule") : null;
        if (defaultRule is WriteRule.OnlyWhile or WriteRule.OptOut)
            reader.Fault(
                SettingReader.Join(path, "defaultRule"),
                "is no rule for a default",
                "Use overwrite, onlyWhenEmpty, onlyOnCreate or untilEdited."
            );
        if (SettingReader.Has(node, "defaultRule") && !SettingReader.Has(node, "default"))
            reader.Fault(
                SettingReader.Join(path, "defaultRule"),
                "stands without a default",
                "Give a default, or take the rule out."
            );
        var condition = Condition(reader, node, path, entry.Field, rule);
        var consent = Consent(reader, node, path, rule);
        var precedence = Texts(reader, node, path, "precedence");
        var adds = reader.Flag(node, path, "adds") ?? false;
        return rule is null
            ? null
            : entry with
            {
                Rule = rule.Value,
                DefaultRule = defaultRule,
                While = condition,
                Consent = consent,
                Precedence = precedence,
                Adds = adds,
            };
    }

    private static WriteRule? Rule(SettingReader reader, JsonElement node, string path, string name)
    {
        switch (reader.Text(node, path, name))
        {
            case "overwrite":
                return WriteRule.Overwrite;
            case "onlyWhenEmpty":
                return WriteRule.OnlyWhenEmpty;
            case "onlyOnCreate":
                return WriteRule.OnlyOnCreate;
            case "untilEdited":
                return WriteRule.UntilEdited;
            case "onlyWhile":
                return WriteRule.OnlyWhile;
            case "optOut":
                return WriteRule.OptOut;
            case null:
                return null;
            default:
                reader.Fault(
                    SettingReader.Join(path, name),
                    "is no write rule",
                    "Use overwrite, onlyWhenEmpty, onlyOnCreate, untilEdited, onlyWhile or optOut."
                );
                return null;
        }
    }

    private static WriteCondition? Condition(
        SettingReader reader,
        JsonElement node,
        string path,
        string field,
        WriteRule? rule
    )
    {
        var at = SettingReader.Join(path, "while");
        if (!SettingReader.Has(node, "while"))
        {
            if (rule == WriteRule.OnlyWhile)
                reader.Fault(
                    at,
                    "is missing, and the rule onlyWhile asks for it",
                    "Say while which values the field may be written, as { values: [New] }."
                );
            return null;
        }
        if (rule is not null and not WriteRule.OnlyWhile)
            reader.Fault(at, "stands beside another rule than onlyWhile", "Set rule: onlyWhile, or take it out.");
        var condition = node.GetProperty("while");
        if (!reader.IsObject(condition, at, "field", "values"))
            return null;
        var of = SettingReader.Has(condition, "field") ? reader.Text(condition, at, "field") : field;
        var before = reader.Faults.Count;
        var values = Texts(reader, condition, at, "values");
        if (values.Count == 0 && reader.Faults.Count == before)
            reader.Fault(SettingReader.Join(at, "values"), "names no value", "Give the values in brackets.");
        return of is null ? null : new WriteCondition(of, values);
    }

    private static string? Consent(SettingReader reader, JsonElement node, string path, WriteRule? rule)
    {
        if (!SettingReader.Has(node, "consent"))
            return null;
        var at = SettingReader.Join(path, "consent");
        if (rule is not null and not WriteRule.OptOut)
            reader.Fault(at, "stands beside another rule than optOut", "Set rule: optOut, or take it out.");
        return LeadFields.Read(reader, node.GetProperty("consent"), at);
    }

    private static List<string> Texts(SettingReader reader, JsonElement node, string path, string name)
    {
        var at = SettingReader.Join(path, name);
        var texts = reader.List(node, path, name, Text);
        if (texts.Count > Most)
            reader.Fault(at, $"has more than {Most} entries", "Do with fewer.");
        if (texts.Distinct(StringComparer.Ordinal).Count() != texts.Count)
            reader.Fault(at, "names one twice", "Keep one of the two.");
        return texts;

        string? Text(JsonElement entry, string place)
        {
            if (entry.ValueKind == JsonValueKind.String && entry.GetString() is { Length: > 0 } text)
                return text;
            if (entry.ValueKind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number)
                return entry.GetRawText();
            reader.Fault(place, "is not a text", "Give a text.");
            return null;
        }
    }
}
