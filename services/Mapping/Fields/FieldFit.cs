using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using LeadSync.Contracts;
using LeadSync.Mapping.Transforms;

namespace LeadSync.Mapping.Fields;

/// <summary>What came of fitting a value into a CRM field.</summary>
public abstract record Fit
{
    private Fit() { }

    /// <summary>The value as it is sent.</summary>
    public sealed record Fits(JsonElement Value) : Fit;

    /// <summary>Nothing but blanks: no value, which is not the same as cleared.</summary>
    public sealed record Empty : Fit;

    /// <param name="Reason">What is wrong, without the value.</param>
    /// <param name="Misfit">The value, where it is one that a restricted picklist lacks.</param>
    public sealed record Refused(string Reason, string Fix, string? Misfit = null) : Fit;
}

/// <summary>
/// Turns a lead's value into one that a CRM field takes, or says why that cannot be. Nothing is cut, rounded or guessed.
/// </summary>
public static partial class FieldFit
{
    public static Fit Try(JsonElement value, CrmField field)
    {
        if (value.ValueKind == JsonValueKind.Null)
            return new Fit.Empty();
        return field.Type switch
        {
            "boolean" => Boolean(value),
            "int" or "long" => Number(value, field, whole: true),
            "double" or "currency" or "percent" => Number(value, field, whole: false),
            "date" => Date(value),
            "datetime" => DateTime(value),
            "multipicklist" => MultiPicklist(value, field),
            "picklist" => Picklist(value, field),
            "email" => Email(value, field),
            "reference" or "id" => RecordId(value),
            "address" or "location" or "base64" => new Fit.Refused(
                $"is of the CRM type {field.Type}, which is not written as a whole",
                "Map its single parts instead."
            ),
            _ => Plain(value, field),
        };
    }

    // Sent as it was captured, space around it included: only the CRM knows what it cuts on saving.
    private static Fit Plain(JsonElement value, CrmField field) =>
        Contents.Text(value) is not { Length: > 0 } text
            ? new Fit.Empty()
            : Short(text, field) ?? (value.ValueKind == JsonValueKind.String ? new Fit.Fits(value) : Fits(text));

    private static Fit Email(JsonElement value, CrmField field)
    {
        if (Contents.Text(value) is not { Length: > 0 } text)
            return new Fit.Empty();
        if (Short(text, field) is { } tooLong)
            return tooLong;
        return EmailPattern().IsMatch(text)
            ? Fits(text)
            : new Fit.Refused("is not an email address", "Correct the address at its source.");
    }

    // Only what no CRM takes is refused here; the CRM knows its own rules better.
    [GeneratedRegex(@"^[^\s@<>(),;:""\\\[\]]+@[^\s@<>(),;:""\\\[\]]+\.[^\s@.]+$", RegexOptions.CultureInvariant, 100)]
    private static partial Regex EmailPattern();

    private static Fit Picklist(JsonElement value, CrmField field)
    {
        if (Contents.Text(value) is not { Length: > 0 } text)
            return new Fit.Empty();
        if (Listed(text, field) is { } listed)
            return Fits(listed);
        return field.RestrictedPicklist ? NotListed(text, field) : Short(text, field) ?? Fits(text);
    }

    private static Fit MultiPicklist(JsonElement value, CrmField field)
    {
        IEnumerable<string> given =
            value.ValueKind == JsonValueKind.Array ? Contents.Entries(value) : Contents.Text(value).Split(';');
        var entries = new List<string>();
        foreach (var entry in given.Select(entry => entry.Trim()).Where(entry => entry.Length > 0))
        {
            if (entry.Contains(';', StringComparison.Ordinal))
                return new Fit.Refused(
                    "has an entry with a semicolon, which separates entries in the CRM",
                    "Change the entry at its source."
                );
            var listed = Listed(entry, field);
            if (listed is null && field.RestrictedPicklist)
                return NotListed(entry, field);
            if (!entries.Contains(listed ?? entry, StringComparer.Ordinal))
                entries.Add(listed ?? entry);
        }
        if (entries.Count == 0)
            return new Fit.Empty();
        var text = string.Join(';', entries);
        return Short(text, field) ?? Fits(text);
    }

    // The list's own spelling is sent, so that what the CRM then holds is what we sent.
    private static string? Listed(string text, CrmField field) =>
        field.PicklistValues.FirstOrDefault(value => value == text)
        ?? field.PicklistValues.FirstOrDefault(value => value.Equals(text, StringComparison.OrdinalIgnoreCase));

