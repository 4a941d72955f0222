using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LeadSync.Crm.Outbound;

namespace LeadSync.Crm.Salesforce;

/// <summary>One request to an org.</summary>
/// <param name="Path">From the root of the API version, as <c>/composite</c>.</param>
/// <param name="Writes">It may change records, so a lost answer leaves open whether it did.</param>
internal sealed record SalesforceCall(CrmSession Session, HttpMethod Method, string Path, bool Writes = false)
{
    public SalesforceBody? Body { get; init; }

    /// <summary>Requests that went out for it so far: two when the session had to be renewed.</summary>
    public int Calls { get; set; }
}

/// <summary>What an org answered, read to the end.</summary>
/// <param name="Calls">Requests that went out for it.</param>
internal sealed record SalesforceAnswer(JsonElement Json, DateTimeOffset ServerTime, string? RequestId, int Calls)
{
    /// <exception cref="CrmException">The answer is not of the shape that was asked for.</exception>
    public T Read<T>(JsonTypeInfo<T> type)
    {
        try
        {
            return Json.Deserialize(type) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            var failure = SalesforceErrors.Unavailable("Salesforce's answer cannot be read.");
            throw new CrmException(failure with { RequestId = RequestId });
        }
    }
}

/// <summary>
/// Sends requests to an org: asks the session before each, tells it what the answer says of usage, renews it once when
/// Salesforce says that it has ended. Repeats nothing else.
/// </summary>
/// <remarks>
/// Throws <see cref="CrmException"/> for anything but a readable success. For a write it is of class
/// <see cref="FailureClass.UnknownOutcome"/> when the request may have been acted upon, and of another when it certainly was not.
/// </remarks>
internal sealed class SalesforceHttp(HttpClient http, SalesforceOptions options, TimeProvider clock)
{
    private const int LongestAnswer = 64 * 1024 * 1024;

    /// <summary>Path of the API version on every host, as composite sub-requests name it.</summary>
    public string Root { get; } = $"/services/data/v{options.ApiVersion}";

    public async Task<SalesforceAnswer> SendAsync(SalesforceCall call, CancellationToken cancellationToken)
    {
        var token = call.Session.AccessToken;
        var (answer, fault) = await SendOnceAsync(call, token, cancellationToken);
        if (fault is not null && HasEnded(fault))
        {
            await call.Session.RenewAsync(token, cancellationToken);
            (answer, fault) = await SendOnceAsync(call, call.Session.AccessToken, cancellationToken);
            if (fault is not null && HasEnded(fault))
                throw Failed(call, RefusedAgain(fault));
        }
        if (fault is null)
            return answer!;
        throw Failed(call, IsWithoutScope(fault) ? WithoutScope(fault) : SalesforceErrors.Judge(fault, call.Writes));
    }

