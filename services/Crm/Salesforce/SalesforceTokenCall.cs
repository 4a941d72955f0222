using System.Net.Http.Headers;

namespace LeadSync.Crm.Salesforce;

/// <summary>Sends a form to Salesforce's login and reads what it answers.</summary>
internal sealed class SalesforceTokenCall(HttpClient http, SalesforceOptions options, TimeProvider clock)
{
    /// <summary>Asks for access.</summary>
    public Task<CrmToken> AskAsync(
        Uri login,
        IEnumerable<KeyValuePair<string, string>> form,
        CancellationToken cancellationToken
    ) =>
        SendAsync(
            login,
            "/services/oauth2/token",
            form,
            (body, cancelled) => SalesforceTokenAnswer.ReadAsync(body, login, clock.GetUtcNow(), cancelled),
            cancellationToken
        );

    /// <summary>Gives access back.</summary>
    public Task RevokeAsync(Uri login, string token, CancellationToken cancellationToken) =>
        SendAsync(
            login,
            "/services/oauth2/revoke",
            [new("token", token)],
            (_, _) => Task.FromResult(true),
            cancellationToken
        );

    private async Task<T> SendAsync<T>(
        Uri login,
        string path,
        IEnumerable<KeyValuePair<string, string>> form,
        Func<Stream, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(login, path));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Content = new FormUrlEncodedContent(form);

        using var timeout = new CancellationTokenSource(options.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var response = await http.SendAsync(request, either.Token);
            await using var body = await response.Content.ReadAsStreamAsync(either.Token);
            if (response.IsSuccessStatusCode)
                return await read(body, either.Token);
            throw new CrmException(
                await SalesforceTokenAnswer.ReadRefusalAsync(body, (int)response.StatusCode, either.Token)
            );
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CrmException(
                timeout.IsCancellationRequested
                    ? SalesforceErrors.TooSlow(options.Timeout)
                    : SalesforceErrors.Unavailable("Salesforce's login could not be reached."),
                e
            );
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new CrmException(SalesforceErrors.Unavailable("Salesforce's login could not be reached."), e);
        }
    }
}
