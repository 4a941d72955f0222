using System.Globalization;
using System.Text.Json;
using LeadSync.Mapping.Leads;

namespace LeadSync.Mapping.Routes;

/// <summary>
/// Pure: something that holds of a lead or does not. Texts are compared without the space around them and without regard to
/// case, for they are typed by people; of a list of texts one entry is enough.
/// </summary>
public abstract record LeadCondition
{
    private LeadCondition() { }

    public abstract bool Holds(LeadState lead);

    /// <summary>Each holds.</summary>
    public sealed record All(IReadOnlyList<LeadCondition> Of) : LeadCondition
    {
        public override bool Holds(LeadState lead) => Of.All(one => one.Holds(lead));
    }

    /// <summary>At least one holds.</summary>
    public sealed record Any(IReadOnlyList<LeadCondition> Of) : LeadCondition
    {
        public override bool Holds(LeadState lead) => Of.Any(one => one.Holds(lead));
    }

    /// <summary>About one lead field. A field that was never captured, was cleared, or is blank is empty.</summary>
    /// <param name="Operands">One; several for <see cref="FieldTest.IsOneOf"/>; none for the tests of emptiness.</param>
    public sealed record About(string Field, FieldTest Test, IReadOnlyList<JsonElement> Operands) : LeadCondition
    {
        public override bool Holds(LeadState lead)
        {
            var values = Values(lead.Captured(Field)?.Value);
            return Test switch
            {
                FieldTest.IsEmpty => values.Count == 0,
                FieldTest.IsNotEmpty => values.Count > 0,
                FieldTest.IsNot => !values.Exists(value => IsSame(value, Operands[0])),
                FieldTest.Contains => values.Exists(value =>
                    Text(value).Contains(Text(Operands[0]), StringComparison.OrdinalIgnoreCase)
                ),
                FieldTest.GreaterThan => values.Exists(value => Compare(value, Operands[0]) > 0),
                FieldTest.LessThan => values.Exists(value => Compare(value, Operands[0]) < 0),
                _ => values.Exists(value => Operands.Any(operand => IsSame(value, operand))),
            };
        }
    }

    private static List<JsonElement> Values(JsonElement? captured) =>
        captured switch
        {
            null or { ValueKind: JsonValueKind.Null } => [],
            { ValueKind: JsonValueKind.Array } list =>
            [
                .. list.EnumerateArray().Where(entry => Text(entry).Length > 0),
            ],
            { } value => Text(value).Length == 0 ? [] : [value],
        };

    private static bool IsSame(JsonElement value, JsonElement operand) =>
        operand.ValueKind == JsonValueKind.Number
            ? Number(value) == operand.GetDecimal()
            : Text(value).Equals(Text(operand), StringComparison.OrdinalIgnoreCase);

    // Null where the two cannot be compared: then neither greater nor less holds.
    private static int? Compare(JsonElement value, JsonElement operand) =>
        operand.ValueKind == JsonValueKind.Number
            ? Number(value)?.CompareTo(operand.GetDecimal())
            : Instant(Text(value))?.CompareTo(Instant(Text(operand))!.Value);

    private static string Text(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!.Trim(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => value.GetRawText(),
        };

    private static decimal? Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? value.GetDecimal()
        : decimal.TryParse(Text(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : null;

    /// <summary>A date as its first moment in UTC, or an instant; null when the text is neither.</summary>
    public static DateTimeOffset? Instant(string text) =>
        text.Length > 0
        && char.IsAsciiDigit(text[0])
        && DateTimeOffset.TryParseExact(
            text,
            ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var instant
        )
            ? instant
            : null;
}

/// <summary>What is asked of a field.</summary>
public enum FieldTest
{
    Is,
    IsNot,
    IsOneOf,
    Contains,
    IsEmpty,
    IsNotEmpty,

    /// <summary>A number above another, or an instant or date after another.</summary>
    GreaterThan,
    LessThan,
}
