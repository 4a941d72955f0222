using System.Net.Http.Json;
using System.Text.Json;
using LeadSync.CrmSimulator;

namespace LeadSync.Bench.Ceilings;

/// <summary>A session at the simulated CRM, for clients that are none of ours.</summary>
public static class CrmSession
{
    /// <summary>By the app of the org demo.</summary>
    public static async Task<string> TokenAsync(Simulator crm, HttpClient http, CancellationToken stop)
    {
        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["grant_type"] = "client_credentials",
                ["client_id"] = crm.Org.ClientId,
                ["client_secret"] = crm.Org.ClientSecret,
            }
        );
        using var answer = await http.PostAsync(new Uri(crm.Address, "/services/oauth2/token"), form, stop);
        answer.EnsureSuccessStatusCode();
        var session = await answer.Content.ReadFromJsonAsync<JsonElement>(stop);
        return session.GetProperty("access_token").GetString()!;
    }
}
