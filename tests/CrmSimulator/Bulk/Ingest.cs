using System.Text;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Journal;
using LeadSync.CrmSimulator.Rest;

namespace LeadSync.CrmSimulator.Bulk;

/// <summary>/jobs/ingest: many records as CSV, written when the job is polled for the last time.</summary>
internal static class Ingest
{
    private const int ChunkSize = 200;

    public static ApiAnswer Create(ApiRequest request)
    {
        var body = request.RequireBody();
        var type = request.Viewer.FindObject(body.Text("object") ?? "");
        if (type is not { Writeable: true })
            throw JobsApi.Refused("INVALIDENTITY", $"{body.Text("object")} is not supported by the Bulk API");
        var operation = body.Text("operation");
        if (operation is not ("insert" or "update" or "upsert" or "delete" or "hardDelete"))
            throw JobsApi.Refused("INVALIDOPERATION", $"Unknown operation: {operation}");
        var key = body.Text("externalIdFieldName");
        if (operation == "upsert" && (key is null || type.Find(key) is not { IdLookup: true }))
            throw JobsApi.Refused("INVALIDJOB", "An upsert needs an externalIdFieldName that is an id lookup field");
        if ((body.Text("contentType") ?? "CSV") != "CSV")
            throw JobsApi.Refused("INVALIDJOB", "Only the content type CSV is supported");
        var job = new Job(request.Org.Jobs.NextId(), isQuery: false, operation, type.Name, CsvShape.Read(body))
        {
            Version = request.Version,
            CreatedById = request.Transaction.UserId,
            CreatedAt = request.Transaction.Now,
            ChangedAt = request.Transaction.Now,
            ExternalIdField = key,
            AssignmentRuleId = body.Text("assignmentRuleId"),
        };
        request.Org.Jobs.Add(job);
        return ApiAnswer.Json(200, json => job.Write(json, whole: false));
    }

    public static ApiAnswer Upload(ApiRequest request)
    {
        var job = JobsApi.Find(request);
        if (job.State != JobState.Open || job.Upload is not null)
        {
            throw JobsApi.Refused(
                "INVALIDJOBSTATE",
                $"Found multiple contents for job: <{job.Id}>, please 'Close' / 'Abort' / 'Delete' the current Job then create a new Job and make sure you only do 'PUT' once on a given Job."
            );
        }

        job.Upload = Encoding.UTF8.GetString(request.Content.Span);
        return new(201, default);
    }

    public static ApiAnswer Results(ApiRequest request)
    {
        var job = JobsApi.Find(request);
        var csv = new StringBuilder();
        switch (request.Segment(3).ToLowerInvariant())
        {
            case "successfulresults":
                Write(csv, job, ["sf__Id", "sf__Created", .. job.Header]);
                foreach (var row in job.Results.Where(row => row.Error is null))
                    Write(csv, job, [row.Id, row.Created ? "true" : "false", .. row.Row]);
                break;
            case "failedresults":
                Write(csv, job, ["sf__Id", "sf__Error", .. job.Header]);
                foreach (var row in job.Results.Where(row => row.Error is not null))
                    Write(csv, job, [row.Id, row.Error!, .. row.Row]);
                break;
            default:
                Write(csv, job, job.Header);
                foreach (var row in job.Unprocessed)
                    Write(csv, job, row);
                break;
        }

        return JobsApi.Csv(csv.ToString());
    }

    public static void LeaveUnprocessed(Job job)
    {
        try
        {
            var rows = Csv.Read(job.Upload ?? "", job.Csv.Delimiter);
            job.Header = rows.Count == 0 ? [] : rows[0];
            job.Unprocessed = [.. rows.Skip(1)];
        }
        catch (FormatException)
        {
            job.Unprocessed = [];
        }
    }

