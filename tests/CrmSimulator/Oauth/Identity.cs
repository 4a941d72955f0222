using System.Text.Json;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Rest;

namespace LeadSync.CrmSimulator.Oauth;

/// <summary>Who the session's user is: the identity URL, and userinfo in the words of OpenID.</summary>
internal static class Identity
{
    private const string Plain = "text/plain;charset=UTF-8";

    public static ApiAnswer MissingToken() => ApiAnswer.Text(403, Plain, "Missing_OAuth_Token");

    public static ApiAnswer BadToken() => ApiAnswer.Text(403, Plain, "Bad_OAuth_Token");

    /// <param name="instanceUrl">Where the org's data is to be had.</param>
    /// <param name="path">The whole path: /id/ORG/USER or /services/oauth2/userinfo.</param>
    public static ApiAnswer Answer(Org org, Session session, string baseUrl, string instanceUrl, string[] path)
    {
        if (path is ["id", var orgId, ..] && !SameId(orgId, org.Id))
            return ApiAnswer.Text(403, Plain, "Wrong_Org");
        if (path is ["id", _, var userId] && !SameId(userId, session.UserId))
            return ApiAnswer.Text(403, Plain, "Bad_Id");
        var user = org.FindRecord(session.UserId)!;
        var self = $"{baseUrl}/id/{org.Id}/{user.Id}";
        return ApiAnswer.Json(200, json => Write(json, org, user, self, instanceUrl, userinfo: path[0] == "services"));
    }

    private static bool SameId(string given, string id) => RecordId.TryRead(given, out var full) && full == id;

    private static void Write(Utf8JsonWriter json, Org org, Record user, string self, string instanceUrl, bool userinfo)
    {
        json.WriteStartObject();
        json.WriteString(userinfo ? "sub" : "id", self);
        if (!userinfo)
            json.WriteBoolean("asserted_user", true);
        json.WriteString("user_id", user.Id);
        json.WriteString("organization_id", org.Id);
        json.WriteString(userinfo ? "preferred_username" : "username", (string)user["Username"]!);
        json.WriteString(userinfo ? "nickname" : "nick_name", (string)user["CommunityNickname"]!);
        json.WriteString(userinfo ? "name" : "display_name", (string)user["Name"]!);
        json.WriteString("email", (string)user["Email"]!);
        json.WriteBoolean("email_verified", true);
        json.WriteString(userinfo ? "given_name" : "first_name", (string?)user["FirstName"]);
        json.WriteString(userinfo ? "family_name" : "last_name", (string)user["LastName"]!);
        json.WriteString(userinfo ? "zoneinfo" : "timezone", "GMT");
        json.WriteStartObject("photos");
        json.WriteString("picture", $"{instanceUrl}/profilephoto/005/F");
        json.WriteString("thumbnail", $"{instanceUrl}/profilephoto/005/T");
        json.WriteEndObject();
        WriteAddress(json, userinfo);
        json.WriteBoolean("is_lightning_login_user", false);
        WriteUrls(json, instanceUrl, user.Id);
        json.WriteBoolean("active", true);
        json.WriteString("user_type", "STANDARD");
        json.WriteString("language", "en_US");
        json.WriteString("locale", "en_US");
        json.WriteNumber("utcOffset", 0);
        json.WriteString(
            userinfo ? "updated_at" : "last_modified_date",
            Instants.Write((DateTimeOffset)user["LastModifiedDate"]!)
        );
        json.WriteBoolean("is_app_installed", true);
        json.WriteEndObject();
    }

    private static void WriteAddress(Utf8JsonWriter json, bool userinfo)
    {
        if (userinfo)
        {
            json.WriteStartObject("address");
            json.WriteEndObject();
            return;
        }

        foreach (var part in (ReadOnlySpan<string>)["street", "city", "state", "country", "zip"])
            json.WriteNull($"addr_{part}");
        json.WriteNull("mobile_phone");
        json.WriteBoolean("mobile_phone_verified", false);
        json.WriteStartObject("status");
        json.WriteNull("created_date");
        json.WriteNull("body");
        json.WriteEndObject();
    }

    /// <summary>They hold the text {version}: whoever calls puts one in its place.</summary>
    private static void WriteUrls(Utf8JsonWriter json, string instanceUrl, string userId)
    {
        var data = $"{instanceUrl}/services/data/v{{version}}";
        json.WriteStartObject("urls");
        json.WriteString("rest", $"{data}/");
        json.WriteString("sobjects", $"{data}/sobjects/");
        json.WriteString("search", $"{data}/search/");
        json.WriteString("query", $"{data}/query/");
        json.WriteString("recent", $"{data}/recent/");
        json.WriteString("profile", $"{instanceUrl}/{userId}");
        json.WriteString("custom_domain", instanceUrl);
        json.WriteEndObject();
    }
}
