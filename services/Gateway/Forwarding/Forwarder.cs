using System.Collections.Frozen;
using System.Net;
using LeadSync.Contracts;
using LeadSync.Gateway.Access;
using LeadSync.Hosting;
using LeadSync.Hosting.Web;
using Microsoft.AspNetCore.Http.Features;

namespace LeadSync.Gateway.Forwarding;

/// <summary>
/// Passes a request on to a service and its answer back, both streamed. The caller's key stays here: the service gets a short
/// token that says which workspace, who and in which role.
/// </summary>
internal sealed class Forwarder(IHttpClientFactory clients, ServiceTokens tokens, ILogger<Forwarder> log)
{
    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(5);

    // Between one connection and the next (RFC 9110 §7.6.1), or ours to make: Host and the trace are made by the client.
    // What says where a request came from is ours to say too.
    private static readonly FrozenSet<string> NotPassedOn = new[]
    {
        "Authorization",
        "Baggage",
        "Connection",
        "Cookie",
        "Expect",
        "Forwarded",
        "Host",
        "Keep-Alive",
        "Proxy-Authenticate",
        "Proxy-Authorization",
        "Proxy-Connection",
        "Request-Id",
        "TE",
        "Traceparent",
        "Tracestate",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> NotPassedBack = new[]
    {
        "Connection",
        "Date",
        "Keep-Alive",
        "Proxy-Authenticate",
        "Server",
        "Set-Cookie",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "WWW-Authenticate",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The only cookie that passes, on the pages that need no key: Connector's, for who follows a connect link.</summary>
    private const string PageCookie = "leadsync-connect";

    /// <param name="caller">Null for a page that needs no key.</param>
    public async Task<IResult> ForwardAsync(HttpContext context, string service, Caller? caller)
    {
        var cancelled = context.RequestAborted;
        using var client = clients.CreateClient(service);
        using var request = Request(context, service, caller);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancelled);
            if (response.StatusCode == HttpStatusCode.Unauthorized)
            {
                // It is our token that was refused, not the caller's key.
                log.LogError("{Service} refuses our tokens: LEADSYNC_SERVICE_KEY or a clock differs", service);
                return Unavailable(service);
            }
            await PassBackAsync(response, context, passesCookie: caller is null, cancelled);
            return Results.Empty;
        }
        catch (Exception fault)
            when (Faults.IsInfrastructure(fault) && !cancelled.IsCancellationRequested && !context.Response.HasStarted)
        {
            log.LogWarning("{Service} does not answer ({Fault})", service, fault.GetType().Name);
            return Unavailable(service);
        }
    }

    private HttpRequestMessage Request(HttpContext context, string service, Caller? caller)
    {
        var incoming = context.Request;
        // The path as it was matched and authorised, not as it was written.
        var request = new HttpRequestMessage(
            new HttpMethod(incoming.Method),
            new Uri(incoming.Path.ToUriComponent() + incoming.QueryString.ToUriComponent(), UriKind.Relative)
        );
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
            request.Content = new StreamContent(incoming.Body);

        var nominated = incoming.Headers.Connection.SelectMany(header =>
            (header ?? "").Split(',', StringSplitOptions.TrimEntries)
        );
        var between = nominated.ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in incoming.Headers)
        {
            if (NotPassedOn.Contains(name) || between.Contains(name) || name.StartsWith(':'))
                continue;
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        }
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", context.Connection.RemoteIpAddress?.ToString());
        request.Headers.TryAddWithoutValidation("X-Forwarded-Proto", incoming.Scheme);
        request.Headers.TryAddWithoutValidation("X-Forwarded-Host", incoming.Host.Value);
        if (caller is not null)
            request.Headers.Authorization = new("Bearer", tokens.Make(service.ToLowerInvariant(), caller));
        else if (incoming.Cookies[PageCookie] is { } cookie)
            request.Headers.TryAddWithoutValidation("Cookie", $"{PageCookie}={cookie}");
        return request;
    }

    /// <summary>Gives the caller what a service answered.</summary>
    public static async Task PassBackAsync(
        HttpResponseMessage response,
        HttpContext context,
        bool passesCookie,
        CancellationToken cancellationToken
    )
    {
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            if (!NotPassedBack.Contains(name) || (passesCookie && IsPageCookie(name, values)))
                context.Response.Headers.Append(name, values.ToArray());
        }
        // Otherwise the status alone would be taken for an answer of ours that still lacks its problem details.
        if (context.Features.Get<Microsoft.AspNetCore.Diagnostics.IStatusCodePagesFeature>() is { } pages)
            pages.Enabled = false;
        await response.Content.CopyToAsync(context.Response.Body, cancellationToken);
    }

    private static bool IsPageCookie(string name, IEnumerable<string> values) =>
        name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase)
        && values.All(value => value.StartsWith($"{PageCookie}=", StringComparison.Ordinal));

    public static IResult Unavailable(string service) =>
        FailureCatalogue.Unavailable.Problem(
            StatusCodes.Status503ServiceUnavailable,
            $"{service} does not answer now.",
            retryAfter: ComeBack
        );
}

/// <summary>The routes of <see cref="ForwardTable"/>.</summary>
public static class ForwardingSetup
{
    public static void AddForwarding(this WebApplicationBuilder builder)
    {
        builder.AddSettings<ProxyOptions>("Proxy");
        builder.Services.AddSingleton<Forwarder>();
        foreach (
            var service in ForwardTable
                .Rows.Select(row => row.Service)
                .OfType<string>()
                .Distinct(StringComparer.Ordinal)
        )
        {
            var address = builder.Configuration.Required(
                $"Services:{service}",
                $"the base address of {service}, as http://{service.ToLowerInvariant()}:8080"
            );
            builder
                .Services.AddHttpClient(
                    service,
                    client =>
                    {
                        client.BaseAddress = new Uri(address);
                        client.Timeout = TimeSpan.FromSeconds(60);
                    }
                )
                .RemoveAllLoggers()
                .ConfigurePrimaryHttpMessageHandler(() =>
                    new SocketsHttpHandler
                    {
                        AllowAutoRedirect = false,
                        AutomaticDecompression = DecompressionMethods.None,
                        UseCookies = false,
                        UseProxy = false,
                        ConnectTimeout = TimeSpan.FromSeconds(3),
                        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
                    }
                );
        }
    }

    public static void MapForwarding(this WebApplication app)
    {
        var forwarder = app.Services.GetRequiredService<Forwarder>();
        foreach (var row in ForwardTable.Rows)
        {
            if (row.Role is not { } role)
            {
                app.MapMethods(
                        row.Path,
                        row.Methods,
                        (Delegate)((HttpContext context) => forwarder.ForwardAsync(context, row.Service!, caller: null))
                    )
                    .AllowAnonymous()
                    // Whose it is describes it.
                    .ExcludeFromDescription();
                continue;
            }
            app.MapMethods(
                    row.Path,
                    row.Methods,
                    (HttpContext context, ApiKey key) =>
                        row.Service is null || key.ToCaller() is not { } caller
                            ? Task.FromResult(
                                FailureCatalogue.NotFound.Problem(
                                    StatusCodes.Status404NotFound,
                                    "There is nothing at this path."
                                )
                            )
                            : forwarder.ForwardAsync(context, row.Service, caller)
                )
                .RequireKeyAtLeast(role)
                .ExcludeFromDescription();
        }
    }
}
