using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Samples;

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
            return new PreviewLead(
                SampleLead
                    .Read(reader, body.GetProperty("sample"), "sample", new LeadKey(workspace, "sample", "sample"), now)
                    ?.ToMap(),
                null
            );
        var source = reader.Text(body, "", "source");
        var leadId = reader.Text(body, "", "leadId");
        return source is null || leadId is null ? None : new PreviewLead(null, new LeadKey(workspace, source, leadId));
    }
}
