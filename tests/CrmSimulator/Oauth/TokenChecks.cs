using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Rest;

namespace LeadSync.CrmSimulator.Oauth;

/// <summary>What is asked about a token, or done to it, by whoever holds it: revoke and introspect.</summary>
internal static class TokenChecks
{
    /// <summary>200 with an empty body. A refresh token takes its access tokens along; an access token goes alone.</summary>
    public static (ApiAnswer Answer, Org? Org) Revoke(Orgs orgs, OauthCall call)
    {
        var token = call["token"] ?? "";
        foreach (var org in orgs.All)
        {
            bool ended;
            lock (org.Gate)
            {
                ended = org.Grants.FindByRefreshToken(token) is { } grant
                    ? org.Grants.Remove(grant.Id)
                    : org.Sessions.Revoke(token);
            }

            if (!ended)
                continue;
            org.Keep();
            return (new(200, default), org);
        }

        var error = orgs.All[0].Settings.UnknownTokenError;
        return (OauthServer.Refused(new(error, "invalid token")), null);
    }

    /// <summary>Only the app that a token was given to is told about it.</summary>
    public static (ApiAnswer Answer, Org? Org) Introspect(Orgs orgs, OauthCall call)
    {
        if (orgs.FindApp(call["client_id"]) is not var (home, app))
            return (OauthServer.Refused(new("invalid_client_id", "client identifier invalid")), null);
        if (!app.HasSecret(call["client_secret"]))
        {
            return (
                OauthServer.Refused(
                    new("invalid_client", "invalid client credentials", home.Settings.TokenClientErrorStatus)
                ),
                home
            );
        }

        var token = call["token"] ?? "";
        foreach (var org in orgs.All)
        {
            lock (org.Gate)
            {
                if (org.Sessions.FindLive(token, call.Now) is { } session && session.ClientId == app.ClientId)
                {
                    return (
                        Active(
                            call,
                            org,
                            (session.UserId, app.ClientId, session.Scopes, "access_token"),
                            session.IssuedAt,
                            org.Sessions.EndOf(token, session)
                        ),
                        org
                    );
                }

                if (org.Grants.FindByRefreshToken(token) is { } grant && grant.ClientId == app.ClientId)
                {
                    var about = (grant.UserId, app.ClientId, grant.Scopes, "refresh_token");
                    return (Active(call, org, about, grant.GrantedAt, end: null), org);
                }
            }
        }

        return (
            ApiAnswer.Json(
                200,
                json =>
                {
                    json.WriteStartObject();
                    json.WriteBoolean("active", false);
                    json.WriteEndObject();
                }
            ),
            home
        );
    }

    private static ApiAnswer Active(
        OauthCall call,
        Org org,
        (string UserId, string ClientId, IReadOnlyList<string> Scopes, string Type) about,
        DateTimeOffset from,
        DateTimeOffset? end
    ) =>
        ApiAnswer.Json(
            200,
            json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("active", true);
                json.WriteString("scope", string.Join(' ', about.Scopes));
                json.WriteString("client_id", about.ClientId);
                json.WriteString("username", (string)org.FindRecord(about.UserId)!["Username"]!);
                json.WriteString("sub", $"{call.BaseUrl}/id/{org.Id}/{about.UserId}");
                json.WriteString("token_type", about.Type);
                if (end is { } exp)
                    json.WriteNumber("exp", exp.ToUnixTimeSeconds());
                json.WriteNumber("iat", from.ToUnixTimeSeconds());
                json.WriteNumber("nbf", from.ToUnixTimeSeconds());
                json.WriteEndObject();
            }
        );
}
