using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Leads;
using LeadSync.Mapping.Transforms;

namespace LeadSync.Mapping.Fields;

/// <summary>Pure: holds one entry against the CRM field that it writes, and adds what is wrong to the faults.</summary>
internal sealed class EntryCheck(
    string path,
    MappingEntry entry,
    ObjectMapping mapping,
    IReadOnlySet<string> sources,
    Func<string, CrmSchema?> others,
    List<FieldFault> faults
)
{
    // Whatever depends on a lead is not known when a mapping is saved.
    private static readonly LeadToMap NoLead = new(new LeadKey("", "", ""), new LeadState());

    public void Run()
    {
        if (mapping.Field(entry.Field) is not { } field)
        {
            Fault(
                "field",
                $"{entry.Field} is no field of {mapping.Object} that the connected user sees",
                "Use the field's API name, as LastName or Region__c, and check the connected user's access to it."
            );
            return;
        }
        if (!entry.MayWrite(field))
            Fault(
                "field",
                $"{field.Name} may not be written by the connected user{(field.Createable ? " once a record is there" : "")}",
                field.Createable
                    ? "Set rule: onlyOnCreate, map another field, or give the connected user access to it in the CRM."
                    : "Map another field, or give the connected user access to it in the CRM."
            );
        if (field.Type is "address" or "location" or "base64")
        {
            Fault(
                "field",
                $"{field.Name} is of the type {field.Type}, which is not written as a whole",
                "Map its parts."
            );
            return;
        }
        CheckChain(field);
        CheckConstant(field);
        if (entry.Default is { } byDefault && FieldFit.Try(byDefault, field) is Fit.Refused(var reason, _, _))
            Fault("default", Of(reason, field), "Give a value that the field takes.");
        CheckLookUps(field);
        CheckValueMaps(field);
        CheckRule(field);
    }

    private void CheckChain(CrmField field)
    {
        var isConversation = entry.From == LeadFields.Conversation;
        ContentKind? kind =
            entry.Template is not null ? ContentKind.Text
            : entry.From is not null ? LeadFields.Kind(entry.From)
            : null;
        for (var i = 0; i < entry.Transforms.Count; i++)
        {
            var transform = entry.Transforms[i];
            if (transform is RenderConversation && !(isConversation && i == 0))
                Fault(
                    Step(i),
                    "stands elsewhere than first after from: $conversation",
                    "Map $conversation, and give this step first."
                );
            else if (kind is { } given && !transform.Takes(given))
                Fault(
                    Step(i),
                    $"can do nothing with {Named(given)}, which is what comes to it",
                    "Take the step out, or put it before the one that makes that."
                );
            kind = transform.Gives(kind);
        }
        if (kind is { } made && !Takes(field, made))
            Fault(
                entry.Transforms.Count == 0 ? "from" : Step(entry.Transforms.Count - 1),
                $"gives {Named(made)}, which {mapping.Object}.{field.Name} ({field.Type}) does not take",
                "Change the steps, or map another field."
            );
        if (isConversation && field.Type is "picklist" or "multipicklist" or "email" or "phone" or "url")
            Fault("field", $"{field.Name} ({field.Type}) is no field for a long text", "Map a text field.");
    }

    private void CheckLookUps(CrmField field)
    {
        for (var i = 0; i < entry.Transforms.Count; i++)
        {
            if (entry.Transforms[i] is not LookUp lookUp)
                continue;
            if (i < entry.Transforms.Count - 1)
                Fault(Step(i), "makes a record's id, and steps follow it", "Put the look-up last.");
            if (field.Type != "reference")
                Fault(
                    Step(i),
                    $"makes a record's id, and {mapping.Object}.{field.Name} ({field.Type}) is no reference",
                    "Map a reference field, as CampaignId, or take the step out."
                );
            if (
                others(lookUp.Object) is { } target
                && !target.Fields.Any(other => other.Name.Equals(lookUp.By, StringComparison.OrdinalIgnoreCase))
            )
                Fault(
                    $"{Step(i)}.lookup.by",
                    $"is no field of {lookUp.Object} that the connected user sees",
                    "Use Name, or the API name of an External Id or unique field."
                );
        }
    }

    private void CheckConstant(CrmField field)
    {
        if (entry.Constant is not { } constant)
            return;
        var outcome = Through(constant, 0, field);
        if (outcome is not null)
            Fault("constant", Of(outcome, field), "Give a value that the field takes.");
    }

    // What a map gives is known now, and would stop every lead that it is given for.
    private void CheckValueMaps(CrmField field)
    {
        for (var i = 0; i < entry.Transforms.Count; i++)
        {
            if (entry.Transforms[i] is not MapValues map)
                continue;
            foreach (var (key, value) in map.Pairs)
            {
                if (Through(value, i + 1, field) is { } reason)
                    Fault(
                        $"{Step(i)}.values.map.{key}",
                        $"gives a value that {Of(reason, field)}",
                        "Give a value that the field takes."
                    );
            }
            if (map.Fallback == MapFallback.Default && entry.Default is null)
                Fault(
                    $"{Step(i)}.values.fallback",
                    "is default, and the entry has no default",
                    "Give the entry a default, or use keep or fail."
                );
        }
    }

    // Why a value is refused on its way; null when it is not.
    private string? Through(JsonElement value, int from, CrmField field)
    {
        var destination = new Destination(field, NoLead);
        foreach (var transform in entry.Transforms.Skip(from))
        {
            switch (transform.Apply(value, destination))
            {
                case Transformed.Value(var changed, _):
                    value = changed;
                    break;
                case Transformed.Refused(var refused, _, _):
                    return refused;
                default:
                    return null;
            }
        }
        return FieldFit.Try(value, field) is Fit.Refused(var reason, _, _) ? reason : null;
    }

    private void CheckRule(CrmField field)
    {
        if (entry.Rule == WriteRule.OptOut && field.Type != "boolean")
            Fault(
                "rule",
                $"is optOut, and {field.Name} ({field.Type}) is no checkbox",
                "Map a checkbox, or another rule."
            );
        if (entry.Adds && field.Type != "multipicklist")
            Fault("adds", $"is for multi-select picklists only, and {field.Name} is {field.Type}", "Take adds out.");
        if (entry.While is { } condition)
            CheckCondition(condition);
        for (var i = 0; i < entry.Precedence.Count; i++)
        {
            if (!sources.Contains(entry.Precedence[i]))
                Fault(
                    $"precedence[{i}]",
                    "is no source that is declared",
                    sources.Count == 0
                        ? "Declare the source first."
                        : $"Use one of: {string.Join(", ", sources.Order(StringComparer.Ordinal).Take(20))}."
                );
        }
    }

    private void CheckCondition(WriteCondition condition)
    {
        if (mapping.Field(condition.Field) is not { } asked)
        {
            Fault(
                "while.field",
                $"{condition.Field} is no field of {mapping.Object} that the connected user sees",
                "Use the field's API name."
            );
            return;
        }
        // Compared exactly: a value that the list spells otherwise would never hold.
        for (var i = 0; i < condition.Values.Count; i++)
        {
            if (
                asked.Type == "picklist"
                && asked.RestrictedPicklist
                && !asked.PicklistValues.Contains(condition.Values[i], StringComparer.Ordinal)
            )
                Fault(
                    $"while.values[{i}]",
                    $"is not in the list of {asked.Name}",
                    $"Use the list's own spelling: {string.Join(", ", asked.PicklistValues.Take(20))}."
                );
            else if (asked.Type == "boolean" && condition.Values[i] is not ("true" or "false"))
                Fault(
                    $"while.values[{i}]",
                    $"is neither true nor false, and {asked.Name} is a checkbox",
                    "Use one of them."
                );
        }
    }

    private static bool Takes(CrmField field, ContentKind made) =>
        field.Type switch
        {
            "boolean" => made is ContentKind.Boolean or ContentKind.Text or ContentKind.Number,
            "int" or "long" or "double" or "currency" or "percent" => made is ContentKind.Number or ContentKind.Text,
            "date" => made is ContentKind.Date or ContentKind.Instant or ContentKind.Text,
            "datetime" => made is ContentKind.Instant or ContentKind.Text,
            "email" or "reference" or "id" => made is ContentKind.Text,
            _ => true,
        };

    private static string Named(ContentKind kind) =>
        kind switch
        {
            ContentKind.Text => "a text",
            ContentKind.Entries => "a list",
            ContentKind.Number => "a number",
            ContentKind.Boolean => "true or false",
            ContentKind.Date => "a date",
            _ => "an instant",
        };

    private string Of(string reason, CrmField field) => $"{reason} ({mapping.Object}.{field.Name}, {field.Type})";

    private static string Step(int index) => $"transforms[{index}]";

    private void Fault(string member, string reason, string fix) =>
        faults.Add(new FieldFault(SettingReader.Join(path, member), reason, fix));
}
