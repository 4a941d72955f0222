using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Mapping.Leads;

namespace LeadSync.Mapping.Importing;

/// <summary>Pure: what a pulled record changes in a lead.</summary>
public static class ImportRules
{
    /// <summary>The lead fields that change, with their new values; empty when nothing does, as with an echo of our own write.</summary>
    public static IReadOnlyDictionary<string, CapturedValue> Changes(
        LeadState lead,
        PulledRecord pulled,
        IReadOnlyList<PullField> fields
    )
    {
        var stamp = Stamp.Of(pulled.OccurredAt, pulled.EventId);
        var changes = new Dictionary<string, CapturedValue>(StringComparer.Ordinal);
        foreach (var field in fields)
        {
            if (!pulled.Fields.TryGetValue(field.From, out var value) || !IsKept(value))
                continue;
            var has = lead.Captured(field.To);
            if (Replaces(field.Wins, value, has, stamp, pulled.ChangedByUs))
                changes[field.To] = CapturedValue.Of(value, After(stamp, has)) with
                {
                    ImportedFrom = pulled.ConnectionId,
                };
        }
        return changes;
    }

    private static bool Replaces(PullWins wins, JsonElement value, CapturedValue? has, Stamp stamp, bool isOurs)
    {
        // What the lead has already, be it our own write that comes back, is no change.
        if (has is null ? value.ValueKind == JsonValueKind.Null : IsSame(has.Value, value))
            return false;
        return wins switch
        {
            // What we wrote ourselves was taken from leads: the lead knows better, or is about to be written again.
            _ when isOurs && has is not null => false,
            PullWins.Crm => true,
            PullWins.WhenEmpty => IsEmpty(has?.Value) && !IsEmpty(value),
            PullWins.OptOut => IsTrue(value) && !IsTrue(has?.Value),
            _ => has is null || stamp.At > has.At,
        };
    }

    // A value that replaces another is the newer one from then on.
    private static Stamp After(Stamp stamp, CapturedValue? has) =>
        has is null || stamp > has.Stamp() ? stamp : stamp with { At = has.At.AddTicks(TimeSpan.TicksPerMicrosecond) };

    // A lead field holds what a capture could bring; a compound field of a CRM is mapped by its single parts.
    private static bool IsKept(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object or JsonValueKind.Undefined => false,
            JsonValueKind.Array => value.EnumerateArray().All(entry => entry.ValueKind == JsonValueKind.String),
            JsonValueKind.Number => value.TryGetDecimal(out _),
            _ => true,
        };

    private static bool IsSame(JsonElement one, JsonElement other) =>
        one.ValueKind == JsonValueKind.String && other.ValueKind == JsonValueKind.String
            ? one.GetString()!.Trim() == other.GetString()!.Trim()
            : CapturedValue.Text(one) == CapturedValue.Text(other);

    private static bool IsEmpty(JsonElement? value) =>
        value is null or { ValueKind: JsonValueKind.Null }
        || (value is { ValueKind: JsonValueKind.String } text && string.IsNullOrWhiteSpace(text.GetString()));

    private static bool IsTrue(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.True }
        || (
            value is { ValueKind: JsonValueKind.String } text
            && text.GetString()!.Trim().Equals("true", StringComparison.OrdinalIgnoreCase)
        );
}
