using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;

namespace LeadSync.Push.Rules;

/// <summary>How a choice of a rule is written: its name, beginning in lower case.</summary>
public static class RuleText
{
    public static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    public static T? Parse<T>(string? text)
        where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (Of(value) == text)
                return value;
        }
        return null;
    }

    public static string All<T>()
        where T : struct, Enum => string.Join(", ", Enum.GetValues<T>().Select(Of));
}

/// <summary>Reads rules from JSON, and writes them. Every fault of form is found at once.</summary>
public static class RuleJson
{
    private const string Mode = "mode";
    private const string ExternalIdField = "externalIdField";
    private const string MatchBy = "matchBy";
    private const string NoMatchKey = "noMatchKey";
    private const string SeveralMatches = "severalMatches";
    private const string DeletedRecord = "deletedRecord";
    private const string ExistsAsContact = "existsAsContact";
    private const string ExistsAsBoth = "existsAsBoth";

    private const string Lead = "Lead";
    private const string Contact = "Contact";

    private static readonly string[] OfAll =
    [
        Mode,
        ExternalIdField,
        MatchBy,
        NoMatchKey,
        SeveralMatches,
        DeletedRecord,
        CreateWhenJson.Name,
        OwnerJson.Name,
        RecordTypes.Name,
    ];
    private static readonly string[] OfLeads = [.. OfAll, ExistsAsContact, ExistsAsBoth];
    private static readonly string[] OfContacts = [.. OfAll, AccountRuleJson.Name];

    /// <summary>What was sent for an object, with everything that is wrong in it.</summary>
    public static (PushRule Rule, IReadOnlyList<FieldFault> Faults) Read(string objectName, JsonElement body)
    {
        var faults = new List<FieldFault>();
        var (known, other, others) = objectName == Lead ? (OfLeads, Contact, OfContacts) : (OfContacts, Lead, OfLeads);
        foreach (var member in body.EnumerateObject().Where(member => !known.Contains(member.Name)))
        {
            faults.Add(
                others.Contains(member.Name)
                    ? new(
                        member.Name,
                        $"is no setting for {objectName}",
                        $"Take it out: it is of the rule for {other}."
                    )
                    : new(member.Name, "is not known here", $"Known are: {string.Join(", ", known)}.")
            );
        }
        var rule = new PushRule
        {
            Mode = Choice<RuleMode>(body, Mode, faults),
            ExternalIdField = Text(body, ExternalIdField, faults),
            MatchBy = Keys(body, faults),
            NoMatchKey = Choice<NoMatchKeyPolicy>(body, NoMatchKey, faults),
            SeveralMatches = Choice<SeveralMatchesPolicy>(body, SeveralMatches, faults),
            DeletedRecord = Choice<DeletedRecordPolicy>(body, DeletedRecord, faults),
            ExistsAsContact =
                objectName == Lead ? Choice<ExistsAsContactPolicy>(body, ExistsAsContact, faults) : default,
            ExistsAsBoth = objectName == Lead ? Choice<ExistsAsBothPolicy>(body, ExistsAsBoth, faults) : default,
            Account = objectName == Contact ? AccountRuleJson.Read(body, faults) : AccountRule.Default,
            CreateWhen = CreateWhenJson.Read(body, faults),
            Owner = OwnerJson.Read(objectName, body, faults),
            RecordType = RecordType(body, faults),
        };
        if (faults.Count == 0)
            faults.AddRange(Contradictions(rule));
        return (rule, faults);
    }

    /// <summary>All of a rule, defaults included, as <see cref="Read"/> reads it.</summary>
    public static JsonObject Write(string objectName, PushRule rule)
    {
        var json = new JsonObject
        {
            [Mode] = RuleText.Of(rule.Mode),
            [ExternalIdField] = rule.ExternalIdField,
            [MatchBy] = new JsonArray([.. rule.MatchBy.Select(key => JsonValue.Create(RuleText.Of(key)))]),
            [NoMatchKey] = RuleText.Of(rule.NoMatchKey),
            [SeveralMatches] = RuleText.Of(rule.SeveralMatches),
            [DeletedRecord] = RuleText.Of(rule.DeletedRecord),
            [CreateWhenJson.Name] = CreateWhenJson.Write(rule.CreateWhen),
            [OwnerJson.Name] = OwnerJson.Write(rule.Owner),
            [RecordTypes.Name] = rule.RecordType,
        };
        if (objectName == Contact)
            json[AccountRuleJson.Name] = AccountRuleJson.Write(rule.Account);
        if (objectName == Lead)
        {
            json[ExistsAsContact] = RuleText.Of(rule.ExistsAsContact);
            json[ExistsAsBoth] = RuleText.Of(rule.ExistsAsBoth);
        }
        return json;
    }

    /// <summary>A rule as it was stored.</summary>
    public static PushRule Parse(string objectName, string json) => Read(objectName, JsonElement.Parse(json)).Rule;

    /// <summary>A rule with what it names in the CRM made certain, and what the CRM says against it.</summary>
    /// <param name="schema">The object as the connected user sees it.</param>
    public static (PushRule Rule, IEnumerable<FieldFault> Faults) Against(PushRule rule, CrmSchema schema) =>
        (
            RecordTypes.Resolve(rule, schema),
            [
                .. AgainstKey(rule, schema),
                .. AccountRuleJson.Against(rule.Account, schema),
                .. CreateWhenJson.Against(rule.CreateWhen, schema),
                .. RecordTypes.Against(rule, schema),
            ]
        );

