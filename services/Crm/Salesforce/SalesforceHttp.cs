using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using LeadSync.Crm.Outbound;

namespace LeadSync.Crm.Salesforce;

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

    // 100 MB take their time; it is also the longest that Salesforce lets a call take.
    private static readonly TimeSpan UploadTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Path of the API version on every host, as composite sub-requests name it.</summary>
    public string Root { get; } = $"/services/data/v{options.ApiVersion}";

    /// <summary>Sends a request and reads its answer to the end.</summary>
    public Task<SalesforceAnswer> SendAsync(SalesforceCall call, CancellationToken cancellationToken) =>
        SendAsync(call, ReadAnswerAsync, cancellationToken);

    /// <summary>Sends a request whose answer is too large for memory: gives it as soon as it begins.</summary>
    public Task<SalesforceDownload> OpenAsync(SalesforceCall call, CancellationToken cancellationToken) =>
        SendAsync(call, OpenAnswerAsync, cancellationToken);

    private async Task<T> SendAsync<T>(
        SalesforceCall call,
        Func<SalesforceCall, HttpResponseMessage, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken
    )
        where T : class
    {
        var token = call.Session.AccessToken;
        var (answer, fault) = await SendOnceAsync(call, token, read, cancellationToken);
        if (fault is not null && HasEnded(fault))
        {
            await call.Session.RenewAsync(token, cancellationToken);
            (answer, fault) = await SendOnceAsync(call, call.Session.AccessToken, read, cancellationToken);
            if (fault is not null && HasEnded(fault))
                throw Failed(call, RefusedAgain(fault));
        }
        if (fault is null)
            return answer!;
        throw Failed(call, IsWithoutScope(fault) ? WithoutScope(fault) : SalesforceErrors.Judge(fault, call.Writes));
    }

    private async Task<(T?, SalesforceFault?)> SendOnceAsync<T>(
        SalesforceCall call,
        string token,
        Func<SalesforceCall, HttpResponseMessage, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken
    )
        where T : class
    {
        using var request = Request(call, token);
        call.Session.BeforeCall();
        call.Calls++;
        using var timeout = new CancellationTokenSource(call.Streamed is null ? options.Timeout : UploadTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        HttpResponseMessage? response = null;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (ApiUsageHeader.Read(response.Header("Sforce-Limit-Info")) is { } usage)
                call.Session.Observe(usage);
            if (response.IsSuccessStatusCode || IsUnchanged(call, response))
            {
                var answer = await read(call, response, either.Token);
                if (answer is SalesforceDownload)
                    response = null;
                return (answer, null);
            }
            var fault = SalesforceFault.Read(await ReadAsync(response, either.Token), (int)response.StatusCode) with
            {
                RequestId = response.RequestId(),
                RetryAfter = RetryAfter(response),
                OfRecord = call.OfRecord,
            };
            return (null, fault);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Lost(call, response?.RequestId(), timeout.IsCancellationRequested, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Lost(call, response?.RequestId(), isSlow: false, e);
        }
        // A body that began to leave over a connection of before: that none may be opened now says nothing about it.
        catch (CrmException e) when (e.Failure.Code == GuardedRequests.Code && call.Body is { MayHaveLeft: true })
        {
            throw Lost(call, response?.RequestId(), isSlow: false, e);
        }
        finally
        {
            response?.Dispose();
        }
    }

    private HttpRequestMessage Request(SalesforceCall call, string token)
    {
        var request = new HttpRequestMessage(
            call.Method,
            new Uri(call.Session.InstanceUrl, call.Verbatim ?? Root + call.Path)
        );
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Accept.Add(
            new MediaTypeWithQualityHeaderValue(call.WantsCsv ? "text/csv" : "application/json")
        );
        if (call.Writes)
            request.Headers.Add(SalesforceAssignment.Header, SalesforceAssignment.Write(call.Assigns));
        if (call.AllowsDuplicates)
            request.Headers.Add("Sforce-Duplicate-Rule-Header", "allowSave=true");
        request.Headers.IfUnmodifiedSince = call.UnmodifiedSince;
        request.Headers.IfModifiedSince = call.ModifiedSince;
        request.Content = call.Body?.ToContent() ?? call.Streamed?.Invoke();
        return request;
    }

    private static bool IsUnchanged(SalesforceCall call, HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.NotModified && call.ModifiedSince is not null;

    private async Task<SalesforceAnswer> ReadAnswerAsync(
        SalesforceCall call,
        HttpResponseMessage response,
        CancellationToken cancellationToken
    )
    {
        if (IsUnchanged(call, response))
            return new(default, response.Headers.Date ?? clock.GetUtcNow(), response.RequestId(), call.Calls);
        var json = await ReadAsync(response, cancellationToken);
        if (
            json is null != call.AnswersNothing
            || call.AnswersNothing && response.Content.Headers.ContentLength is not 0
        )
            throw Unreadable(call, response.RequestId());
        return new(json ?? default, response.Headers.Date ?? clock.GetUtcNow(), response.RequestId(), call.Calls)
        {
            LastModified = response.Content.Headers.LastModified,
        };
    }

    private async Task<SalesforceDownload> OpenAnswerAsync(
        SalesforceCall call,
        HttpResponseMessage response,
        CancellationToken cancellationToken
    )
    {
        // A page of a proxy would be read as rows.
        if (response.Content.Headers.ContentType?.MediaType is not "text/csv")
            throw Unreadable(call, response.RequestId());
        var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return new SalesforceDownload(response, body, call.Calls, options.Timeout, clock);
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
}

internal static class SalesforceHeaders
{
    public static string? Header(this HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    /// <summary>The CRM's own id of the request, for its support.</summary>
    public static string? RequestId(this HttpResponseMessage response) => response.Header("X-Sfdc-Request-Id");
}
