using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Samples;

/// <summary>A test batch as somebody asks for it.</summary>
/// <param name="Leads">The samples, where they are given.</param>
/// <param name="FourCases">The people of the four cases, where these are asked for.</param>
internal sealed record WantedSamples(
    TestMode Mode,
    string Source,
    IReadOnlyList<(JsonElement Node, string Path)> Leads,
    FourPeople? FourCases
)
{
    /// <summary>Null, with every fault of form, where it is none.</summary>
    public static WantedSamples? Read(SettingReader reader, JsonElement body)
    {
        reader.IsObject(body, "", "mode", "source", "leads", "fourCases");
        var mode = ModeOf(reader, body);
        var source = reader.Text(body, "", "source");
        var leads = new List<(JsonElement, string)>();
        FourPeople? four = null;
        if (SettingReader.Has(body, "leads") == SettingReader.Has(body, "fourCases"))
            reader.Fault(
                "leads",
                SettingReader.Has(body, "leads") ? "stand beside fourCases" : "are missing, and so is fourCases",
                "Give samples, or have the four cases made."
            );
        else if (SettingReader.Has(body, "fourCases"))
            four = FourPeople.Read(reader, body.GetProperty("fourCases"));
        else if (body.GetProperty("leads") is not { ValueKind: JsonValueKind.Array } list)
            reader.Fault("leads", "is not a list", "Give the samples in brackets.");
        else if (list.GetArrayLength() is < 1 or > TestBatch.Most)
            reader.Fault("leads", $"are not 1 to {TestBatch.Most}", "Split them into several batches.");
        else
            leads.AddRange(list.EnumerateArray().Select((lead, index) => (lead.Clone(), $"leads[{index}]")));
        return reader.Faults.Count > 0 ? null : new WantedSamples(mode!.Value, source!, leads, four);
    }

    private static TestMode? ModeOf(SettingReader reader, JsonElement body)
    {
        switch (reader.Text(body, "", "mode"))
        {
            case "preview":
                return TestMode.Preview;
            case "writeAndVerify":
                return TestMode.WriteAndVerify;
            case null:
                return null;
            default:
                reader.Fault("mode", "is none", "Use preview or writeAndVerify.");
                return null;
        }
    }
}

/// <summary>The addresses of people whom the CRM already has, for the cases that need one.</summary>
/// <param name="ExistingLead">Of a Lead; null leaves that case out.</param>
/// <param name="ExistingContact">Of a Contact; null leaves that case out.</param>
internal sealed record FourPeople(string? ExistingLead, string? ExistingContact)
{
    private const int Longest = 254;

    public static FourPeople? Read(SettingReader reader, JsonElement node)
    {
        if (!reader.IsObject(node, "fourCases", "existingLead", "existingContact"))
            return null;
        return new FourPeople(Address("existingLead"), Address("existingContact"));

        string? Address(string name)
        {
            if (!SettingReader.Has(node, name))
                return null;
            var text = reader.Text(node, "fourCases", name)?.Trim();
            if (
                text is null
                || (text.Length <= Longest && text.IndexOf('@') > 0 && text.IndexOf('@') < text.Length - 1)
            )
                return text;
            reader.Fault($"fourCases.{name}", "is no email address", "Give the address of a record that the CRM has.");
            return null;
        }
    }
}