    private static IEnumerable<FieldFault> AgainstKey(PushRule rule, CrmSchema schema)
    {
        if (rule.ExternalIdField is not { } name)
            yield break;
        if (schema.Fields.FirstOrDefault(field => field.Name == name) is not { } field)
        {
            var near = schema.Fields.FirstOrDefault(field =>
                field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
            );
            yield return new(
                ExternalIdField,
                $"is no field of {schema.Object} that the connected user sees",
                near is null ? "Give its API name, or let the user see it." : $"Write {near.Name}."
            );
            yield break;
        }
        if (!field.ExternalId || !field.Unique)
        {
            yield return new(
                ExternalIdField,
                $"is not marked {(field.ExternalId ? "Unique" : field.Unique ? "External ID" : "External ID and Unique")} in the CRM",
                "Mark it so, or choose a field that is: otherwise two records could carry one id."
            );
        }
        if (field.Type is not ("string" or "email"))
            yield return new(ExternalIdField, $"is of type {field.Type}", "Choose a text field.");
        if (!field.Createable)
            yield return new(
                ExternalIdField,
                "cannot be written by the connected user",
                "Give the user edit access to it."
            );
    }

    private static IEnumerable<FieldFault> Contradictions(PushRule rule)
    {
        if (rule is { MatchBy.Count: 0, ExternalIdField: null, NoMatchKey: NoMatchKeyPolicy.Park })
        {
            yield return new(
                MatchBy,
                "leaves nothing to find people by, so nobody new could be created",
                $"Name a key ({RuleText.All<RuleKey>()}) or an externalIdField, or let noMatchKey be create."
            );
        }
        if (rule is { Mode: RuleMode.UpdateOnly, NoMatchKey: NoMatchKeyPolicy.Create })
            yield return new(NoMatchKey, "creates, but the mode never does", "Choose park, or another mode.");
        if (rule is { Mode: RuleMode.UpdateOnly, DeletedRecord: DeletedRecordPolicy.CreateAnew })
            yield return new(DeletedRecord, "creates, but the mode never does", "Choose park, or another mode.");
        if (rule is { Mode: RuleMode.UpdateOnly, CreateWhen: not null })
            yield return new(
                CreateWhenJson.Name,
                "is about creates, but the mode makes none",
                "Take it out, or choose another mode."
            );
        if (rule is { Mode: RuleMode.UpdateOnly, ExistsAsContact: ExistsAsContactPolicy.CreateAnyway })
            yield return new(
                ExistsAsContact,
                "creates, but the mode never does",
                "Choose update or skip, or another mode."
            );
        if (rule is { Mode: RuleMode.CreateOnly, ExistsAsBoth: ExistsAsBothPolicy.Both })
            yield return new(
                ExistsAsBoth,
                "updates the Lead too, but the mode updates none",
                "Choose contactOnly, or another mode."
            );
        if (rule is { Mode: RuleMode.UpdateOnly, Owner.By: not OwnerKind.Leave })
            yield return new(
                OwnerJson.Name,
                "is whom new records belong to, but the mode creates none",
                "Leave it out, or choose another mode."
            );
        if (rule is { Mode: RuleMode.UpdateOnly, RecordType: not null })
            yield return new(
                RecordTypes.Name,
                "is what new records are given, but the mode creates none",
                "Leave it out, or choose another mode."
            );
    }

    private static string? RecordType(JsonElement body, List<FieldFault> faults)
    {
        if (Text(body, RecordTypes.Name, faults) is not { } text)
            return null;
        var read = RecordTypes.Read(text);
        if (read is null)
            faults.Add(
                new(
                    RecordTypes.Name,
                    "can be neither a record type's name nor its id",
                    "Write its DeveloperName, or its id of 15 or 18 characters (012…)."
                )
            );
        return read;
    }

    private static List<RuleKey> Keys(JsonElement body, List<FieldFault> faults)
    {
        if (!body.TryGetProperty(MatchBy, out var list) || list.ValueKind == JsonValueKind.Null)
            return [.. PushRule.Default.MatchBy];
        if (list.ValueKind != JsonValueKind.Array)
        {
            faults.Add(new(MatchBy, "is not a list", $"List any of: {RuleText.All<RuleKey>()}."));
            return [];
        }
        var keys = new List<RuleKey>();
        var at = 0;
        foreach (var item in list.EnumerateArray())
        {
            var path = $"{MatchBy}[{at++}]";
            var key = item.ValueKind == JsonValueKind.String ? RuleText.Parse<RuleKey>(item.GetString()) : null;
            if (key is null)
                faults.Add(
                    new(path, "is no key that people are found by", $"Write one of: {RuleText.All<RuleKey>()}.")
                );
            else if (keys.Contains(key.Value))
                faults.Add(new(path, "stands there twice", "Take one out."));
            else
                keys.Add(key.Value);
        }
        return keys;
    }

    private static T Choice<T>(JsonElement body, string name, List<FieldFault> faults)
        where T : struct, Enum
    {
        if (!body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return default;
        var chosen = value.ValueKind == JsonValueKind.String ? RuleText.Parse<T>(value.GetString()) : null;
        if (chosen is null)
            faults.Add(new(name, "is none of its choices", $"Write one of: {RuleText.All<T>()}."));
        return chosen ?? default;
    }

    private static string? Text(JsonElement body, string name, List<FieldFault> faults)
    {
        if (!body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text)
            return text;
        faults.Add(new(name, "is not a text", $"Give {name} as a text, or leave it out."));
        return null;
    }
}
