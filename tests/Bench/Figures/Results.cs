using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LeadSync.Bench.Machines;

namespace LeadSync.Bench.Figures;

/// <summary>All that a session of the bench found out; its JSON is what <c>--json</c> writes and <c>--write-docs</c> reads.</summary>
public sealed record Results(Machine Machine, int Leads, int Runs)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public List<Figure> Figures { get; init; } = [];

    /// <summary>What did not hold: leads that were lost or written twice. Any makes the session a failure.</summary>
    public List<string> Failures { get; init; } = [];

    /// <summary>What was not measured, and why.</summary>
    public List<string> Skipped { get; init; } = [];

    public async Task WriteAsync(string path) =>
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(this, Format) + "\n");

    /// <exception cref="JsonException">The file holds something else.</exception>
    public static async Task<Results> ReadAsync(string path) =>
        JsonSerializer.Deserialize<Results>(await File.ReadAllTextAsync(path), Format)
        ?? throw new JsonException($"{path} holds no results");
}
