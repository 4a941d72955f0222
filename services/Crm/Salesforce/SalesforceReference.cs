using System.Runtime.InteropServices;
using System.Text.Json;

namespace LeadSync.Crm.Salesforce;

/// <summary>
/// In a composite call Salesforce replaces <c>@{part.path}</c> in any text by what an earlier part answered, and it knows no
/// escape. So what a person typed must not stand in a composite when it looks like that: at best the whole collection is
/// refused, at worst another record's values are written into this one.
/// </summary>
internal static class SalesforceReference
{
    private const string Start = "@{";

    public static bool LooksLikeOne(RecordWrite write)
    {
        foreach (var value in write.Fields.Values)
        {
            if (LooksLikeOne(value))
                return true;
        }
        return Holds(write.RecordId) || Holds(write.Key?.Value);
    }

    private static bool Holds(string? text) => text?.Contains(Start, StringComparison.Ordinal) ?? false;

    private static bool LooksLikeOne(JsonElement value)
    {
        if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Object or JsonValueKind.Array))
            return false;
        var raw = JsonMarshal.GetRawUtf8Value(value);
        // Either character may be written as an escape; which one does not matter, so rare is it.
        return raw.IndexOf("@{"u8) >= 0
            || raw.IndexOf(@"\u0040"u8) >= 0
            || raw.IndexOf(@"@\u007b"u8) >= 0
            || raw.IndexOf(@"@\u007B"u8) >= 0;
    }
}
