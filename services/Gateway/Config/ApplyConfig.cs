using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Gateway.Forwarding;
using LeadSync.Hosting;
using LeadSync.Hosting.Config;
using LeadSync.Hosting.Web;

namespace LeadSync.Gateway.Config;

/// <summary>
/// Applies one file of settings at everyone who keeps a part of it: first all of them check it, and only when nobody finds a
/// fault does any of them save. Repeating it changes nothing, so one that was interrupted is simply applied again.
/// </summary>
internal sealed class ApplyConfig(
    IHttpClientFactory clients,
    ServiceTokens tokens,
    IReadOnlyList<ConfigOwner> owners,
    ILogger<ApplyConfig> log
)
{
    public const int MostBytes = 1024 * 1024;

    public async Task<IResult> HandleAsync(HttpContext context, Caller caller, bool dryRun)
    {
        var cancelled = context.RequestAborted;
        if (await ReadAsync(context.Request, cancelled) is not { } file)
            return FailureCatalogue.BodyTooLarge.Problem(
                StatusCodes.Status413PayloadTooLarge,
                $"The file is larger than {MostBytes} bytes."
            );
        var asked = owners[0].Service;
        try
        {
            var foreseen = new List<Answer>();
            foreach (var owner in owners)
            {
                asked = owner.Service;
                foreseen.Add(await AskAsync(owner, file, caller, dryRun: true, cancelled));
            }
            if (Refusal(foreseen) is { } refusal)
                return refusal;
            if (dryRun)
                return Results.Ok(Together(foreseen));

            var applied = new List<Answer>();
            foreach (var owner in owners)
            {
                asked = owner.Service;
                applied.Add(await AskAsync(owner, file, caller, dryRun: false, cancelled));
                // It was changed under our hands; who came before has saved, and saving it again changes nothing.
                if (Refusal(applied) is { } late)
                    return late;
            }
            return Results.Ok(Together(applied));
        }
        catch (Exception fault)
            when ((Faults.IsInfrastructure(fault) || fault is JsonException) && !cancelled.IsCancellationRequested)
        {
            log.LogWarning("Applying settings lacks {Service} ({Fault})", asked, Faults.Name(fault));
            return Forwarder.Unavailable(asked);
        }
    }

    private async Task<Answer> AskAsync(
        ConfigOwner owner,
        byte[] file,
        Caller caller,
        bool dryRun,
        CancellationToken cancellationToken
    )
    {
        var others = owners.Where(one => one != owner).SelectMany(one => one.Sections);
        using var client = clients.CreateClient(owner.Service);
        using var request = new HttpRequestMessage(
            HttpMethod.Put,
            new Uri(
                $"/v1/config?dryRun={(dryRun ? "true" : "false")}&others={Uri.EscapeDataString(string.Join(',', others))}",
                UriKind.Relative
            )
        );
        request.Headers.Authorization = new("Bearer", tokens.Make(owner.Service.ToLowerInvariant(), caller));
        request.Content = new ByteArrayContent(file)
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/yaml") },
        };
        using var response = await client.SendAsync(request, cancellationToken);
        if (response.StatusCode == System.Net.HttpStatusCode.Unauthorized)
            throw new HttpRequestException("Our token was refused.", null, response.StatusCode);
        return new Answer(
            (int)response.StatusCode,
            JsonElement.Parse(await response.Content.ReadAsStringAsync(cancellationToken))
        );
    }

    // All faults at once, whoever found them. Anything but a fault of the file is told alone.
    private static IResult? Refusal(List<Answer> answers)
    {
        var refused = answers.FindAll(answer => answer.Status >= StatusCodes.Status300MultipleChoices);
        if (refused.Count == 0)
            return null;
        var told = refused.Find(answer => answer.Faults is null) ?? refused[0];
        var problem = JsonObject.Create(told.Body.Clone())!;
        if (told.Faults is not null)
            problem["faults"] = new JsonArray([
                .. refused
                    .SelectMany(answer => answer.Faults!.Value.EnumerateArray())
                    .Select(fault => JsonObject.Create(fault)),
            ]);
        return Results.Json(problem, contentType: "application/problem+json", statusCode: told.Status);
    }

    private static AppliedConfig Together(List<Answer> answers) =>
        new(
            [
                .. answers.SelectMany(answer =>
                    answer
                        .Body.GetProperty("changed")
                        .Deserialize<IReadOnlyList<AppliedChange>>(JsonSerializerOptions.Web)!
                ),
            ],
            answers.Sum(answer => answer.Body.GetProperty("unchanged").GetInt32())
        );

    private static async Task<byte[]?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MostBytes)
            return null;
        var buffer = new byte[MostBytes + 1];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await request.Body.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
                return buffer[..length];
            length += read;
        }
        return null;
    }

    private sealed record Answer(int Status, JsonElement Body)
    {
        public JsonElement? Faults => Body.TryGetProperty("faults", out var faults) ? faults : null;
    }
}
