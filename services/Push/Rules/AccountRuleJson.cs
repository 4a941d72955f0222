using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Hosting.Web;

namespace LeadSync.Push.Rules;

/// <summary>Reads and writes the setting <c>account</c>.</summary>
internal static class AccountRuleJson
{
    public const string Name = "account";

    private const string Find = "find";
    private const string None = "none";
    private const string Fixed = "fixed";

    // How ids of Accounts begin in every org.
    private const string Prefix = "001";

    private static readonly string[] Members = [Find, None, Fixed];

    /// <returns>The default where it is left out, or faulty.</returns>
    public static AccountRule Read(JsonElement rule, List<FieldFault> faults)
    {
        if (!rule.TryGetProperty(Name, out var body) || body.ValueKind == JsonValueKind.Null)
            return AccountRule.Default;
        if (body.ValueKind != JsonValueKind.Object)
        {
            faults.Add(new(Name, "is not a set of named members", "Give find, none and fixed; or leave it out."));
            return AccountRule.Default;
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
        var setting = new AccountRule(ReadFind(body, faults), ReadNone(body, faults), ReadFixed(body, faults));
        if (faults.Count == before)
            faults.AddRange(Contradictions(setting));
        return faults.Count == before ? setting : AccountRule.Default;
    }

    public static JsonObject Write(AccountRule setting) =>
        new()
        {
            [Find] = new JsonArray([.. setting.Find.Select(key => JsonValue.Create(RuleText.Of(key)))]),
            [None] = RuleText.Of(setting.None),
            [Fixed] = setting.Fixed,
        };

    /// <summary>What the CRM says against it.</summary>
    public static IEnumerable<FieldFault> Against(AccountRule setting, CrmSchema schema)
    {
        const string field = Writing.WritePlan.AccountField;
        // By default a Contact goes without; who asks for an Account wants it written.
        if (setting.None is NoAccountPolicy.LeaveEmpty)
            yield break;
        if (schema.Fields.FirstOrDefault(one => one.Name == field) is not { Createable: true })
            yield return new(
                Name,
                $"needs {field}, which the connected user cannot write",
                "Give the user edit access to Account Name on Contact, or let none be leaveEmpty."
            );
    }

    private static IEnumerable<FieldFault> Contradictions(AccountRule setting)
    {
        if (setting is { None: NoAccountPolicy.Fixed, Fixed: null })
            yield return new($"{Name}.{Fixed}", "is missing", "Name the Account by its id, or choose another none.");
        if (setting is { None: not NoAccountPolicy.Fixed, Fixed: not null })
            yield return new($"{Name}.{Fixed}", "is named, but never used", "Take it out, or let none be fixed.");
        if (setting is { Find.Count: 0, None: NoAccountPolicy.Create })
            yield return new(
                $"{Name}.{Find}",
                "is empty, so every Contact would get an Account of its own",
                $"Name a key ({RuleText.All<AccountKey>()}), or choose another none."
            );
        if (setting is { Find.Count: 0, None: NoAccountPolicy.Park })
            yield return new(
                $"{Name}.{Find}",
                "is empty, so every Contact would be parked",
                $"Name a key ({RuleText.All<AccountKey>()}), or choose another none."
            );
        // By website alone, one that has none would be made again for the company's next person.
        if (setting is { None: NoAccountPolicy.Create, Find.Count: > 0 } && !setting.Find.Contains(AccountKey.Name))
            yield return new(
                $"{Name}.{Find}",
                "leaves out the name, so a company without a website would be created again and again",
                "Add name, or choose another none."
            );
    }

    private static List<AccountKey> ReadFind(JsonElement body, List<FieldFault> faults)
    {
        const string path = $"{Name}.{Find}";
        if (!body.TryGetProperty(Find, out var list) || list.ValueKind == JsonValueKind.Null)
            return [.. AccountRule.Default.Find];
        if (list.ValueKind != JsonValueKind.Array)
        {
            faults.Add(new(path, "is not a list", $"List any of: {RuleText.All<AccountKey>()}."));
            return [];
        }
        var keys = new List<AccountKey>();
        foreach (var (at, item) in list.EnumerateArray().Index())
        {
            var key = item.ValueKind == JsonValueKind.String ? RuleText.Parse<AccountKey>(item.GetString()) : null;
            if (key is null)
                faults.Add(
                    new(
                        $"{path}[{at}]",
                        "is no key that Accounts are found by",
                        $"Write one of: {RuleText.All<AccountKey>()}."
                    )
                );
            else if (keys.Contains(key.Value))
                faults.Add(new($"{path}[{at}]", "stands there twice", "Take one out."));
            else
                keys.Add(key.Value);
        }
        return keys;
    }

    private static NoAccountPolicy ReadNone(JsonElement body, List<FieldFault> faults)
    {
        if (!body.TryGetProperty(None, out var value) || value.ValueKind == JsonValueKind.Null)
            return default;
        var chosen =
            value.ValueKind == JsonValueKind.String ? RuleText.Parse<NoAccountPolicy>(value.GetString()) : null;
        if (chosen is null)
        {
            faults.Add(
                new($"{Name}.{None}", "is none of its choices", $"Write one of: {RuleText.All<NoAccountPolicy>()}.")
            );
        }
        return chosen ?? default;
    }

    private static string? ReadFixed(JsonElement body, List<FieldFault> faults)
    {
        if (!body.TryGetProperty(Fixed, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        if (
            value.ValueKind == JsonValueKind.String
            && RecordId.TryLengthen(value.GetString(), out var id)
            && id.StartsWith(Prefix, StringComparison.Ordinal)
        )
            return id;
        faults.Add(
            new(
                $"{Name}.{Fixed}",
                "is no id of an Account",
                $"Give its 15 or 18 characters, which begin with {Prefix}: the Account's address in the browser has them."
            )
        );
        return null;
    }
}
