namespace LeadSync.CrmSimulator.Oauth;

/// <summary>What an app asks of a user on the authorize page.</summary>
internal sealed record AuthorizeRequest(
    string? ClientId,
    string? RedirectUri,
    string? ResponseType,
    string? State,
    string? Scope,
    string? Challenge,
    string? ChallengeMethod,
    string? Prompt,
    string? LoginHint,
    string? Nonce
)
{
    public static AuthorizeRequest Of(OauthCall call) =>
        new(
            call["client_id"],
            call["redirect_uri"],
            call["response_type"],
            call["state"],
            call["scope"],
            call["code_challenge"],
            call["code_challenge_method"],
            call["prompt"],
            call["login_hint"],
            call["nonce"]
        );

    /// <summary>Its parameters again, for the page's form and links.</summary>
    public IEnumerable<KeyValuePair<string, string>> Parameters =>
        new (string Name, string? Value)[]
        {
            ("client_id", ClientId),
            ("redirect_uri", RedirectUri),
            ("response_type", ResponseType),
            ("state", State),
            ("scope", Scope),
            ("code_challenge", Challenge),
            ("code_challenge_method", ChallengeMethod),
            ("prompt", Prompt),
            ("login_hint", LoginHint),
            ("nonce", Nonce),
        }
            .Where(one => one.Value is not null)
            .Select(one => KeyValuePair.Create(one.Name, one.Value!));

    public bool Prompts(string what) =>
        Prompt?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Contains(what, StringComparer.Ordinal) == true;

    /// <summary>What is asked for, or everything the app may have when nothing is.</summary>
    public IReadOnlyList<string> Scopes(App app) =>
        Scope?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } asked
            ? [.. asked.Distinct(StringComparer.Ordinal)]
            : app.Scopes;

    /// <summary>The address the browser is sent back to, with parameters of ours; spaces as plus signs.</summary>
    public string SendBack(params (string Name, string? Value)[] parameters)
    {
        var given = parameters
            .Append(("state", State))
            .Where(one => one.Item2 is not null)
            .Select(one =>
                $"{one.Item1}={Uri.EscapeDataString(one.Item2!).Replace("%20", "+", StringComparison.Ordinal)}"
            );
        return $"{RedirectUri}{(RedirectUri!.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{string.Join('&', given)}";
    }
}
