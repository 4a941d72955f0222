using System.Globalization;
using System.Text;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Rest;
using LeadSync.CrmSimulator.Soql;

namespace LeadSync.CrmSimulator.Bulk;

/// <summary>/jobs/query: the answer of a query as CSV, in pages.</summary>
internal static class BulkQuery
{
    public static ApiAnswer Create(ApiRequest request)
    {
        var body = request.RequireBody();
        var operation = body.Text("operation");
        if (operation is not ("query" or "queryAll"))
            throw JobsApi.Refused("INVALIDOPERATION", $"Unknown operation: {operation}");
        var soql = body.Text("query") ?? throw JobsApi.Refused("INVALIDJOB", "A query job needs a query");
        var query = Run(request, soql, operation == "queryAll");
        if (query.HasOffset || query.Fields is null)
            throw JobsApi.Refused("API_ERROR", "Aggregates and OFFSET are not supported in Bulk Query");
        if (query.Fields.Items.Any(item => item.Branch is null && item.Field.Type == FieldType.Address))
        {
            throw JobsApi.Refused("FUNCTIONALITY_NOT_ENABLED", "Selecting compound data not supported in Bulk Query");
        }

        var job = new Job(request.Org.Jobs.NextId(), isQuery: true, operation, query.Type.Name, CsvShape.Read(body))
        {
            Version = request.Version,
            CreatedById = request.Transaction.UserId,
            CreatedAt = request.Transaction.Now,
            ChangedAt = request.Transaction.Now,
            Query = query,
            State = JobState.UploadComplete,
        };
        request.Org.Jobs.Add(job);
        return ApiAnswer.Json(200, json => job.Write(json, whole: false));
    }

    public static ApiAnswer Results(ApiRequest request)
    {
        var job = JobsApi.Find(request);
        if (request.Version != job.Version)
        {
            throw new ApiException(
                409,
                new ApiError("INVALID_VERSION", "The API version of the results must be that of the job")
            );
        }

        if (job.State != JobState.JobComplete)
        {
            throw new ApiException(
                request.Org.Settings.BulkEarlyResultsStatus,
                new ApiError("API_ERROR", $"The job is not complete: {job.State}")
            );
        }

        var query = job.Query!;
        var from = request.QueryValue("locator") is { Length: > 0 } locator ? OffsetOf(locator) : 0;
        var asked = int.TryParse(
            request.QueryValue("maxRecords"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var most
        )
            ? most
            : int.MaxValue;
        var count = Math.Min(query.Records.Count - from, Math.Min(asked, request.Org.Settings.BulkPageSize));
        if (from < 0 || count < 0)
            throw JobsApi.Refused("INVALID_QUERY_LOCATOR", "invalid query locator");
        var csv = new StringBuilder();
        Csv.Write(csv, Headings(query.Fields!, ""), job.Csv.Delimiter, job.Csv.LineEnd);
        foreach (var record in query.Records.Skip(from).Take(count))
            Csv.Write(csv, Cells(request.Org, query.Fields!, record), job.Csv.Delimiter, job.Csv.LineEnd);
        var next = from + count;
        return JobsApi.Csv(csv.ToString()) with
        {
            Records = count,
            Headers = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                // On the last page the word itself.
                ["Sforce-Locator"] = next == query.Records.Count ? "null" : LocatorOf(next),
                ["Sforce-NumberOfRecords"] = count.ToString(CultureInfo.InvariantCulture),
            },
        };
    }

    private static Query Run(ApiRequest request, string soql, bool deletedToo)
    {
        try
        {
            return Query.Run(request.Viewer, soql, deletedToo, request.Org.Clock.GetUtcNow());
        }
        catch (SoqlException e)
        {
            throw JobsApi.Refused(e.Code, e.Message);
        }
    }

    private static string LocatorOf(int offset) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(offset.ToString(CultureInfo.InvariantCulture))).TrimEnd('=');

    private static int OffsetOf(string locator)
    {
        var padded = locator.PadRight((locator.Length + 3) / 4 * 4, '=');
        var bytes = new byte[padded.Length];
        return
            Convert.TryFromBase64String(padded, bytes, out var length)
            && int.TryParse(
                Encoding.ASCII.GetString(bytes, 0, length),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var offset
            )
            ? offset
            : -1;
    }

    private static IEnumerable<string> Headings(SelectTree fields, string prefix) =>
        fields.Items.SelectMany(item =>
            item.Branch is null
                ? [$"{prefix}{item.Field.Name}"]
                : Headings(item.Branch, $"{prefix}{item.Field.RelationshipName}.")
        );

    private static IEnumerable<string> Cells(Org org, SelectTree fields, Record? record) =>
        fields.Items.SelectMany(item =>
        {
            if (item.Branch is null)
                return [Cell(item.Field, record)];
            var related = record?[item.Field.Name] is string id ? org.FindRecord(id) : null;
            return Cells(org, item.Branch, related);
        });

    private static string Cell(Field field, Record? record) =>
        record?[field.Name] switch
        {
            null => field.Type == FieldType.Boolean && record is not null ? "false" : "",
            bool truth => truth ? "true" : "false",
            DateOnly date => Instants.Write(date),
            DateTimeOffset instant => instant.UtcDateTime.ToString(
                "yyyy-MM-dd'T'HH:mm:ss.fff'Z'",
                CultureInfo.InvariantCulture
            ),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            var text => (string)text,
        };
}
