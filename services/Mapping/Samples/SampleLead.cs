using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Leads;

namespace LeadSync.Mapping.Samples;

/// <summary>A lead that nobody captured, read by the rules by which captures are read; it is stored nowhere.</summary>
internal static class SampleLead
{
    /// <param name="key">Whose it is where the sample does not say.</param>
    /// <returns>Null, and faults, where it would be refused as a capture.</returns>
    public static WorkingLead? Read(
        SettingReader reader,
        JsonElement node,
        string path,
        LeadKey key,
        DateTimeOffset now
    )
    {
        if (!reader.IsObject(node, path, "source", "leadId", "fields", "turns", "completed"))
            return null;
        var item = JsonObject.Create(node)!;
        item["source"] ??= key.Source;
        item["leadId"] ??= key.LeadId;
        var origin = new CaptureOrigin(key.Workspace, now) { OccurredAt = now, NewEventId = Guid.CreateVersion7 };
        switch (CaptureReader.Read(JsonSerializer.SerializeToElement(item), origin))
        {
            case CaptureReading.Accepted(var patch):
                var lead = new WorkingLead(0, patch.Key(key.Workspace), 0, new LeadState());
                lead.Apply(patch, now);
                return lead;
            case CaptureReading.Refused refused:
                reader.Fault(
                    refused.Path.Length == 0 ? path : SettingReader.Join(path, refused.Path),
                    refused.Message,
                    "Give the sample as a capture would send it."
                );
                return null;
            default:
                return null;
        }
    }
}
