using System.Text.Json;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Rest;
using LeadSync.CrmSimulator.Soql;

namespace LeadSync.CrmSimulator.Rules;

/// <summary>The org's duplicate rules: which records a new one repeats, and whether that may be.</summary>
internal static class Duplicates
{
    private sealed record Match(MatchingRule Rule, IReadOnlyList<(Record Record, double Confidence)> Found);

    public static ApiError? Refuse(
        Org org,
        SObject type,
        Record self,
        bool creating,
        IReadOnlyCollection<string> changed,
        WriteOptions options
    )
    {
        foreach (var rule in org.Setup.DuplicateRules.Where(rule => rule.IsActive && rule.Object == type.Name))
        {
            var action = creating ? rule.OnCreate : rule.OnUpdate;
            if (action == DuplicateAction.Allow || (action == DuplicateAction.Alert && options.AllowsDuplicates))
                continue;
            // An update is looked at only when it changes what is compared.
            if (!creating && !rule.MatchingRules.Any(matching => Similarity.FieldsOf(matching).Any(changed.Contains)))
                continue;
            var matches = rule.MatchingRules.Select(matching => Find(org, matching, self)).ToList();
            if (matches.Exists(match => match.Found.Count > 0))
            {
                return new("DUPLICATES_DETECTED", rule.Message)
                {
                    Detail = json => Write(json, org, rule, action, matches, options),
                };
            }
        }

        return null;
    }

    private static Match Find(Org org, MatchingRule rule, Record self)
    {
        var found = new List<(Record, double)>();
        foreach (var other in org.Table(rule.Object).Records)
        {
            if (other.IsDeleted || other.IsConverted || other.Id == self.Id)
                continue;
            if (Similarity.Of(rule, self, other) is { } confidence)
                found.Add((other, confidence));
        }

        return new(rule, found);
    }

    private static void Write(
        Utf8JsonWriter json,
        Org org,
        DuplicateRule rule,
        DuplicateAction action,
        List<Match> matches,
        WriteOptions options
    )
    {
        json.WriteStartObject("duplicateResult");
        json.WriteBoolean("allowSave", action == DuplicateAction.Alert);
        json.WriteString("duplicateRule", rule.Name);
        json.WriteString("duplicateRuleEntityType", rule.Object);
        json.WriteString("errorMessage", rule.Message);
        json.WriteStartArray("matchResults");
        foreach (var match in matches.Where(match => match.Found.Count > 0))
            Write(json, org, match, options);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Org org, Match match, WriteOptions options)
    {
        json.WriteStartObject();
        json.WriteString("entityType", match.Rule.Object);
        Empty(json, "errors");
        json.WriteString("matchEngine", $"{match.Rule.Engine}MatchEngine");
        json.WriteStartArray("matchRecords");
        foreach (var (record, confidence) in match.Found)
        {
            json.WriteStartObject();
            Empty(json, "additionalInformation");
            Empty(json, "fieldDiffs");
            json.WritePropertyName("matchConfidence");
            json.WriteRawValue(confidence.ToString("0.0###", System.Globalization.CultureInfo.InvariantCulture));
            json.WritePropertyName("record");
            var type = org.Require(record.Type);
            var fields = options.WantsDuplicateDetails
                ? type.VisibleFields
                : type.VisibleFields.Where(field => field.Type == FieldType.Id);
            RecordJson.Write(json, org, options.Root, record, SelectTree.Of(fields));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("rule", match.Rule.Name);
        json.WriteNumber("size", match.Found.Count);
        json.WriteBoolean("success", true);
        json.WriteEndObject();
    }

    private static void Empty(Utf8JsonWriter json, string name)
    {
        json.WriteStartArray(name);
        json.WriteEndArray();
    }
}
