using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Hosting.Web;

namespace LeadSync.Push.Access;

/// <summary>Asks Connector for access to connections.</summary>
public sealed class ConnectorClient(HttpClient http)
{
    /// <summary>Access for a short while and a few calls.</summary>
    /// <exception cref="CrmException">Connector says why there is none now: reconnection required, allowance used up.</exception>
    /// <exception cref="HttpRequestException">Connector does not answer, or not sensibly.</exception>
    public async Task<Grant> GrantAsync(
        string workspace,
        Guid connectionId,
        GrantRequest ask,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/connections/{connectionId}/grants")
        {
            Content = JsonContent.Create(ask),
        }.ForWorkspace(workspace);
        using var response = await http.SendAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode)
            return (await response.Content.ReadFromJsonAsync<Grant>(cancellationToken))!;

        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
            response.EnsureSuccessStatusCode();
        var problem = (
            await response.Content.ReadFromJsonAsync<Problem>(JsonSerializerOptions.Web, cancellationToken)
        )!;
        throw new CrmException(
            new CrmFailure(
                problem.Code,
                ClassOf(problem.Code),
                problem.Detail ?? problem.Cause,
                problem.Cause,
                problem.Fix
            )
            {
                HttpStatus = (int)response.StatusCode,
                RetryAfter = response.Headers.RetryAfter?.Delta,
            }
        );
    }

    /// <summary>The org's budget as Connector shows it; null where it cannot be told now.</summary>
    public async Task<JsonElement?> BudgetAsync(
        string workspace,
        Guid connectionId,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            $"/v1/connections/{connectionId}/budget"
        ).ForWorkspace(workspace);
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode
                ? await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)
                : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static FailureClass ClassOf(string code) =>
        code switch
        {
            "LIMIT_DAILY" or "LIMIT_BURST" => FailureClass.Budget,
            "AUTH_REVOKED" or "AUTH_APP" or "AUTH_CONFIGURATION" or "DISCONNECTED" => FailureClass.Session,
            "NOT_FOUND" or "HOST_NOT_ALLOWED" or "PULL_ONLY" => FailureClass.Configuration,
            _ => FailureClass.Transient,
        };

    private sealed record Problem(string Code, string Cause, string Fix, string? Detail);
}