    public static void Process(ApiRequest request, Job job)
    {
        try
        {
            var rows = Csv.Read(job.Upload!.TrimStart('\uFEFF'), job.Csv.Delimiter);
            var firstLine = job.Upload.AsSpan(0, Math.Max(0, job.Upload.IndexOf('\n', StringComparison.Ordinal)));
            if (firstLine.EndsWith("\r") != (job.Csv.LineEndName == "CRLF") && firstLine.Length > 0)
                throw new FormatException(
                    $"LineEnding is invalid on user data. Current LineEnding setting is {job.Csv.LineEndName}"
                );
            if (rows.Count == 0)
                throw new FormatException("The CSV is empty");
            job.Header = rows[0];
            Save(request, job, rows);
        }
        catch (FormatException e)
        {
            job.State = JobState.Failed;
            job.ErrorMessage = $"InvalidBatch : {e.Message}";
            LeaveUnprocessed(job);
        }
    }

    private static void Save(ApiRequest request, Job job, List<string[]> rows)
    {
        var type = request.Viewer.FindObject(job.Object) ?? throw new FormatException($"No access to {job.Object}");
        var columns = Columns.Bind(request.Viewer, type, job.Header);
        var writer = new RecordWriter(
            request.Viewer,
            request.Transaction,
            new(
                request.Root,
                // Without a rule's id no rule runs.
                job.AssignmentRuleId
                    is null
                    ? AutoAssign.Off
                    : AutoAssign.Read(job.AssignmentRuleId)
            )
        );
        var results = new List<RowResult>(rows.Count - 1);
        foreach (var chunk in rows.Skip(1).Chunk(ChunkSize))
        {
            var from = results.Count;
            var saved = Chunks.Write(
                request.Transaction,
                [.. chunk.Select(_ => type.Name)],
                i => Save(request, job, type, columns, writer, chunk[i], from + i + 1)
            );
            foreach (var (row, result) in chunk.Zip(saved.ToList()))
                results.Add(new(row, result.Id ?? "", result.Created, result.Failed ? Worded(result.Errors[0]) : null));
        }

        job.Results = results;
    }

    private static WriteResult Save(
        ApiRequest request,
        Job job,
        SObject type,
        Columns columns,
        RecordWriter writer,
        string[] row,
        int position
    )
    {
        try
        {
            var input = columns.Read(request.Org, type, row);
            var kind = job.Operation switch
            {
                "insert" => RequestKinds.Create,
                "update" => RequestKinds.Update,
                "upsert" => RequestKinds.Upsert,
                _ => RequestKinds.Delete,
            };
            if (Records.Fault(request, kind, type, input.Id, input, position) is { } struck)
                return struck;
            return kind switch
            {
                RequestKinds.Create => writer.Create(type, input),
                RequestKinds.Upsert => Upsert(request, job, type, writer, input),
                _ when string.IsNullOrEmpty(input.Id) => WriteResult.Failure(
                    null,
                    new ApiError(
                        "MISSING_ARGUMENT",
                        $"Id not specified in {(kind == RequestKinds.Update ? "an update" : "a delete")} call"
                    )
                ),
                RequestKinds.Update => writer.Update(type, input.Id, input),
                _ => writer.Delete(input.Id),
            };
        }
        catch (ApiException e)
        {
            return WriteResult.Failure(null, e.Errors[0]);
        }
    }

    private static WriteResult Upsert(ApiRequest request, Job job, SObject type, RecordWriter writer, RecordInput input)
    {
        var key = RecordsByKey.KeyOf(type, job.ExternalIdField!);
        var value = key.Type == FieldType.Id ? input.Id : input[key.Name] as string;
        if (value is null && key.Type != FieldType.Id)
            return WriteResult.Failure(null, new ApiError("MISSING_ARGUMENT", $"{key.Name} not specified"));
        var found = value is null ? [] : RecordsByKey.Find(request.Viewer, type, key, value);
        return found.Count > 1
            ? WriteResult.Failure(null, RecordsByKey.SeveralFound(key, found))
            : RecordsByKey.Write(writer, type, key, value ?? "", found, input);
    }

    /// <summary>CODE:message:FIELDS --.</summary>
    private static string Worded(ApiError error) =>
        $"{error.Code}:{error.Message}:{string.Concat((error.Fields ?? []).Select(field => $"{field} "))}--";

    private static void Write(StringBuilder csv, Job job, IEnumerable<string> cells) =>
        Csv.Write(csv, cells, job.Csv.Delimiter, job.Csv.LineEnd);
}
