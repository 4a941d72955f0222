using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LeadSync.Crm.Salesforce;

/// <summary>Reads what Salesforce's login answers: access, or why there is none.</summary>
internal static class SalesforceTokenAnswer
{
    /// <param name="login">Who was asked.</param>
    /// <param name="now">When the answer came; taken where it does not say when it was issued.</param>
    /// <exception cref="CrmException">It cannot be read, or leads to where nothing is encrypted.</exception>
    public static async Task<CrmToken> ReadAsync(
        Stream body,
        Uri login,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
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
            || !TryReadInstant(answer.IssuedAt, out var issuedAt)
        )
        {
            throw new CrmException(SalesforceErrors.Unavailable("The answer of Salesforce's login cannot be read."));
        }
        // Plain http only to where plain http was asked for, as a simulator on this machine.
        if (instanceUrl.Scheme != Uri.UriSchemeHttps && instanceUrl.Scheme != login.Scheme)
            throw new CrmException(InsecureHost(instanceUrl));
        return new CrmToken(answer.AccessToken, instanceUrl, orgId, userId, issuedAt ?? now)
        {
            RefreshToken = answer.RefreshToken is { Length: > 0 } refreshToken ? refreshToken : null,
        };
    }

    // An answer to an assertion does not say when it was issued.
    private static bool TryReadInstant(string? milliseconds, out DateTimeOffset? instant)
    {
        instant = null;
        if (milliseconds is null)
            return true;
        if (!long.TryParse(milliseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var since1970))
            return false;
        instant = DateTimeOffset.FromUnixTimeMilliseconds(since1970);
        return true;
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

    public static async Task<CrmFailure> ReadRefusalAsync(Stream body, int status, CancellationToken cancellationToken)
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
    [property: JsonPropertyName("issued_at")] string? IssuedAt = null,
    [property: JsonPropertyName("refresh_token")] string? RefreshToken = null
);

internal sealed record TokenRefusal(
    [property: JsonPropertyName("error")] string? Error,
    [property: JsonPropertyName("error_description")] string? Description
);
