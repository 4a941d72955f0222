using System.Text.Json;
using System.Text.RegularExpressions;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>What a request is about, seen before anything is done: for faults to match, latency and the journal.</summary>
internal sealed partial class RequestShape
{
    private readonly HashSet<string> kinds = new(StringComparer.Ordinal);
    private readonly HashSet<string> objects = new(StringComparer.OrdinalIgnoreCase);

    public required string Kind { get; init; }
    public required string Method { get; init; }
    public required string Path { get; init; }
    public string Org { get; init; } = "";
    public int Records { get; private set; }
    public bool Writes => kinds.Any(RequestKinds.IsWrite);

    /// <summary>The object of a request that is about one only.</summary>
    public string? Object => objects.Count == 1 ? objects.First() : null;

    public static bool Covers(string wanted, string kind) =>
        string.Equals(wanted, kind, StringComparison.OrdinalIgnoreCase)
        || (wanted == RequestKinds.Write && RequestKinds.IsWrite(kind));

    public bool Fits(FaultMatch match) =>
        (match.Org is null || string.Equals(match.Org, Org, StringComparison.Ordinal))
        && (match.Method is null || string.Equals(match.Method, Method, StringComparison.OrdinalIgnoreCase))
        && (match.Path is null || Path.Contains(match.Path, StringComparison.OrdinalIgnoreCase))
        && (match.Kind is null || kinds.Any(kind => Covers(match.Kind, kind)))
        && (match.Object is null || objects.Contains(match.Object));

    /// <param name="segments">The path after the version; empty for what is no resource of the data API.</param>
    public static RequestShape Of(
        string kind,
        string method,
        string target,
        IReadOnlyList<string> segments,
        JsonBody? body,
        string org = "",
        string? grantType = null
    )
    {
        var shape = new RequestShape
        {
            Kind = kind,
            Method = method,
            Path = target,
            Org = org,
        };
        shape.kinds.Add(kind);
        if (grantType == "refresh_token")
            shape.kinds.Add(RequestKinds.Refresh);
        if (grantType == "authorization_code")
            shape.kinds.Add(RequestKinds.CodeExchange);
        shape.Look(kind, method, segments, target, body?.Root);
        return shape;
    }

    private void Look(string kind, string method, IReadOnlyList<string> segments, string target, JsonElement? body)
    {
        switch (kind)
        {
            case RequestKinds.Query:
                AddQueriedObject(target);
                break;
            case RequestKinds.Collections:
                kinds.Add(CollectionKind(method, segments));
                if (segments.Count > 2)
                    objects.Add(segments[2]);
                AddRecords(body);
                break;
            case RequestKinds.Composite:
                AddParts(body);
                break;
            default:
                if (segments is ["sobjects", var name, ..])
                {
                    objects.Add(name);
                    Records += RequestKinds.IsWrite(kind) ? 1 : 0;
                }

                break;
        }
    }

    /// <summary>What a collections call does to its records.</summary>
    public static string CollectionKind(string method, IReadOnlyList<string> segments) =>
        (method, segments.Count) switch
        {
            ("POST", 2) => RequestKinds.Create,
            ("PATCH", 2) => RequestKinds.Update,
            ("PATCH", 4) => RequestKinds.Upsert,
            ("DELETE", 2) => RequestKinds.Delete,
            _ => RequestKinds.Retrieve,
        };

    private void AddRecords(JsonElement? body)
    {
        if (Member(body, "records") is not { ValueKind: JsonValueKind.Array } records)
            return;
        foreach (var record in records.EnumerateArray())
        {
            Records++;
            if (Text(Member(Member(record, "attributes"), "type")) is { } type)
                objects.Add(type);
        }
    }

    private void AddParts(JsonElement? body)
    {
        if (Member(body, "compositeRequest") is not { ValueKind: JsonValueKind.Array } parts)
            return;
        foreach (var part in parts.EnumerateArray())
        {
            if (Text(Member(part, "url")) is not { } url || Text(Member(part, "method")) is not { } method)
                continue;
            var (segments, _) = ApiRequest.Split(url);
            if (segments.Length < 3)
                continue;
            var inner = segments[3..];
            var kind = Router.KindOf(method.ToUpperInvariant(), inner);
            if (kind == RequestKinds.Composite)
                continue;
            kinds.Add(kind);
            Look(kind, method.ToUpperInvariant(), inner, url, Member(part, "body"));
        }
    }

    private void AddQueriedObject(string target)
    {
        var (_, query) = ApiRequest.Split(target);
        if (query.TryGetValue("q", out var soql) && From().Match(soql.ToString()) is { Success: true } match)
            objects.Add(match.Groups["object"].Value);
    }

    private static JsonElement? Member(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } parent && parent.TryGetProperty(name, out var member)
            ? member
            : null;

    private static string? Text(JsonElement? element)
    {
        try
        {
            return element is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: the resource itself will answer for it.
            return null;
        }
    }

    [GeneratedRegex(@"\bFROM\s+(?<object>\w+)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex From();
}
