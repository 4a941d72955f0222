using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LeadSync.Crm.Salesforce;

/// <summary>
/// Gets access to an org. The client-credentials flow works on the org's own address only (My Domain), acts as the user that
/// the app names, and gives no refresh token: when a session ends, it is simply asked for again.
/// </summary>
public sealed class SalesforceAuth(HttpClient http, SalesforceOptions options, TimeProvider clock)
{
    /// <summary>Asks for a token with the key and secret of an app.</summary>
    /// <param name="domain">The org's own address, as <c>https://acme.my.salesforce.com</c>.</param>
    /// <param name="clientId">The app's consumer key.</param>
    /// <param name="clientSecret">The app's consumer secret.</param>
    /// <exception cref="CrmException">
    /// Class <see cref="FailureClass.Session"/> when a person must act, <see cref="FailureClass.Transient"/> when it passes by
    /// itself. That nobody answered is always the latter: it says nothing about the grant.
    /// </exception>
    public async Task<CrmToken> UseClientCredentialsAsync(
        Uri domain,
        string clientId,
        string clientSecret,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(domain, "/services/oauth2/token"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Content = new FormUrlEncodedContent([
            new("grant_type", "client_credentials"),
            new("client_id", clientId),
            new("client_secret", clientSecret),
        ]);

        using var timeout = new CancellationTokenSource(options.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var response = await http.SendAsync(request, either.Token);
            await using var body = await response.Content.ReadAsStreamAsync(either.Token);
            if (response.IsSuccessStatusCode)
                return await ReadAsync(body, domain, either.Token);
            throw new CrmException(await RefusalAsync(body, (int)response.StatusCode, either.Token));
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

    private static async Task<CrmToken> ReadAsync(Stream body, Uri domain, CancellationToken cancellationToken)
    {
        TokenAnswer? answer;
        try
        {
            answer = await JsonSerializer.DeserializeAsync(body, SalesforceJson.Default.TokenAnswer, cancellationToken);
        }
        // Not passed on: the text that could not be read may hold the token.
        catch (JsonException)
        {
            answer = null;
        }
        if (
            answer is null
            || !Uri.TryCreate(answer.InstanceUrl, UriKind.Absolute, out var instanceUrl)
            || !TryReadIdentity(answer.Id, out var orgId, out var userId)
            || !long.TryParse(answer.IssuedAt, NumberStyles.None, CultureInfo.InvariantCulture, out var issuedAt)
        )
        {
            throw new CrmException(SalesforceErrors.Unavailable("The answer of Salesforce's login cannot be read."));
        }
        // Plain http only to where plain http was asked for, as a simulator on this machine.
        if (instanceUrl.Scheme != Uri.UriSchemeHttps && instanceUrl.Scheme != domain.Scheme)
            throw new CrmException(InsecureHost(instanceUrl));
        return new CrmToken(
            answer.AccessToken,
            instanceUrl,
            orgId,
            userId,
            DateTimeOffset.FromUnixTimeMilliseconds(issuedAt)
        );
    }

    /// <summary>Reads org and user from the identity's address: <c>…/id/00D…/005…</c>.</summary>
    private static bool TryReadIdentity(string id, out string orgId, out string userId)
    {
        orgId = userId = "";
        if (!Uri.TryCreate(id, UriKind.Absolute, out var identity))
            return false;
        var parts = identity.AbsolutePath.Trim('/').Split('/');
        if (
            parts is not [.., "id", var org, var user]
            || !RecordId.TryLengthen(org, out var longOrg)
            || !RecordId.TryLengthen(user, out var longUser)
        )
        {
            return false;
        }
        (orgId, userId) = (longOrg, longUser);
        return true;
    }

    private static async Task<CrmFailure> RefusalAsync(Stream body, int status, CancellationToken cancellationToken)
    {
        try
        {
            var refusal = await JsonSerializer.DeserializeAsync(
                body,
                SalesforceJson.Default.TokenRefusal,
                cancellationToken
            );
            return SalesforceTokenErrors.Judge(refusal?.Error, refusal?.Description, status);
        }
        catch (JsonException)
        {
            return SalesforceTokenErrors.Judge(null, null, status);
        }
    }

    private static CrmFailure InsecureHost(Uri instanceUrl) =>
        new(
            "HOST_NOT_ALLOWED",
            FailureClass.Session,
            "",
            $"Salesforce's login sent us to {instanceUrl.Host} without encryption.",
            "Check the org's address; if it is right, tell LeadSync's operator."
        );
}

internal sealed record TokenAnswer(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("instance_url")] string InstanceUrl,
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("issued_at")] string IssuedAt
);

internal sealed record TokenRefusal(
    [property: JsonPropertyName("error")] string? Error,
    [property: JsonPropertyName("error_description")] string? Description
);
