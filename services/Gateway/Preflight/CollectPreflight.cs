using System.Net.Http.Headers;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Gateway.Access;
using LeadSync.Gateway.Forwarding;
using LeadSync.Hosting;
using LeadSync.Hosting.Web;

namespace LeadSync.Gateway.Preflight;

/// <summary>
/// Runs a connection's preflight: collects what is mapped and decided for it from the services that keep it, and has
/// Connector check the org against that.
/// </summary>
internal sealed class CollectPreflight(
    IHttpClientFactory clients,
    ServiceTokens tokens,
    Forwarder forwarder,
    ILogger<CollectPreflight> log
)
{
    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(5);

    public async Task<IResult> HandleAsync(Guid id, HttpContext context, Caller caller)
    {
        PreflightRequest wanted;
        try
        {
            var mappings = ReadAsync<MappedObject>("/v1/mappings", caller, context.RequestAborted);
            var routes = ReadAsync<Route>("/v1/routes", caller, context.RequestAborted);
            wanted = PreflightWanted.From(id, await mappings, await routes);
        }
        catch (Exception fault)
            when ((Faults.IsInfrastructure(fault) || fault is JsonException)
                && !context.RequestAborted.IsCancellationRequested
            )
        {
            log.LogWarning("Mapping does not tell what is mapped ({Fault})", fault.GetType().Name);
            return FailureCatalogue.Unavailable.Problem(
                StatusCodes.Status503ServiceUnavailable,
                "Mapping does not answer now, so it is not known what the org is needed for.",
                retryAfter: ComeBack
            );
        }
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            new Uri($"/v1/connections/{id}/preflight", UriKind.Relative)
        )
        {
            Content = JsonContent.Create(wanted),
        };
        foreach (var accepted in context.Request.Headers.Accept)
        {
            if (accepted is not null)
                request.Headers.TryAddWithoutValidation("Accept", accepted);
        }
        return await forwarder.SendAsync(context, ForwardTable.Connector, caller, request);
    }

    private async Task<IReadOnlyList<T>> ReadAsync<T>(string path, Caller caller, CancellationToken cancellationToken)
    {
        using var client = clients.CreateClient(ForwardTable.Mapping);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            tokens.Make(ForwardTable.Mapping.ToLowerInvariant(), caller)
        );
        using var response = await client.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<List<T>>(JsonSerializerOptions.Web, cancellationToken)
            ?? throw new JsonException();
    }
}

internal static class PreflightApi
{
    public static void MapPreflight(this WebApplication app)
    {
        var collect = app.Services.GetRequiredService<CollectPreflight>();
        app.MapGet(
                "/v1/connections/{id:guid}/preflight",
                (Guid id, HttpContext context, ApiKey key) =>
                    key.ToCaller() is { } caller
                        ? collect.HandleAsync(id, context, caller)
                        : Task.FromResult(
                            FailureCatalogue.NotFound.Problem(
                                StatusCodes.Status404NotFound,
                                "There is nothing at this path."
                            )
                        )
            )
            // It costs the org API calls.
            .RequireKeyAtLeast(KeyRole.Integrator);
    }
}
