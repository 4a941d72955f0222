using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>Puts what earlier parts answered in the place of @{reference.path}, in texts of a later one.</summary>
internal sealed partial class CompositeReferences(IReadOnlyDictionary<string, ApiAnswer> answers)
{
    /// <exception cref="UnresolvedReferenceException">The part is unknown, failed, or holds no such value.</exception>
    public string Resolve(string text) =>
        text.Contains("@{", StringComparison.Ordinal)
            ? Reference().Replace(text, match => ValueOf(match.Groups["path"].Value))
            : text;

    public JsonBody Resolve(JsonBody body)
    {
        if (!body.Root.GetRawText().Contains("@{", StringComparison.Ordinal))
            return body;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            Copy(body, body.Root, json);
        return JsonBody.Parse(buffer.WrittenMemory);
    }

    private void Copy(JsonBody body, JsonElement element, Utf8JsonWriter json)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var property in element.EnumerateObject())
                {
                    json.WritePropertyName(body.NameOf(property));
                    Copy(body, property.Value, json);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    Copy(body, item, json);
                json.WriteEndArray();
                break;
            case JsonValueKind.String:
                json.WriteStringValue(Resolve(body.TextOf(element)));
                break;
            default:
                element.WriteTo(json);
                break;
        }
    }

    private string ValueOf(string path)
    {
        var steps = Step().Matches(path);
        var reference = steps.Count == 0 ? "" : steps[0].Value;
        if (!answers.TryGetValue(reference, out var answer) || !answer.Succeeded || answer.Body.IsEmpty)
            throw new UnresolvedReferenceException(path, reference);
        using var document = JsonDocument.Parse(answer.Body);
        var value = document.RootElement;
        foreach (var step in steps.Skip(1))
            value = Follow(value, step.Value) ?? throw new UnresolvedReferenceException(path, reference);
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => throw new UnresolvedReferenceException(path, reference),
        };
    }

    private static JsonElement? Follow(JsonElement value, string step)
    {
        if (step[0] == '[')
        {
            var index = int.Parse(step.AsSpan(1, step.Length - 2), CultureInfo.InvariantCulture);
            return value.ValueKind == JsonValueKind.Array && index < value.GetArrayLength() ? value[index] : null;
        }

        return value.ValueKind == JsonValueKind.Object && value.TryGetProperty(step, out var member) ? member : null;
    }

    [GeneratedRegex(@"@\{(?<path>[^}]*)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reference();

    [GeneratedRegex(@"\[\d{1,6}\]|\w+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Step();
}

/// <summary>A reference of a composite that leads to nothing.</summary>
internal sealed class UnresolvedReferenceException(string path, string reference)
    : Exception($"Invalid reference specified. No value for {path} found in {reference}");
