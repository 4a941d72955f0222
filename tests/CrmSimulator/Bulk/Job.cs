using System.Text.Json;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Rest;
using LeadSync.CrmSimulator.Soql;

namespace LeadSync.CrmSimulator.Bulk;

internal enum JobState
{
    Open,
    UploadComplete,
    InProgress,
    JobComplete,
    Failed,
    Aborted,
}

/// <summary>How a job's CSV is written.</summary>
internal sealed record CsvShape(string DelimiterName, string LineEndName)
{
    private static readonly Dictionary<string, char> Delimiters = new(StringComparer.Ordinal)
    {
        ["COMMA"] = ',',
        ["BACKQUOTE"] = '`',
        ["CARET"] = '^',
        ["PIPE"] = '|',
        ["SEMICOLON"] = ';',
        ["TAB"] = '\t',
    };

    public char Delimiter => Delimiters[DelimiterName];

    public string LineEnd => LineEndName == "CRLF" ? "\r\n" : "\n";

    public static CsvShape Read(JsonBody body)
    {
        var shape = new CsvShape(body.Text("columnDelimiter") ?? "COMMA", body.Text("lineEnding") ?? "LF");
        return Delimiters.ContainsKey(shape.DelimiterName) && shape.LineEndName is "LF" or "CRLF"
            ? shape
            : throw new ApiException(
                400,
                new ApiError("INVALIDJOB", "Invalid columnDelimiter or lineEnding in the job")
            );
    }
}

/// <summary>What a row of an ingest job came to.</summary>
/// <param name="Error">As it stands in sf__Error; null when it was written.</param>
internal sealed record RowResult(string[] Row, string Id, bool Created, string? Error);

/// <summary>A bulk job, of either kind. Its state moves on each time it is asked for.</summary>
internal sealed class Job(string id, bool isQuery, string operation, string objectName, CsvShape csv)
{
    public string Id => id;
    public bool IsQuery => isQuery;
    public string Operation => operation;
    public string Object => objectName;
    public CsvShape Csv => csv;
    public JobState State { get; set; }
    public required string Version { get; init; }
    public required string CreatedById { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset ChangedAt { get; set; }

    /// <summary>Field by which an upsert finds its records.</summary>
    public string? ExternalIdField { get; init; }
    public string? AssignmentRuleId { get; init; }

    /// <summary>The uploaded rows, header first; null until they are.</summary>
    public string? Upload { get; set; }

    /// <summary>Of a query job.</summary>
    public Query? Query { get; init; }
    public string[] Header { get; set; } = [];
    public IReadOnlyList<RowResult> Results { get; set; } = [];
    public IReadOnlyList<string[]> Unprocessed { get; set; } = [];
    public string? ErrorMessage { get; set; }

    /// <summary>How often it was asked for since it could start.</summary>
    public int Polls { get; set; }
    public bool IsRunning => State is JobState.UploadComplete or JobState.InProgress;

    public void Write(Utf8JsonWriter json, bool whole)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("operation", operation);
        json.WriteString("object", objectName);
        json.WriteString("createdById", CreatedById);
        json.WriteString("createdDate", Instants.Write(CreatedAt));
        json.WriteString("systemModstamp", Instants.Write(ChangedAt));
        json.WriteString("state", State.ToString());
        if (ExternalIdField is not null)
            json.WriteString("externalIdFieldName", ExternalIdField);
        if (AssignmentRuleId is not null)
            json.WriteString("assignmentRuleId", AssignmentRuleId);
        json.WriteString("concurrencyMode", "Parallel");
        json.WriteString("contentType", "CSV");
        json.WriteNumber("apiVersion", VersionNumber);
        if (!isQuery)
            json.WriteString("contentUrl", $"services/data/{Version}/jobs/ingest/{id}/batches");
        json.WriteString("lineEnding", csv.LineEndName);
        json.WriteString("columnDelimiter", csv.DelimiterName);
        if (whole)
            WriteProgress(json);
        json.WriteEndObject();
    }

    private decimal VersionNumber => decimal.Parse(Version[1..], System.Globalization.CultureInfo.InvariantCulture);

    private void WriteProgress(Utf8JsonWriter json)
    {
        json.WriteString("jobType", isQuery ? "V2Query" : "V2Ingest");
        json.WriteNumber("retries", 0);
        json.WriteNumber("totalProcessingTime", Results.Count);
        var done = State == JobState.JobComplete ? Query?.Records.Count ?? 0 : 0;
        json.WriteNumber("numberRecordsProcessed", isQuery ? done : Results.Count);
        if (isQuery)
            return;
        json.WriteNumber("numberRecordsFailed", Results.Count(row => row.Error is not null));
        json.WriteNumber("apiActiveProcessingTime", Results.Count);
        json.WriteNumber("apexProcessingTime", 0);
        if (ErrorMessage is not null)
            json.WriteString("errorMessage", ErrorMessage);
    }
}

/// <summary>An org's bulk jobs, in memory only.</summary>
internal sealed class Jobs(Org org)
{
    private readonly Dictionary<string, Job> byId = new(StringComparer.Ordinal);
    private long number;

    public IEnumerable<Job> All => byId.Values;

    public string NextId() => RecordId.Make("750", org.Pod, ++number);

    public void Add(Job job) => byId.Add(job.Id, job);

    public Job? Find(string id, bool isQuery) =>
        RecordId.TryRead(id, out var full) && byId.TryGetValue(full, out var job) && job.IsQuery == isQuery
            ? job
            : null;

    public void Remove(Job job) => byId.Remove(job.Id);

    public void Clear() => byId.Clear();
}
