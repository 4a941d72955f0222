using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Leads;

namespace LeadSync.Mapping.Fields;

/// <summary>Whom a preview shows: a sample, or a lead that is there.</summary>
/// <param name="Lead">The sample; null for a lead that is there.</param>
/// <param name="Real">The key of a lead that is there; null for a sample.</param>
internal sealed record PreviewLead(LeadToMap? Lead, LeadKey? Real)
{
    private static readonly PreviewLead None = new(null, null);

    /// <summary>Reads either; a sample by the rules by which captures are read.</summary>
    public static PreviewLead Read(SettingReader reader, JsonElement body, string workspace, DateTimeOffset now)
    {
        var isSample = SettingReader.Has(body, "sample");
        if (isSample == (SettingReader.Has(body, "source") || SettingReader.Has(body, "leadId")))
        {
            reader.Fault(
                "sample",
                isSample ? "stands beside source and leadId" : "is missing, and so are source and leadId",
                "Give a sample with its fields, or source and leadId of a lead that is there."
            );
            return None;
        }
        if (isSample)
            return Sample(reader, body.GetProperty("sample"), workspace, now);
        var source = reader.Text(body, "", "source");
        var leadId = reader.Text(body, "", "leadId");
        return source is null || leadId is null ? None : new PreviewLead(null, new LeadKey(workspace, source, leadId));
    }

    private static PreviewLead Sample(SettingReader reader, JsonElement node, string workspace, DateTimeOffset now)
    {
        if (!reader.IsObject(node, "sample", "source", "leadId", "fields", "turns", "completed"))
            return None;
        var item = JsonObject.Create(node)!;
        item["source"] ??= "sample";
        item["leadId"] ??= "sample";
        var origin = new CaptureOrigin(workspace, now) { OccurredAt = now, NewEventId = Guid.CreateVersion7 };
        switch (CaptureReader.Read(JsonSerializer.SerializeToElement(item), origin))
        {
            case CaptureReading.Accepted(var patch):
                var lead = new WorkingLead(0, patch.Key(workspace), 0, new LeadState());
                lead.Apply(patch, now);
                return new PreviewLead(lead.ToMap(), null);
            case CaptureReading.Refused refused:
                reader.Fault(
                    refused.Path.Length == 0 ? "sample" : SettingReader.Join("sample", refused.Path),
                    refused.Message,
                    "Give the sample as a capture would send it."
                );
                return None;
            default:
                return None;
        }
    }
}
