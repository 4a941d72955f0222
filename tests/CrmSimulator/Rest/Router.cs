using LeadSync.CrmSimulator.Bulk;
using LeadSync.CrmSimulator.Journal;
using LeadSync.CrmSimulator.Search;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>The resources below /services/data/vXX.X, each with its methods.</summary>
internal static class Router
{
    private static readonly string[] ResultsOfIngest = ["successfulResults", "failedResults", "unprocessedRecords"];

    internal sealed record Handler(string Method, string Kind, Func<ApiRequest, ApiAnswer> Handle);

    /// <summary>What a request is, whether or not it can be answered.</summary>
    public static string KindOf(string method, string[] segments) =>
        Array.Find(Handlers(segments), handler => handler.Method == method)?.Kind ?? RequestKinds.Unknown;

    /// <exception cref="ApiException">404 NOT_FOUND or 405 METHOD_NOT_ALLOWED, as a call or a part is answered.</exception>
    public static ApiAnswer Answer(ApiRequest request)
    {
        var handlers = Handlers([.. request.Segments]);
        if (handlers.Length == 0)
            throw new ApiException(404, ApiError.NotFound);
        var handler =
            Array.Find(handlers, one => one.Method == request.Method)
            ?? throw new ApiException(
                405,
                new ApiError(
                    "METHOD_NOT_ALLOWED",
                    $"HTTP Method '{request.Method}' not allowed. Allowed are {string.Join(',', handlers.Select(one => one.Method))}"
                )
            );
        return handler.Handle(request);
    }

    private static Handler[] Handlers(string[] segments) =>
        segments switch
        {
            [] => [new("GET", RequestKinds.Resources, Versions.Resources)],
            ["sobjects"] => [new("GET", RequestKinds.DescribeGlobal, Describe.Global)],
            ["sobjects", _] =>
            [
                new("GET", RequestKinds.Describe, Describe.Basic),
                new("POST", RequestKinds.Create, Records.Create),
            ],
            ["sobjects", _, "updated"] => [new("GET", RequestKinds.Replication, Replication.Updated)],
            ["sobjects", _, "deleted"] => [new("GET", RequestKinds.Replication, Replication.Deleted)],
            ["sobjects", _, "describe"] => [new("GET", RequestKinds.Describe, Describe.Object)],
            ["sobjects", _, _] =>
            [
                new("GET", RequestKinds.Read, Records.Read),
                new("PATCH", RequestKinds.Update, Records.Update),
                new("DELETE", RequestKinds.Delete, Records.Delete),
            ],
            ["sobjects", _, _, _] =>
            [
                new("GET", RequestKinds.Read, RecordsByKey.Read),
                new("PATCH", RequestKinds.Upsert, RecordsByKey.Upsert),
                new("DELETE", RequestKinds.Delete, RecordsByKey.Delete),
            ],
            ["query"] or ["queryAll"] => [new("GET", RequestKinds.Query, Queries.Run)],
            ["query", _] or ["queryAll", _] => [new("GET", RequestKinds.QueryMore, Queries.More)],
            ["composite"] => [new("POST", RequestKinds.Composite, Composite.Run)],
            ["composite", "sobjects"] =>
            [
                new("POST", RequestKinds.Collections, Collections.Create),
                new("PATCH", RequestKinds.Collections, Collections.Update),
                new("DELETE", RequestKinds.Collections, Collections.Delete),
            ],
            ["composite", "sobjects", _] =>
            [
                new("GET", RequestKinds.Collections, Collections.Retrieve),
                new("POST", RequestKinds.Collections, Collections.Retrieve),
            ],
            ["composite", "sobjects", _, _] => [new("PATCH", RequestKinds.Collections, Collections.Upsert)],
            ["search"] => [new("GET", RequestKinds.Search, SearchApi.Run)],
            ["parameterizedSearch"] =>
            [
                new("GET", RequestKinds.Search, SearchApi.RunParameterized),
                new("POST", RequestKinds.Search, SearchApi.RunParameterized),
            ],
            ["jobs", "ingest"] =>
            [
                new("GET", RequestKinds.BulkPoll, JobsApi.List),
                new("POST", RequestKinds.BulkIngest, Ingest.Create),
            ],
            ["jobs", "query"] =>
            [
                new("GET", RequestKinds.BulkPoll, JobsApi.List),
                new("POST", RequestKinds.BulkQuery, BulkQuery.Create),
            ],
            ["jobs", "ingest" or "query", _] =>
            [
                new("GET", RequestKinds.BulkPoll, JobsApi.Show),
                new("PATCH", RequestKinds.BulkState, JobsApi.SetState),
                new("DELETE", RequestKinds.BulkState, JobsApi.Delete),
            ],
            ["jobs", "ingest", _, "batches"] => [new("PUT", RequestKinds.BulkUpload, Ingest.Upload)],
            ["jobs", "ingest", _, var results]
                when ResultsOfIngest.Contains(results, StringComparer.OrdinalIgnoreCase) =>
            [
                new("GET", RequestKinds.BulkResults, Ingest.Results),
            ],
            ["jobs", "query", _, "results"] => [new("GET", RequestKinds.BulkResults, BulkQuery.Results)],
            ["limits"] => [new("GET", RequestKinds.Limits, Limits.Show)],
            ["limits", "recordCount"] => [new("GET", RequestKinds.Limits, Limits.RecordCount)],
            _ => [],
        };
}
