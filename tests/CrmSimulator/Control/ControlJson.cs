using System.Text.Json;
using System.Text.Json.Serialization;

namespace LeadSync.CrmSimulator.Control;

/// <summary>JSON of the control API: camel case, names for enums, unknown members refused so that a typo is noticed.</summary>
internal static class ControlJson
{
    public static void Configure(JsonSerializerOptions json)
    {
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
    }
}