    private async Task<(SalesforceAnswer?, SalesforceFault?)> SendOnceAsync(
        SalesforceCall call,
        string token,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(call.Method, new Uri(call.Session.InstanceUrl, Root + call.Path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (call.Writes)
            request.Headers.Add(SalesforceComposite.AutoAssign, SalesforceComposite.Never);
        request.Content = call.Body?.ToContent();

        call.Session.BeforeCall();
        call.Calls++;
        using var timeout = new CancellationTokenSource(options.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        string? requestId = null;
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            requestId = Header(response, "X-Sfdc-Request-Id");
            if (ApiUsageHeader.Read(Header(response, "Sforce-Limit-Info")) is { } usage)
                call.Session.Observe(usage);

            var json = await ReadAsync(response, either.Token);
            if (response.IsSuccessStatusCode && json is null)
                throw Unreadable(call, requestId);
            if (response.IsSuccessStatusCode)
                return (new(json!.Value, response.Headers.Date ?? clock.GetUtcNow(), requestId, call.Calls), null);
            var fault = SalesforceFault.Read(json, (int)response.StatusCode) with
            {
                RequestId = requestId,
                RetryAfter = RetryAfter(response),
            };
            return (null, fault);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Lost(call, requestId, timeout.IsCancellationRequested, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Lost(call, requestId, isSlow: false, e);
        }
        // A body that began to leave over a connection of before: that none may be opened now says nothing about it.
        catch (CrmException e) when (e.Failure.Code == GuardedRequests.Code && call.Body is { MayHaveLeft: true })
        {
            throw Lost(call, requestId, isSlow: false, e);
        }
    }

    /// <summary>Null when the body is not JSON, or breaks off in the middle of it.</summary>
    private static async Task<JsonElement?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(LongestAnswer, cancellationToken);
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            using var document = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
            // One copy of the whole, so that the records read from it may outlive the pooled memory.
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
        // A refusal stays one, even when its explanation breaks off.
        catch (Exception e) when (e is HttpRequestException or IOException && !response.IsSuccessStatusCode)
        {
            return null;
        }
    }

    private CrmException Lost(SalesforceCall call, string? requestId, bool isSlow, Exception inner)
    {
        var mayHaveHappened = call.Writes && (call.Body?.MayHaveLeft ?? true);
        var failure = (mayHaveHappened, isSlow) switch
        {
            (true, true) => SalesforceErrors.Lost(
                $"Salesforce gave no answer within {options.Timeout.TotalSeconds:0} seconds."
            ),
            (true, false) => SalesforceErrors.Lost("The connection to Salesforce broke before the answer was there."),
            (false, true) => SalesforceErrors.TooSlow(options.Timeout),
            (false, false) => SalesforceErrors.Unavailable("Salesforce could not be reached, or the connection broke."),
        };
        return Failed(call, failure with { RequestId = requestId }, inner);
    }

    /// <summary>A success that cannot be understood, as from a proxy or a maintenance page.</summary>
    public static CrmException Unreadable(SalesforceCall call, string? requestId)
    {
        const string cause = "Salesforce's answer cannot be read.";
        var failure = call.Writes ? SalesforceErrors.Lost(cause) : SalesforceErrors.Unavailable(cause);
        return Failed(call, failure with { RequestId = requestId, HttpStatus = 200 });
    }

    private static CrmException Failed(SalesforceCall call, CrmFailure failure, Exception? inner = null) =>
        new(failure, inner) { Calls = call.Calls };

    // A 401 without a code, as from a gateway, is taken for an ended session too: renewing once does no harm.
    private static bool HasEnded(SalesforceFault fault) =>
        fault is { Status: 401, Code: "INVALID_SESSION_ID" or null } && !IsWithoutScope(fault);

    // These sessions are alive but of the wrong kind: a new one is refused alike, and renewing would go round for ever.
    private static bool IsWithoutScope(SalesforceFault fault) =>
        fault.Status == 401
        && (
            fault.Message.Contains("Connected app is not attached to Agent", StringComparison.OrdinalIgnoreCase)
            || fault.Message.Contains(
                "This session is not valid for use with the REST API",
                StringComparison.OrdinalIgnoreCase
            )
        );

    private static CrmFailure WithoutScope(SalesforceFault fault) =>
        new(
            "SCOPE_MISSING",
            FailureClass.Session,
            fault.Message,
            "The access that was granted does not include the REST API.",
            "In Salesforce, add the scope 'Manage user data via APIs (api)' to the app, then reconnect."
        )
        {
            CrmCode = fault.Code,
            HttpStatus = fault.Status,
            RequestId = fault.RequestId,
        };

    private static CrmFailure RefusedAgain(SalesforceFault fault) =>
        new(
            "AUTH_REVOKED",
            FailureClass.Session,
            fault.Message,
            "Salesforce refuses even a newly issued session: the org's session or address policy ends it at once.",
            "In Salesforce, check the session and IP policies of the app and the user, then reconnect."
        )
        {
            CrmCode = fault.Code,
            HttpStatus = fault.Status,
            RequestId = fault.RequestId,
        };

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var wait = response.Headers.RetryAfter?.Delta ?? response.Headers.RetryAfter?.Date - clock.GetUtcNow();
        return wait > TimeSpan.Zero ? wait : null;
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
