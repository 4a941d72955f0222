using System.Text.Json;
using LeadSync.Contracts;

namespace LeadSync.Gateway.Preflight;

/// <summary>An object's mapping, as Mapping tells of it; the parts that a preflight looks at.</summary>
internal sealed record MappedObject(Guid ConnectionId, string Object, IReadOnlyList<MappedField> Fields);

/// <param name="From">The lead field; null for a constant.</param>
internal sealed record MappedField(string Field, string? From, JsonElement? Constant, JsonElement? Default);

/// <summary>A route, as Mapping tells of it.</summary>
internal sealed record Route(Guid ConnectionId, bool Enabled, string CreateAs);

/// <summary>Turns what is kept of a connection into what its org is checked against.</summary>
internal static class PreflightWanted
{
    public static PreflightRequest From(
        Guid connectionId,
        IReadOnlyList<MappedObject> mappings,
        IReadOnlyList<Route> routes
    ) =>
        new([
            .. mappings
                .Where(mapping => mapping.ConnectionId == connectionId)
                .Select(mapping => new PreflightObject(mapping.Object, [.. mapping.Fields.Select(Field)])),
        ])
        {
            // Push updates whoever it finds, finds by record id and email, and leaves owners alone; none of it can be
            // chosen yet.
            Rules = new PreflightRules
            {
                Creates =
                [
                    .. routes
                        .Where(route => route.Enabled && route.ConnectionId == connectionId)
                        .Select(route => route.CreateAs)
                        .Distinct(StringComparer.Ordinal),
                ],
            },
        };

    private static PreflightField Field(MappedField field) =>
        new(field.Field)
        {
            Values = [.. new[] { field.Constant, field.Default }.OfType<JsonElement>().Select(Text)],
            AnyValue = field.From is not null,
        };

    private static string Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
