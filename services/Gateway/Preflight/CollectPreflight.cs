using System.Net;
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
internal sealed class CollectPreflight(IHttpClientFactory clients, ServiceTokens tokens, ILogger<CollectPreflight> log)
{
    public async Task<IResult> HandleAsync(Guid id, HttpContext context, Caller caller)
    {
        var cancelled = context.RequestAborted;
        var asked = ForwardTable.Mapping;
        try
        {
            var mappings = await ReadAsync<MappedObject>(asked, "/v1/mappings", caller, cancelled);
            var routes = await ReadAsync<Route>(asked, "/v1/routes", caller, cancelled);
            asked = ForwardTable.Push;
            var rules = await ReadAsync<KeptRule>(asked, "/v1/rules", caller, cancelled);
            asked = ForwardTable.Connector;
            using var request = Request(asked, HttpMethod.Post, $"/v1/connections/{id}/preflight", caller);
            request.Content = JsonContent.Create(PreflightWanted.From(id, mappings, routes, rules));
            foreach (var accepted in context.Request.Headers.Accept.OfType<string>())
                request.Headers.TryAddWithoutValidation("Accept", accepted);
            using var client = clients.CreateClient(asked);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancelled);
            if (response.StatusCode == HttpStatusCode.Unauthorized)
                throw new HttpRequestException("Our token was refused.", null, response.StatusCode);
            await Forwarder.PassBackAsync(response, context, passesCookie: false, cancelled);
            return Results.Empty;
        }
        catch (Exception fault)
            when ((Faults.IsInfrastructure(fault) || fault is JsonException)
                && !cancelled.IsCancellationRequested
                && !context.Response.HasStarted
            )
        {
            log.LogWarning("A preflight lacks {Service} ({Fault})", asked, fault.GetType().Name);
            return Forwarder.Unavailable(asked);
        }
    }

    private async Task<IReadOnlyList<T>> ReadAsync<T>(
        string service,
        string path,
        Caller caller,
        CancellationToken cancellationToken
    )
    {
        using var client = clients.CreateClient(service);
        using var request = Request(service, HttpMethod.Get, path, caller);
        using var response = await client.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<List<T>>(JsonSerializerOptions.Web, cancellationToken)
            ?? throw new JsonException();
    }

    private HttpRequestMessage Request(string service, HttpMethod method, string path, Caller caller)
    {
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new("Bearer", tokens.Make(service.ToLowerInvariant(), caller));
        return request;
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
            .WithSummary("Checks the connection's org against what is mapped; as JSON, or as a page for its admin.")
            .Produces<PreflightReport>()
            // It costs the org API calls.
            .RequireKeyAtLeast(KeyRole.Integrator);
    }
}
