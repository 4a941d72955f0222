using System.Text.Json;

namespace LeadSync.Local.Demo;

/// <summary>The control side of the simulated CRM: what no real CRM has.</summary>
public sealed class SimulatorClient(HttpClient http, Uri simulator)
{
    /// <summary>The client of its first org.</summary>
    public static readonly OrgClient Demo = new("demo-client", "demo-secret");

    /// <summary>API calls that the org has counted so far; null when it does not say.</summary>
    public async Task<int?> CallsAsync(CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(new Uri(simulator, "/control/journal/summary"), cancellationToken);
        if (!response.IsSuccessStatusCode)
            return null;
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var summary = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
        return summary.RootElement.TryGetProperty("apiCalls", out var calls) ? calls.GetInt32() : null;
    }
}
