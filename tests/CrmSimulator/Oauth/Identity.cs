using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Rest;

namespace LeadSync.CrmSimulator.Oauth;

/// <summary>Who the session's user is: the identity URL, and userinfo in the words of OpenID.</summary>
internal static class Identity
{
    public static ApiAnswer Answer(Org org, string baseUrl, bool userinfo)
    {
        var user = org.FindRecord(org.IntegrationUserId)!;
        var self = $"{baseUrl}/id/{org.Id}/{org.IntegrationUserId}";
        return ApiAnswer.Json(
            200,
            json =>
            {
                json.WriteStartObject();
                json.WriteString(userinfo ? "sub" : "id", self);
                json.WriteString("user_id", org.IntegrationUserId);
                json.WriteString("organization_id", org.Id);
                json.WriteString(userinfo ? "preferred_username" : "username", (string)user["Username"]!);
                json.WriteString(userinfo ? "nickname" : "nick_name", (string)user["CommunityNickname"]!);
                json.WriteString(userinfo ? "name" : "display_name", (string)user["Name"]!);
                json.WriteString("email", (string)user["Email"]!);
                json.WriteBoolean("email_verified", true);
                json.WriteString(userinfo ? "given_name" : "first_name", (string)user["FirstName"]!);
                json.WriteString(userinfo ? "family_name" : "last_name", (string)user["LastName"]!);
                json.WriteString(userinfo ? "zoneinfo" : "timezone", "GMT");
                json.WriteStartObject("urls");
                json.WriteString("rest", $"{baseUrl}/services/data/v{{version}}/");
                json.WriteString("sobjects", $"{baseUrl}/services/data/v{{version}}/sobjects/");
                json.WriteString("query", $"{baseUrl}/services/data/v{{version}}/query/");
                json.WriteEndObject();
                json.WriteBoolean("active", true);
                json.WriteString("user_type", "STANDARD");
                json.WriteString("language", "en_US");
                json.WriteString("locale", "en_US");
                json.WriteNumber("utcOffset", 0);
                json.WriteEndObject();
            }
        );
    }
}
