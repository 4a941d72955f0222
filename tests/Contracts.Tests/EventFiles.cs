using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Testing;

namespace LeadSync.Contracts.Tests;

/// <summary>Every event: its record, its sample and its schema.</summary>
/// <param name="Name">Of the files in contracts/samples and contracts/schemas.</param>
/// <param name="IsPublic">Products publish it, with what they may leave out; its schema is written by hand.</param>
public sealed record EventFiles(string Name, Type List, bool IsPublic)
{
    public static IReadOnlyList<EventFiles> All { get; } =
    [
        new("lead-captured", typeof(LeadCaptured), IsPublic: true),
        new("lead-withdrawn", typeof(LeadWithdrawn), IsPublic: true),
        new("lead-mapped", typeof(LeadMapped), IsPublic: false),
        new("record-matched", typeof(RecordMatched), IsPublic: false),
        new("record-written", typeof(RecordWritten), IsPublic: false),
        new("sync-failed", typeof(SyncFailed), IsPublic: false),
        new("record-pulled", typeof(RecordPulled), IsPublic: false),
        new("lead-imported", typeof(LeadImported), IsPublic: false),
        new("setting-changed", typeof(SettingChanged), IsPublic: false),
    ];

    public static TheoryData<string> Names => [.. All.Select(one => one.Name)];

    public static TheoryData<string> InternalNames => [.. All.Where(one => !one.IsPublic).Select(one => one.Name)];

    public static EventFiles Of(string name) => All.Single(one => one.Name == name);

    public string SamplePath => Path.Combine(Checkout.Root, "contracts", "samples", $"{Name}.json");

    public string SchemaPath => Path.Combine(Checkout.Root, "contracts", "schemas", $"{Name}.schema.json");

    public JsonNode Sample => JsonNode.Parse(File.ReadAllText(SamplePath))!;

    public JsonNode Schema => JsonNode.Parse(File.ReadAllText(SchemaPath))!;

    public object Read(JsonNode json) => json.Deserialize(List, Wire.Json)!;
}
