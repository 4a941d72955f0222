using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Crm;
using LeadSync.Hosting.Web;

namespace LeadSync.Push.Rules;

/// <summary>Reads the setting <c>owner</c> from JSON, and writes it. Every fault of form is found at once.</summary>
internal static class OwnerJson
{
    public const string Name = "owner";

    private const string By = "by";
    private const string Id = "id";
    private const string Rule = "rule";
    private const string Fallback = "fallback";
    private const string Lead = "Lead";
    private const int MostFallbacks = 10;

    public static OwnerRule Read(string objectName, JsonElement body, List<FieldFault> faults)
    {
        if (!body.TryGetProperty(Name, out var owner) || owner.ValueKind == JsonValueKind.Null)
            return OwnerRule.Leave;
        var read = ReadOne(objectName, owner, Name, isFallback: false, faults);
        if (
            read is null
            || !owner.TryGetProperty(Fallback, out var list)
            || list.ValueKind == JsonValueKind.Null
            || !Members(read.By, isFallback: false).Contains(Fallback)
        )
            return read ?? OwnerRule.Leave;
        return read with { Fallback = ReadFallback(objectName, read, list, faults) };
    }

    /// <summary>All of it, as <see cref="Read"/> reads it.</summary>
    public static JsonObject Write(OwnerRule owner)
    {
        var json = new JsonObject { [By] = RuleText.Of(owner.By) };
        if (owner.Id is not null)
            json[owner.By == OwnerKind.AssignmentRules ? Rule : Id] = owner.Id;
        if (owner.Fallback.Count > 0)
            json[Fallback] = new JsonArray([.. owner.Fallback.Select(Write)]);
        return json;
    }

    /// <summary>The long form of an id of one kind, as its first three characters tell it.</summary>
    public static string? IdOf(string? text, string prefix) =>
        RecordId.TryLengthen(text, out var id) && id.StartsWith(prefix, StringComparison.Ordinal) ? id : null;

    private static OwnerRule? ReadOne(
        string objectName,
        JsonElement owner,
        string path,
        bool isFallback,
        List<FieldFault> faults
    )
    {
        if (owner.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new(path, "is not a set of named members", $"Give {By}, and what goes with it."));
            return null;
        }
        if (Kind(objectName, owner, path, isFallback, faults) is not { } by)
            return null;
        var known = Members(by, isFallback);
        foreach (var member in owner.EnumerateObject().Where(member => !known.Contains(member.Name)))
        {
            faults.Add(
                new(
                    $"{path}.{member.Name}",
                    $"does not go with {RuleText.Of(by)}",
                    $"With it go: {string.Join(", ", known)}."
                )
            );
        }
        return by switch
        {
            OwnerKind.User => new(by, RequiredId(owner, path, "005", "user", faults)),
            OwnerKind.Queue => new(by, RequiredId(owner, path, "00G", "queue", faults)),
            OwnerKind.AssignmentRules => new(by, ReadId(owner, path, Rule, "01Q", "assignment rule", faults)),
            _ => new(by),
        };
    }

    private static OwnerKind? Kind(
        string objectName,
        JsonElement owner,
        string path,
        bool isFallback,
        List<FieldFault> faults
    )
    {
        string[] choices =
        [
            .. Enum.GetValues<OwnerKind>()
                .Where(kind => !isFallback || kind is OwnerKind.User or OwnerKind.Queue)
                .Where(kind => objectName == Lead || !IsOfLeadsOnly(kind))
                .Select(RuleText.Of),
        ];
        var text =
            owner.TryGetProperty(By, out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        var by = RuleText.Parse<OwnerKind>(text);
        if (by is not null && choices.Contains(text, StringComparer.Ordinal))
            return by;
        var reason =
            by is not null && IsOfLeadsOnly(by.Value) ? "is for Leads only" : "is missing, or none of its choices";
        faults.Add(new($"{path}.{By}", reason, $"Write one of: {string.Join(", ", choices)}."));
        return null;
    }

    // Salesforce lets queues own Leads, but no Contacts, and has no assignment rules for Contacts.
    private static bool IsOfLeadsOnly(OwnerKind kind) => kind is OwnerKind.Queue or OwnerKind.AssignmentRules;

    private static string[] Members(OwnerKind by, bool isFallback) =>
        by switch
        {
            OwnerKind.Leave => [By],
            OwnerKind.AssignmentRules => [By, Rule],
            _ when isFallback => [By, Id],
            _ => [By, Id, Fallback],
        };

    private static List<OwnerRule> ReadFallback(
        string objectName,
        OwnerRule first,
        JsonElement list,
        List<FieldFault> faults
    )
    {
        const string path = $"{Name}.{Fallback}";
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MostFallbacks)
        {
            faults.Add(
                new(
                    path,
                    list.ValueKind == JsonValueKind.Array ? "is too long" : "is not a list",
                    $"List at most {MostFallbacks} owners."
                )
            );
            return [];
        }
        var all = new List<OwnerRule>();
        foreach (var (at, item) in list.EnumerateArray().Index())
        {
            var here = $"{path}[{at}]";
            if (ReadOne(objectName, item, here, isFallback: true, faults) is not { } owner)
                continue;
            if (owner.Id is not null && (owner.Id == first.Id || all.Exists(one => one.Id == owner.Id)))
                faults.Add(new(here, "stands there before already", "Take one out."));
            all.Add(owner);
        }
        return all;
    }

    private static string? RequiredId(
        JsonElement owner,
        string path,
        string prefix,
        string what,
        List<FieldFault> faults
    )
    {
        if (owner.TryGetProperty(Id, out var id) && id.ValueKind != JsonValueKind.Null)
            return ReadId(owner, path, Id, prefix, what, faults);
        faults.Add(new($"{path}.{Id}", "is missing", $"Give the id of the {what}."));
        return null;
    }

    private static string? ReadId(
        JsonElement owner,
        string path,
        string name,
        string prefix,
        string what,
        List<FieldFault> faults
    )
    {
        if (!owner.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind == JsonValueKind.String && IdOf(value.GetString(), prefix) is { } id)
            return id;
        faults.Add(
            new(
                $"{path}.{name}",
                $"is no id of {(what[0] is 'a' ? "an" : "a")} {what}",
                $"Give its 15 or 18 characters as a text; they begin with {prefix}."
            )
        );
        return null;
    }
}
