using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>One call of a resource: from outside, or a part of a composite.</summary>
internal sealed class ApiRequest
{
    public required string Method { get; init; }

    /// <summary>As written in the path: v60.0. Echoed in every link.</summary>
    public required string Version { get; init; }

    /// <summary>What stands in the path after the version, decoded.</summary>
    public required IReadOnlyList<string> Segments { get; init; }
    public required IReadOnlyDictionary<string, StringValues> Query { get; init; }
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>Null when the request has no body.</summary>
    public JsonBody? Body { get; init; }
    public Org Org => Viewer.Org;

    /// <summary>The org as the caller sees it.</summary>
    public required Viewer Viewer { get; init; }
    public required Transaction Transaction { get; init; }
    public IReadOnlyList<RecordFault> RecordFaults { get; init; } = [];

    /// <summary>What the journal will say of the parts; filled by composite.</summary>
    public List<Subrequest> Parts { get; init; } = [];
    public bool InComposite { get; init; }

    /// <summary>A composite that is all or none forces its collections to be so too.</summary>
    public bool AllOrNone { get; init; }

    public int VersionNumber =>
        int.Parse(Version.AsSpan(1, Version.Length - 3), System.Globalization.CultureInfo.InvariantCulture);

    public string Root => $"/services/data/{Version}";

    public string Segment(int index) => Segments[index];

    public string? QueryValue(string name) => Query.TryGetValue(name, out var values) ? values.ToString() : null;

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <exception cref="ApiException">There is no body: 400 JSON_PARSER_ERROR.</exception>
    public JsonBody RequireBody() => Body ?? JsonBody.Parse(default);

    /// <exception cref="ApiException">The org has no such object, or none for the caller: 404 NOT_FOUND.</exception>
    public SObject RequireObject(string name) =>
        Viewer.FindObject(name) ?? throw new ApiException(404, ApiError.NotFound);

    /// <summary>How the caller wants its records written.</summary>
    public WriteOptions WriteOptions => WriteOptions.Of(this);

    public RecordWriter Writer => new(Viewer, Transaction, WriteOptions);

    /// <summary>Splits a path and query as they stood in the request line or in a sub-request.</summary>
    public static (string[] Segments, Dictionary<string, StringValues> Query) Split(string target)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? target : target[..mark];
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < segments.Length; i++)
            segments[i] = Uri.UnescapeDataString(segments[i]);
        return (segments, mark < 0 ? [] : QueryHelpers.ParseQuery(target[mark..]));
    }
}
