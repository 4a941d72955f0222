using System.Text;
using System.Text.Json;
using LeadSync.Mapping.Leads;
using LeadSync.Mapping.Transforms;

namespace LeadSync.Mapping.Fields;

/// <summary>
/// A text with lead fields in braces: <c>{firstName} {lastName}</c>. What stands between two fields is written only where
/// there is something on both sides; a part in brackets is left out whole when one of its fields has nothing. Braces and
/// brackets of the text itself are doubled.
/// </summary>
public sealed class FieldTemplate
{
    private readonly IReadOnlyList<Part> _parts;

    private FieldTemplate(string text, IReadOnlyList<Part> parts)
    {
        Text = text;
        _parts = parts;
        Fields = [.. Names(parts).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>As settings give it.</summary>
    public string Text { get; }

    /// <summary>Lead fields in it.</summary>
    public IReadOnlyList<string> Fields { get; }

    private abstract record Part
    {
        public sealed record Words(string Text) : Part;

        public sealed record Field(string Name) : Part;

        public sealed record Optional(IReadOnlyList<Part> Parts) : Part;
    }

    /// <summary>
    /// Fills it from a lead. Nothing (null) where no field has anything; cleared on purpose (JSON null) where of the fields
    /// that were captured every one was cleared. Captured when the newest of its fields was, for each had its say.
    /// </summary>
    public CapturedValue? Fill(LeadToMap lead)
    {
        CapturedValue? newest = null;
        var isCleared = true;
        foreach (var captured in Fields.Select(lead.Value))
        {
            if (captured is null)
                continue;
            if (newest is null || newest.Stamp() < captured.Stamp())
                newest = captured;
            isCleared &= captured.Value.ValueKind == JsonValueKind.Null;
        }
        if (newest is null)
            return null;
        if (isCleared)
            return newest with { Value = Null };
        return newest with { Value = Contents.Of(Write(_parts, lead, isWhole: false) ?? "") };
    }

    // Null where nothing is there, or, of a part that must be whole, where anything is missing.
    private static string? Write(IReadOnlyList<Part> parts, LeadToMap lead, bool isWhole)
    {
        var written = new StringBuilder();
        var before = new StringBuilder();
        string? between = null;
        var after = "";
        var (isBegun, isThere) = (false, false);
        foreach (var part in parts)
        {
            if (part is Part.Words(var words))
            {
                if (!isBegun)
                    before.Append(words);
                // Of two, the one after what is there: "Street, City" where the postal code between them is missing.
                between ??= words;
                after = words;
                continue;
            }
            isBegun = true;
            after = "";
            var text = part switch
            {
                Part.Field(var name) => lead.Value(name) is { } captured ? Contents.Text(captured.Value) : "",
                Part.Optional(var optional) => Write(optional, lead, isWhole: true) ?? "",
                _ => "",
            };
            if (text.Length == 0)
            {
                if (isWhole && part is Part.Field)
                    return null;
                continue;
            }
            written.Append(isThere ? between : before.ToString()).Append(text);
            isThere = true;
            between = null;
        }
        return isThere ? written.Append(after).ToString() : null;
    }

    private static readonly JsonElement Null = JsonSerializer.SerializeToElement<string?>(null);

    private static IEnumerable<string> Names(IEnumerable<Part> parts) =>
        parts.SelectMany(part =>
            part switch
            {
                Part.Field(var name) => [name],
                Part.Optional(var optional) => Names(optional),
                _ => Enumerable.Empty<string>(),
            }
        );

    /// <summary>Reads a template.</summary>
    /// <param name="fault">What is wrong, and how to mend it; null when it is one.</param>
    public static FieldTemplate? Parse(string text, out (string Reason, string Fix)? fault)
    {
        var at = 0;
        var parts = Parts(text, ref at, isOptional: false, out fault);
        if (fault is not null)
            return null;
        var template = new FieldTemplate(text, parts);
        if (template.Fields.Count == 0)
            fault = ("has no lead field in braces", "Name a lead field in braces, or give the text as constant.");
        else if (template.Fields.Contains(LeadFields.Conversation, StringComparer.Ordinal))
            fault = (
                "holds $conversation, which is cut at a turn only where it stands alone",
                "Give it as from: $conversation."
            );
        return fault is null ? template : null;
    }

    private static List<Part> Parts(string text, ref int at, bool isOptional, out (string Reason, string Fix)? fault)
    {
        var parts = new List<Part>();
        var words = new StringBuilder();
        var began = at;
        fault = null;
        while (at < text.Length && fault is null)
        {
            var sign = text[at];
            if ("{}[]".Contains(sign, StringComparison.Ordinal) && at + 1 < text.Length && text[at + 1] == sign)
            {
                words.Append(sign);
                at += 2;
                continue;
            }
            if (sign == ']' && isOptional)
                break;
            at++;
            switch (sign)
            {
                case '{':
                    Flush();
                    fault = Field(text, ref at, parts);
                    break;
                case '[' when !isOptional:
                    Flush();
                    parts.Add(new Part.Optional(Parts(text, ref at, isOptional: true, out fault)));
                    fault ??= at >= text.Length ? Unpaired(began, "[") : null;
                    at++;
                    break;
                case '}' or ']' or '[':
                    fault = Unpaired(at - 1, sign.ToString());
                    break;
                default:
                    words.Append(sign);
                    break;
            }
        }
        Flush();
        if (fault is null && isOptional && !Names(parts).Any())
            fault = ("has a part in brackets without a lead field", "Put a field into the brackets, or double them.");
        return parts;

        void Flush()
        {
            if (words.Length > 0)
                parts.Add(new Part.Words(words.ToString()));
            words.Clear();
        }
    }

    private static (string Reason, string Fix)? Field(string text, ref int at, List<Part> parts)
    {
        var end = text.IndexOf('}', at);
        if (end < 0)
            return Unpaired(at - 1, "{");
        var name = text[at..end].Trim();
        at = end + 1;
        if (name.Length == 0)
            return ("has braces without a lead field's name", "Name a lead field in them, or double the braces.");
        parts.Add(new Part.Field(name));
        return LeadFields.Fault(name);
    }

    private static (string Reason, string Fix) Unpaired(int at, string sign) =>
        (
            $"has a {sign} at character {at + 1} without its pair",
            $"Pair it, or write {sign}{sign} for the sign itself."
        );
}
