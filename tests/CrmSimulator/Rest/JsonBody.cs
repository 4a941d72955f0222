using System.Runtime.InteropServices;
using System.Text.Json;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>A request's JSON, with the place of each value in it for the CRM's error texts.</summary>
public sealed class JsonBody
{
    private readonly ReadOnlyMemory<byte> bytes;

    private JsonBody(ReadOnlyMemory<byte> bytes, JsonElement root) => (this.bytes, Root) = (bytes, root);

    public JsonElement Root { get; }

    /// <exception cref="ApiException">The text is no JSON: 400 JSON_PARSER_ERROR.</exception>
    public static JsonBody Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            // Not disposed: the buffer is the request's own, and elements outlive this method.
            return new(bytes, JsonDocument.Parse(bytes, new() { MaxDepth = 64 }).RootElement);
        }
        catch (JsonException e)
        {
            throw new ApiException(
                400,
                ApiError.Parser(
                    bytes.IsEmpty
                        ? "No content to map to Object due to end of input"
                        : $"Unexpected character at [line:{e.LineNumber + 1}, column:{e.BytePositionInLine + 1}]"
                )
            );
        }
    }

    /// <summary>The same bytes seen from another element, as a sub-request's body.</summary>
    public JsonBody At(JsonElement element) => new(bytes, element);

    /// <summary>Text of a string, or an error in the CRM's words when it holds half of a surrogate pair.</summary>
    public string TextOf(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new ApiException(400, ApiError.Parser($"Illegal unpaired surrogate{PlaceOf(element)}"));
        }
    }

    public string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw new ApiException(400, ApiError.Parser($"Illegal unpaired surrogate{PlaceOf(property.Value)}"));
        }
    }

    public ApiException Mistyped(string wanted, JsonElement element)
    {
        var (token, value) = element.ValueKind switch
        {
            JsonValueKind.String => ("VALUE_STRING", TextOf(element)),
            JsonValueKind.Number => (
                element.TryGetInt64(out _) ? "VALUE_NUMBER_INT" : "VALUE_NUMBER_FLOAT",
                element.GetRawText()
            ),
            JsonValueKind.True => ("VALUE_TRUE", "true"),
            JsonValueKind.False => ("VALUE_FALSE", "false"),
            JsonValueKind.Object => ("START_OBJECT", "{"),
            JsonValueKind.Array => ("START_ARRAY", "["),
            _ => ("VALUE_NULL", "null"),
        };
        return new(
            400,
            ApiError.Parser(
                $"Cannot deserialize instance of {wanted} from {token} value {value} or request may be missing a required field{PlaceOf(element)}"
            )
        );
    }

    private string PlaceOf(JsonElement element)
    {
        var raw = JsonMarshal.GetRawUtf8Value(element);
        if (!bytes.Span.Overlaps(raw, out var offset))
            return "";
        var before = bytes.Span[..offset];
        var line = before.Count((byte)'\n') + 1;
        var column = offset - (before.LastIndexOf((byte)'\n') + 1) + 1;
        return $" at [line:{line}, column:{column}]";
    }
}
