using System.Text.Json;
using LeadSync.Contracts;

namespace LeadSync.Gateway.Preflight;

/// <summary>An object's mapping, as Mapping tells of it; the parts that a preflight looks at.</summary>
internal sealed record MappedObject(Guid ConnectionId, string Object, IReadOnlyList<MappedField> Fields);

/// <param name="From">The lead field; null for a constant.</param>
internal sealed record MappedField(string Field, string? From, JsonElement? Constant, JsonElement? Default);

/// <summary>A route, as Mapping tells of it.</summary>
internal sealed record Route(Guid ConnectionId, bool Enabled, string CreateAs);

/// <summary>A push rule, as Push tells of it.</summary>
internal sealed record KeptRule(Guid ConnectionId, string Object, RuleSettings Rule);

/// <summary>The settings of a push rule that a preflight looks at.</summary>
/// <param name="Owner">Null where a rule says nothing of whom new records belong to.</param>
internal sealed record RuleSettings(string Mode, string? ExternalIdField, RuleOwner? Owner)
{
    public bool Creates => Mode != "updateOnly";
    public bool Updates => Mode != "createOnly";
}

/// <param name="By">As <see cref="PreflightRules.Owner"/>.</param>
/// <param name="Id">Of the user or queue.</param>
internal sealed record RuleOwner(string By, string? Id);

/// <summary>Turns what is kept of a connection into what its org is checked against.</summary>
internal static class PreflightWanted
{
    // What holds for an object that has no rule.
    private static readonly RuleSettings Default = new("createAndUpdate", null, null);

    public static PreflightRequest From(
        Guid connectionId,
        IReadOnlyList<MappedObject> mappings,
        IReadOnlyList<Route> routes,
        IReadOnlyList<KeptRule> rules
    )
    {
        var mapped = mappings.Where(mapping => mapping.ConnectionId == connectionId).ToList();
        var ofObject = rules
            .Where(rule => rule.ConnectionId == connectionId)
            .ToDictionary(rule => rule.Object, rule => rule.Rule, StringComparer.Ordinal);
        var created = routes
            .Where(route => route.Enabled && route.ConnectionId == connectionId)
            .Select(route => route.CreateAs)
            .Distinct(StringComparer.Ordinal)
            .Where(name => Of(name).Creates)
            .ToList();
        // Leads come first where both are created: assignment rules and queues are theirs.
        var owner = created.Order(StringComparer.Ordinal).Reverse().Select(name => Of(name).Owner).FirstOrDefault();
        return new([
            .. mapped.Select(mapping => new PreflightObject(mapping.Object, [.. mapping.Fields.Select(Field)])
            {
                ExternalIdField = Of(mapping.Object).ExternalIdField,
            }),
        ])
        {
            Rules = new PreflightRules
            {
                Creates = created,
                Updates = mapped.Count == 0 || mapped.Exists(mapping => Of(mapping.Object).Updates),
                Owner = owner?.By ?? "leave",
                QueueId = owner is { By: "queue" } ? owner.Id : null,
            },
        };

        RuleSettings Of(string name) => ofObject.GetValueOrDefault(name, Default);
    }

    private static PreflightField Field(MappedField field) =>
        new(field.Field)
        {
            Values = [.. new[] { field.Constant, field.Default }.OfType<JsonElement>().Select(Text)],
            AnyValue = field.From is not null,
        };

    private static string Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
