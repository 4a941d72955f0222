using System.Text.Json.Nodes;
using System.Text.Json.Schema;

namespace LeadSync.Contracts.Tests;

/// <summary>
/// The schema of an event as its record says it: what System.Text.Json derives, and beyond that only what no record can
/// say: the schema's own name, and how many items a list holds. Members that are not listed stay allowed, because events
/// grow; a member that is left out when it has no value may also be null, because we read it so.
/// </summary>
public static class EventSchema
{
    public static JsonNode Of(EventFiles files)
    {
        var derived = Wire
            .Json.GetJsonSchemaAsNode(
                files.List,
                new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true }
            )
            .AsObject();
        var items = derived["properties"]!["items"]!.AsObject();
        items["minItems"] = 1;
        items["maxItems"] = EventList.MaxItems;
        var named = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$id"] = $"urn:leadsync:schema:{files.Name}",
            ["title"] = files.List.Name,
        };
        foreach (var (keyword, value) in derived.ToList())
        {
            derived.Remove(keyword);
            named[keyword] = value;
        }
        return named;
    }
}
