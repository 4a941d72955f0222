using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LeadSync.Mapping.Transforms;

/// <summary>
/// <c>number</c>: a text as a number. Which sign stands before decimals and which between groups is stated, never found
/// out: 1.234 is one thing in Boston and another in Berlin.
/// </summary>
/// <param name="Decimal">A point unless stated.</param>
/// <param name="Group">Between groups of digits; null: none may stand there.</param>
/// <param name="Ignore">Texts that may stand around the number, as <c>EUR</c>.</param>
public sealed record ReadNumber(char Decimal, char? Group, IReadOnlyList<string> Ignore) : Transform
{
    private static readonly Transformed.Refused NotANumber = new(
        "is not a number as the mapping says that numbers are written",
        "Correct the number at its source, or the number step's decimal, group and ignore."
    );

    public override string Name => "number";

    public override JsonNode? Options()
    {
        var options = new JsonObject();
        if (Decimal != '.')
            options["decimal"] = Decimal.ToString();
        if (Group is not null)
            options["group"] = Group.ToString();
        if (Ignore.Count > 0)
            options["ignore"] = new JsonArray([.. Ignore.Select(text => (JsonNode)text)]);
        return options.Count == 0 ? null : options;
    }

    public override bool Takes(ContentKind given) => given is ContentKind.Text or ContentKind.Number;

    public override ContentKind? Gives(ContentKind? given) => ContentKind.Number;

    public override Transformed Apply(JsonElement value, Destination destination)
    {
        if (value.ValueKind == JsonValueKind.Number)
            return new Transformed.Value(value);
        if (value.ValueKind != JsonValueKind.String)
            return NotANumber;
        var text = Stripped(value.GetString()!.Trim());
        if (text.Length == 0)
            return new Transformed.None();
        return
            Plain(text) is { } plain
            && decimal.TryParse(
                plain,
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var number
            )
            ? new Transformed.Value(JsonSerializer.SerializeToElement(number))
            : NotANumber;
    }

    private string Stripped(string text)
    {
        foreach (var word in Ignore)
        {
            if (text.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                text = text[word.Length..].TrimStart();
            if (text.EndsWith(word, StringComparison.OrdinalIgnoreCase))
                text = text[..^word.Length].TrimEnd();
        }
        return text;
    }

    // As a number is written in JSON; null where a sign stands that was not stated, or groups are not groups.
    private string? Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        var inGroup = -1;
        var isFraction = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (Digit(rune) is { } digit)
            {
                plain.Append(digit);
                if (inGroup >= 0)
                    inGroup++;
            }
            else if (rune.Value == Decimal && !isFraction)
            {
                if (inGroup is >= 0 and not 3)
                    return null;
                (isFraction, inGroup) = (true, -1);
                plain.Append('.');
            }
            else if (IsGroup(rune) && !isFraction && plain.Length > 0 && char.IsAsciiDigit(plain[^1]))
            {
                // Groups of two are the Indian way; the last before the decimals is of three everywhere.
                if (inGroup is >= 0 and not (2 or 3))
                    return null;
                inGroup = 0;
            }
            else if (plain.Length == 0 && rune.Value is '-' or '+' or '\u2212')
                plain.Append(rune.Value == '+' ? '+' : '-');
            else
                return null;
        }
        return inGroup is >= 0 and not 3 ? null : plain.ToString();
    }

    private static int? Digit(Rune rune) =>
        Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber ? (int)Rune.GetNumericValue(rune) : null;

    // Who states a space means the ones that do not break, too.
    private bool IsGroup(Rune rune) =>
        Group is { } group
        && (
            rune.Value == group
            || (group == ' ' && rune.Value is 0xA0 or 0x202F or 0x2009)
            || (group == '\'' && rune.Value is 0x2019)
        );
}
