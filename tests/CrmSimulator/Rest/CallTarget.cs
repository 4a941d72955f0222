using System.Text.RegularExpressions;
using LeadSync.CrmSimulator.Journal;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>What a request's target says, and how it is noted.</summary>
internal static partial class CallTarget
{
    /// <summary>The target as the journal keeps it: cut, and without tokens.</summary>
    public static string Noted(string target)
    {
        var noted = TokenInQuery().Replace(target, "${name}=...");
        return noted.Length > 2_000 ? noted[..2_000] : noted;
    }

    public static string KindOf(string method, string[] path) =>
        path switch
        {
            ["services", "oauth2", "token"] => RequestKinds.Token,
            ["services", "oauth2", "authorize"] => RequestKinds.Authorize,
            ["services", "oauth2", "revoke"] => RequestKinds.Revoke,
            ["services", "oauth2", "introspect"] => RequestKinds.Introspect,
            ["services", "oauth2", "userinfo"] or ["id", _, _] => RequestKinds.Identity,
            ["services", "data"] => RequestKinds.Versions,
            ["services", "data", _, ..] => Router.KindOf(method, path[3..]),
            _ => RequestKinds.Unknown,
        };

    [GeneratedRegex(
        @"(?<=[?&])(?<name>(oauth_)?token|client_secret|assertion)=[^&]*",
        RegexOptions.ExplicitCapture,
        Timeout.Infinite
    )]
    private static partial Regex TokenInQuery();
}