    private static Fit.Refused NotListed(string value, CrmField field) =>
        new(
            "is not in the field's list of values, and the field takes no other",
            field.PicklistValues.Count is > 0 and <= 20
                ? $"Use one of: {string.Join(", ", field.PicklistValues)}."
                : "Use a value of the list, or add it to the list in the CRM.",
            value
        );

    /// <summary>As a checkbox takes it.</summary>
    public static Fit Boolean(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return new Fit.Fits(value);
        return Contents.Text(value).ToUpperInvariant() switch
        {
            "" => new Fit.Empty(),
            "TRUE" or "YES" or "1" => new Fit.Fits(JsonSerializer.SerializeToElement(true)),
            "FALSE" or "NO" or "0" => new Fit.Fits(JsonSerializer.SerializeToElement(false)),
            _ => new Fit.Refused("is neither true nor false", "Capture true or false, yes or no, 1 or 0."),
        };
    }

    private static Fit Number(JsonElement value, CrmField field, bool whole)
    {
        decimal number;
        if (value.ValueKind == JsonValueKind.Number)
            number = value.GetDecimal();
        else if (value.ValueKind != JsonValueKind.String)
            return NotANumber;
        else if (Contents.Text(value) is not { Length: > 0 } text)
            return new Fit.Empty();
        else if (!decimal.TryParse(text, PlainNumber, CultureInfo.InvariantCulture, out number))
            return NotANumber;

        if (whole && number != decimal.Truncate(number))
            return new Fit.Refused(
                "is not a whole number",
                "Capture a whole number, or map a field that takes decimals."
            );
        if (field.Type == "int" && number is > int.MaxValue or < int.MinValue)
            return new Fit.Refused("is too large for a whole number of the CRM", "Correct the number at its source.");
        var digits = field.Precision - field.Scale;
        if (!whole && field.Precision > 0 && digits < 28 && Math.Abs(number) >= PowerOfTen(digits))
            return new Fit.Refused(
                $"has more than {digits} digits before the point",
                "Correct the number at its source, or enlarge the field in the CRM."
            );
        return new Fit.Fits(JsonSerializer.SerializeToElement(number));
    }

    private const NumberStyles PlainNumber = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;

    private static readonly Fit.Refused NotANumber = new(
        "is not a number",
        "Capture digits with a point before decimals, without separators or units."
    );

    private static decimal PowerOfTen(int digits)
    {
        var power = 1m;
        for (var i = 0; i < digits; i++)
            power *= 10;
        return power;
    }

    private static Fit Date(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
            return NotADate;
        var text = Contents.Text(value);
        if (text.Length == 0)
            return new Fit.Empty();
        // Of an instant, the day that was written down; another time zone would make it another day.
        var day = text.Length > 10 && InstantPattern().IsMatch(text) ? text[..10] : text;
        return DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            ? Fits(day)
            : NotADate;
    }

    private static readonly Fit.Refused NotADate = new("is not a date", "Capture it as 2026-01-31.");

    private static Fit DateTime(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
            return NotAnInstant;
        var text = Contents.Text(value);
        if (text.Length == 0)
            return new Fit.Empty();
        return
            InstantPattern().IsMatch(text)
            && DateTimeOffset.TryParse(
                text,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AdjustToUniversal,
                out var instant
            )
            ? Fits(instant.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))
            : NotAnInstant;
    }

    private static readonly Fit.Refused NotAnInstant = new(
        "is not an instant with its offset",
        "Capture it as 2026-01-31T09:30:00Z."
    );

    [GeneratedRegex(
        @"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:?\d{2})$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        100
    )]
    private static partial Regex InstantPattern();

    private static Fit RecordId(JsonElement value) =>
        Contents.Text(value) is not { Length: > 0 } text ? new Fit.Empty()
        : text.Length is 15 or 18 && text.All(char.IsAsciiLetterOrDigit) ? Fits(text)
        : new Fit.Refused("is not a record id of the CRM", "Capture the record's id of 15 or 18 characters.");

    private static Fit? Short(string text, CrmField field) =>
        field.Length > 0 && text.Length > field.Length
            ? new Fit.Refused(
                $"is {text.Length} characters long, and the field takes {field.Length}",
                "Add the step truncate to the entry, map a longer field, or enlarge the field in the CRM."
            )
            : null;

    private static Fit.Fits Fits(string text) => new(JsonSerializer.SerializeToElement(text));
}
