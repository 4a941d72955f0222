using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Gateway.Access;
using LeadSync.Gateway.Forwarding;
using LeadSync.Hosting;
using LeadSync.Hosting.Web;
using Microsoft.AspNetCore.Mvc;

namespace LeadSync.Gateway.TestBatches;

/// <summary>Has a test batch tried: Mapping maps its samples, Push tries what comes of it. Whatever one of them refuses is passed back.</summary>
internal sealed class CollectTestBatch(IHttpClientFactory clients, ServiceTokens tokens, ILogger<CollectTestBatch> log)
{
    /// <summary>The largest batch, in bytes: twenty of the largest captures would be more than anybody tries.</summary>
    public const int MostBytes = 512 * 1024;

    public async Task<IResult> HandleAsync(Guid id, HttpContext context, Caller caller)
    {
        var cancelled = context.RequestAborted;
        // Read here, so that a body that is too large is the caller's fault, and nobody else's.
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancelled);
        body.Position = 0;
        var asked = ForwardTable.Mapping;
        try
        {
            using var samples = new StreamContent(body);
            samples.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var mapped = await SendAsync(asked, $"/v1/test-leads/{id}", samples, caller, cancelled);
            if (!mapped.IsSuccessStatusCode)
                return await PassBackAsync(mapped, context, cancelled);
            // Read whole before anything is written, so that half an answer tries nothing.
            var batch =
                await mapped.Content.ReadFromJsonAsync<TestBatch>(JsonSerializerOptions.Web, cancelled)
                ?? throw new JsonException();
            asked = ForwardTable.Push;
            using var content = JsonContent.Create(batch, options: JsonSerializerOptions.Web);
            using var tried = await SendAsync(asked, "/v1/test-batches", content, caller, cancelled);
            return await PassBackAsync(tried, context, cancelled);
        }
        catch (Exception fault)
            when ((Faults.IsInfrastructure(fault) || fault is JsonException)
                && !cancelled.IsCancellationRequested
                && !context.Response.HasStarted
            )
        {
            log.LogWarning("A test batch lacks {Service} ({Fault})", asked, fault.GetType().Name);
            return Forwarder.Unavailable(asked);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        string service,
        string path,
        HttpContent content,
        Caller caller,
        CancellationToken cancellationToken
    )
    {
        using var client = clients.CreateClient(service);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative));
        request.Content = content;
        request.Headers.Authorization = new("Bearer", tokens.Make(service.ToLowerInvariant(), caller));
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized)
            return response;
        response.Dispose();
        throw new HttpRequestException("Our token was refused.", null, HttpStatusCode.Unauthorized);
    }

    private static async Task<IResult> PassBackAsync(
        HttpResponseMessage response,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        await Forwarder.PassBackAsync(response, context, passesCookie: false, cancellationToken);
        return Results.Empty;
    }
}

internal static class TestBatchApi
{
    public static void MapTestBatch(this WebApplication app)
    {
        var collect = app.Services.GetRequiredService<CollectTestBatch>();
        app.MapPost(
                "/v1/connections/{id:guid}/test-batch",
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
            .WithSummary(
                "Tries 1 to 20 samples at a connection: shows what would be done, or writes, reads back and judges."
            )
            .Produces<TestReport>()
            .ReadsBody<TestBatchBody>("mode, source, and leads or fourCases, as docs/test-batch.md has them.")
            .WithMetadata(new RequestSizeLimitAttribute(CollectTestBatch.MostBytes))
            .RequireKeyAtLeast(KeyRole.Integrator);
    }
}
