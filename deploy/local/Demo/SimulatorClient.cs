using System.Text.Json;

namespace LeadSync.Local.Demo;

/// <summary>The control side of the simulated CRM: what no real CRM has.</summary>
public sealed class SimulatorClient(HttpClient http, Uri simulator)
{
    /// <summary>The client id of the org's application.</summary>
    public const string ClientId = "leadsync-demo";

    /// <summary>API calls that the org has counted so far; null when it does not say.</summary>
    public async Task<ApiCalls?> CallsAsync(CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(new Uri(simulator, "/control/journal/summary"), cancellationToken);
        if (!response.IsSuccessStatusCode)
            return null;
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var summary = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
        return
            summary.RootElement.TryGetProperty("apiCalls", out var all)
            && summary.RootElement.TryGetProperty("writeCalls", out var writing)
            ? new ApiCalls(all.GetInt32(), writing.GetInt32())
            : null;
    }
}

/// <summary>Calls that count against an org's allowance, and those of them that wrote or tried to.</summary>
public sealed record ApiCalls(int All, int Writing)
{
    public static ApiCalls operator -(ApiCalls later, ApiCalls earlier) =>
        new(later.All - earlier.All, later.Writing - earlier.Writing);
}
