using System.Collections.Concurrent;
using LeadSync.Crash.Wire;

namespace LeadSync.Crash;

/// <summary>When calls for leads were on their way to the CRM, by the id that the CRM then gave them.</summary>
public sealed class CallLog
{
    private const string IdHeader = "X-Sfdc-Request-Id: ";
    private readonly ConcurrentDictionary<string, (DateTimeOffset At, bool OfLeads)> _calls = new(
        StringComparer.Ordinal
    );

    /// <summary>What a request to the CRM is, as failpoints name it; null: none of those that matter.</summary>
    public static string? NameOf(Request request)
    {
        if (request.Head.Contains("/oauth2/token", StringComparison.Ordinal))
            return "connector.crm";
        if (Writes(request))
            return "push.crm";
        return
            request.Head.Contains("/composite", StringComparison.Ordinal)
            || request.Head.Contains("/query", StringComparison.Ordinal)
            ? "push.look"
            : null;
    }

    /// <summary>When a call started, and whether it was for leads; null where its answer never came by.</summary>
    public (DateTimeOffset At, bool OfLeads)? Find(string requestId) =>
        _calls.TryGetValue(requestId, out var call) ? call : null;

    internal void Note(Request request, string answer)
    {
        var at = answer.IndexOf(IdHeader, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return;
        var id = answer[(at + IdHeader.Length)..].Split('\r', 2)[0];
        _calls[id] = (request.At, NameOf(request)?.StartsWith("push.", StringComparison.Ordinal) == true);
    }

    private static bool Writes(Request request)
    {
        var (method, path) = (request.Head.Split(' ')[0], request.Head);
        if (method == "PATCH" || (method == "POST" && path.Contains("/sobjects", StringComparison.Ordinal)))
            return true;
        return path.Contains("/composite", StringComparison.Ordinal)
            && (
                request.Body.Contains("\"POST\"", StringComparison.Ordinal)
                || request.Body.Contains("\"PATCH\"", StringComparison.Ordinal)
            )
            && request.Body.Contains("/sobjects", StringComparison.Ordinal);
    }
}
