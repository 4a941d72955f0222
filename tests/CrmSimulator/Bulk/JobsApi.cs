using System.Text.Json;
using LeadSync.CrmSimulator.Rest;

namespace LeadSync.CrmSimulator.Bulk;

/// <summary>What ingest and query jobs have in common: they are asked for, listed, aborted and deleted.</summary>
internal static class JobsApi
{
    /// <summary>A job as it stands, which brings it one step on.</summary>
    public static ApiAnswer Show(ApiRequest request)
    {
        var job = Find(request);
        Advance(request, job);
        return ApiAnswer.Json(200, json => job.Write(json, whole: true)) with { Records = job.Results.Count };
    }

    public static ApiAnswer List(ApiRequest request) =>
        ApiAnswer.Json(
            200,
            json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("done", true);
                json.WriteStartArray("records");
                foreach (var job in request.Org.Jobs.All.Where(job => job.IsQuery == IsQuery(request)))
                    job.Write(json, whole: false);
                json.WriteEndArray();
                json.WriteNull("nextRecordsUrl");
                json.WriteEndObject();
            }
        );

    /// <summary>UploadComplete or Aborted.</summary>
    public static ApiAnswer SetState(ApiRequest request)
    {
        var job = Find(request);
        var next = request.RequireBody().Text("state") switch
        {
            "UploadComplete" when job.State == JobState.Open && job.Upload is not null => JobState.UploadComplete,
            "Aborted" when job.State == JobState.Open || job.IsRunning => JobState.Aborted,
            var state => throw Refused("INVALIDJOBSTATE", $"Job state can't be changed from {job.State} to {state}"),
        };
        job.State = next;
        job.ChangedAt = request.Transaction.Now;
        if (next == JobState.Aborted && !job.IsQuery)
            Ingest.LeaveUnprocessed(job);
        return ApiAnswer.Json(200, json => job.Write(json, whole: false));
    }

    public static ApiAnswer Delete(ApiRequest request)
    {
        var job = Find(request);
        if (job.IsRunning)
            throw Refused("API_ERROR", "Error encountered when deleting the job because the job is not terminated");
        request.Org.Jobs.Remove(job);
        return ApiAnswer.NoContent;
    }

    /// <exception cref="ApiException">404.</exception>
    public static Job Find(ApiRequest request) =>
        request.Org.Jobs.Find(request.Segment(2), IsQuery(request)) ?? throw new ApiException(404, ApiError.NotFound);

    public static ApiException Refused(string code, string message) => new(400, new ApiError(code, message));

    public static ApiAnswer Csv(string csv) => ApiAnswer.Text(200, "text/csv;charset=UTF-8", csv);

    public static string? Text(this JsonBody body, string name) =>
        body.Root.ValueKind == JsonValueKind.Object
        && body.Root.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? body.TextOf(value)
            : null;

    private static bool IsQuery(ApiRequest request) => request.Segment(1) == "query";

    private static void Advance(ApiRequest request, Job job)
    {
        if (!job.IsRunning)
            return;
        job.Polls++;
        job.ChangedAt = request.Transaction.Now;
        job.State = JobState.InProgress;
        if (job.Polls < request.Org.Settings.BulkPolls)
            return;
        if (!job.IsQuery)
            Ingest.Process(request, job);
        if (job.State == JobState.InProgress)
            job.State = JobState.JobComplete;
    }
}
