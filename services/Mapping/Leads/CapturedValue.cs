using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LeadSync.Mapping.Leads;

/// <summary>When something was captured, to the microsecond that the database keeps, and by which item.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Stamp(DateTimeOffset At, Guid By) : IComparable<Stamp>
{
    public static Stamp Of(DateTimeOffset occurredAt, Guid eventId)
    {
        var at = occurredAt.ToUniversalTime();
        return new Stamp(at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMicrosecond)), eventId);
    }

    public int CompareTo(Stamp other)
    {
        var byTime = At.CompareTo(other.At);
        return byTime != 0 ? byTime : By.CompareTo(other.By);
    }

    public static bool operator <(Stamp left, Stamp right) => left.CompareTo(right) < 0;

    public static bool operator >(Stamp left, Stamp right) => left.CompareTo(right) > 0;

    public static bool operator <=(Stamp left, Stamp right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Stamp left, Stamp right) => left.CompareTo(right) >= 0;
}

/// <summary>
/// The value of one lead field. JSON null: cleared on purpose. Of two, the one captured later holds; at the same instant
/// the item's id and then the value decide, so that the order of arrival never does.
/// </summary>
public sealed record CapturedValue(JsonElement Value, DateTimeOffset At, Guid By)
{
    /// <summary>The connection that it was pulled from: to it this value never goes back. Null when it was captured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? ImportedFrom { get; init; }

    public static CapturedValue Of(JsonElement value, Stamp stamp) => new(Canonical(value), stamp.At, stamp.By);

    public Stamp Stamp() => new(At, By);

    public bool IsNewerThan(CapturedValue? other)
    {
        if (other is null)
            return true;
        var order = Stamp().CompareTo(other.Stamp());
        return order > 0 || (order == 0 && string.CompareOrdinal(Text(Value), Text(other.Value)) > 0);
    }

    /// <summary>One text for each value, whatever way its JSON was written.</summary>
    public static string Text(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return $"s{value.GetString()}";
            case JsonValueKind.Number:
                return $"n{value.GetDecimal().ToString(CultureInfo.InvariantCulture)}";
            case JsonValueKind.Array:
                var text = new StringBuilder("a");
                foreach (var entry in value.EnumerateArray().Select(entry => entry.GetString()!))
                    text.Append(CultureInfo.InvariantCulture, $"{entry.Length}:").Append(entry);
                return text.ToString();
            default:
                return value.ValueKind.ToString();
        }
    }

    // 1e2 and 100 are one number; the database would write it in its own way too.
    private static JsonElement Canonical(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? JsonSerializer.SerializeToElement(value.GetDecimal()) : value;
}
