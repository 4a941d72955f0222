using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;

namespace LeadSync.Push.Rules;

/// <summary>Reads and writes the setting <c>createWhen</c>.</summary>
internal static class CreateWhenJson
{
    public const string Name = "createWhen";

    private const string Fields = "fields";
    private const string Within = "within";
    private const string Then = "then";
    private const int MostFields = 20;

    private static readonly string[] Members = [Fields, Within, Then];

    /// <returns>Null where it is left out, or faulty.</returns>
    public static CreateWhen? Read(JsonElement rule, List<FieldFault> faults)
    {
        if (!rule.TryGetProperty(Name, out var body) || body.ValueKind == JsonValueKind.Null)
            return null;
        if (body.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new(Name, "is not a set of named members", "Give fields, within and then; or leave it out."));
            return null;
        }
        var before = faults.Count;
        faults.AddRange(
            body.EnumerateObject()
                .Where(member => !Members.Contains(member.Name, StringComparer.Ordinal))
                .Select(member => new FieldFault(
                    $"{Name}.{member.Name}",
                    "is not known here",
                    $"Known are: {string.Join(", ", Members)}."
                ))
        );
        var fields = ReadFields(body, faults);
        var within = ReadWithin(body, faults);
        var then = ReadThen(body, faults);
        return faults.Count == before ? new CreateWhen(fields, within, then) : null;
    }

    public static JsonObject? Write(CreateWhen? setting) =>
        setting is null
            ? null
            : new JsonObject
            {
                [Fields] = new JsonArray([.. setting.Fields.Select(field => JsonValue.Create(field))]),
                [Within] = (int)setting.Within.TotalMinutes,
                [Then] = RuleText.Of(setting.Then),
            };

    /// <summary>What the CRM says against it.</summary>
    public static IEnumerable<FieldFault> Against(CreateWhen? setting, CrmSchema schema)
    {
        foreach (var (at, name) in (setting?.Fields ?? []).Index())
        {
            var path = $"{Name}.{Fields}[{at}]";
            var field = schema.Fields.FirstOrDefault(field => field.Name == name);
            if (field is null)
            {
                var near = schema.Fields.FirstOrDefault(field =>
                    field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
                );
                yield return new(
                    path,
                    $"is no field of {schema.Object} that the connected user sees",
                    near is null ? "Give its API name, or let the user see it." : $"Write {near.Name}."
                );
            }
            else if (!field.Createable)
            {
                yield return new(
                    path,
                    "cannot be written by the connected user, so no lead could ever have it",
                    "Give the user edit access to it, or take it out."
                );
            }
        }
    }

    private static List<string> ReadFields(JsonElement body, List<FieldFault> faults)
    {
        const string path = $"{Name}.{Fields}";
        if (
            !body.TryGetProperty(Fields, out var list)
            || list.ValueKind != JsonValueKind.Array
            || list.GetArrayLength() is 0 or > MostFields
        )
        {
            faults.Add(new(path, $"is no list of 1 to {MostFields} fields", "List the fields that must have a value."));
            return [];
        }
        var fields = new List<string>();
        foreach (var (at, item) in list.EnumerateArray().Index())
        {
            if (item.ValueKind != JsonValueKind.String || item.GetString() is not { Length: > 0 } name)
                faults.Add(new($"{path}[{at}]", "is not a text", "Give the API name of a field."));
            else if (fields.Contains(name, StringComparer.Ordinal))
                faults.Add(new($"{path}[{at}]", "stands there twice", "Take one out."));
            else
                fields.Add(name);
        }
        return fields;
    }

    private static TimeSpan ReadWithin(JsonElement body, List<FieldFault> faults)
    {
        var most = (int)CreateWhen.Longest.TotalMinutes;
        if (
            body.TryGetProperty(Within, out var value)
            && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt32(out var minutes)
            && minutes > 0
            && minutes <= most
        )
            return TimeSpan.FromMinutes(minutes);
        faults.Add(
            new(
                $"{Name}.{Within}",
                $"is no whole number of minutes from 1 to {most}",
                "Say how many minutes a lead waits at most."
            )
        );
        return default;
    }

    private static CreateWhenPolicy ReadThen(JsonElement body, List<FieldFault> faults)
    {
        if (!body.TryGetProperty(Then, out var value) || value.ValueKind == JsonValueKind.Null)
            return default;
        var then = value.ValueKind == JsonValueKind.String ? RuleText.Parse<CreateWhenPolicy>(value.GetString()) : null;
        if (then is null)
        {
            faults.Add(
                new($"{Name}.{Then}", "is none of its choices", $"Write one of: {RuleText.All<CreateWhenPolicy>()}.")
            );
        }
        return then ?? default;
    }
}
