using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace LeadSync.Crm.Salesforce.Bulk;

/// <summary>
/// Salesforce's Bulk API 2.0: reads and writes more records than calls should be spent on, some 2,000 and up. Jobs run at
/// Salesforce's leisure; whoever starts one keeps its id and asks for its state. Each method is one API call, and both ways
/// records are handled while they pass, never all at once.
/// </summary>
/// <remarks>
/// Throws <see cref="CrmException"/>. Nothing of a writing job is open: when the answer to closing it is lost, its state tells.
/// Assignment rules do not run.
/// </remarks>
public sealed class SalesforceBulk
{
    private readonly SalesforceHttp _http;

    /// <param name="http">Guarded, as <see cref="Crms.AddCrms"/> makes it.</param>
    public SalesforceBulk(HttpClient http, SalesforceOptions options, TimeProvider clock) =>
        _http = new SalesforceHttp(http, options, clock);

    /// <summary>Starts a job that reads all records of a query, in no particular order.</summary>
    public Task<BulkJob> StartAsync(CrmSession session, RecordQuery query, CancellationToken cancellationToken) =>
        ChangeAsync(
            session,
            HttpMethod.Post,
            "/jobs/query",
            isQuery: true,
            json =>
            {
                json.WriteString("operation", query.DeletedToo ? "queryAll" : "query");
                json.WriteString("query", SoqlQuery.Write(query, ordered: false));
                WriteDialect(json);
            },
            cancellationToken
        );

    /// <summary>Opens a job that writes. Nothing happens before it is closed.</summary>
    public Task<BulkJob> OpenAsync(CrmSession session, BulkWrite write, CancellationToken cancellationToken) =>
        ChangeAsync(
            session,
            HttpMethod.Post,
            "/jobs/ingest",
            isQuery: false,
            json =>
            {
                json.WriteString("object", SoqlText.Name(write.Object));
                json.WriteString("operation", Operation(write));
                if (write.KeyField is { } key)
                    json.WriteString("externalIdFieldName", SoqlText.Name(key));
                WriteDialect(json);
            },
            cancellationToken
        );

    /// <summary>Sends the records of a job that is open: once for a job, at most 100 MB.</summary>
    /// <param name="write">As the job was opened.</param>
    /// <param name="fields">API names of the fields that any of the writes has, besides id and key.</param>
    /// <param name="writes">Read while they are sent; from the beginning again when the session had to be renewed.</param>
    public async Task UploadAsync(
        CrmSession session,
        BulkJob job,
        BulkWrite write,
        IReadOnlyCollection<string> fields,
        IAsyncEnumerable<RecordWrite> writes,
        CancellationToken cancellationToken
    )
    {
        string[] columns = [.. fields.Select(SoqlText.Name)];
        var key = write.KeyField is { } name ? SoqlText.Name(name) : null;
        var call = new SalesforceCall(session, HttpMethod.Put, PathOf(job, "/batches"))
        {
            Streamed = () => new CsvContent(columns, key, write.Updates, writes),
            AnswersNothing = true,
        };
        await _http.SendAsync(call, cancellationToken);
    }

    /// <summary>Closes a writing job: all its records are there, and Salesforce may begin.</summary>
    public Task<BulkJob> CloseAsync(CrmSession session, BulkJob job, CancellationToken cancellationToken) =>
        SetStateAsync(session, job, BulkJobState.UploadComplete, cancellationToken);

    /// <summary>Stops a job. What a writing job has written stays.</summary>
    public Task<BulkJob> AbortAsync(CrmSession session, BulkJob job, CancellationToken cancellationToken) =>
        SetStateAsync(session, job, BulkJobState.Aborted, cancellationToken);

    /// <summary>Reads how far a job is.</summary>
    public async Task<BulkJob> ReadAsync(CrmSession session, BulkJob job, CancellationToken cancellationToken)
    {
        var call = new SalesforceCall(session, HttpMethod.Get, PathOf(job));
        return Read(await _http.SendAsync(call, cancellationToken), job.IsQuery);
    }

    /// <summary>Opens a page of what a reading job found. Only once it is complete.</summary>
    /// <param name="query">As the job was started.</param>
    /// <param name="locator">From <see cref="BulkPage.Next"/>; null for the first page.</param>
    /// <param name="most">Most records on the page; Salesforce may give fewer.</param>
    public async Task<BulkPage> ReadPageAsync(
        CrmSession session,
        BulkJob job,
        RecordQuery query,
        string? locator,
        int most,
        CancellationToken cancellationToken
    )
    {
        var page = $"/results?maxRecords={most.ToString(CultureInfo.InvariantCulture)}";
        if (locator is not null)
            page += $"&locator={Uri.EscapeDataString(locator)}";
        var call = new SalesforceCall(session, HttpMethod.Get, PathOf(job, page)) { WantsCsv = true };
        return new BulkPage(query, await _http.OpenAsync(call, cancellationToken));
    }

    /// <summary>Reads what became of the records of a writing job that has ended.</summary>
    /// <exception cref="CrmException">Also after some of them: the outcomes are then read anew.</exception>
    public async IAsyncEnumerable<BulkOutcome> ReadOutcomesAsync(
        CrmSession session,
        BulkJob job,
        BulkOutcomes which,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var what = which switch
        {
            BulkOutcomes.Written => "/successfulResults",
            BulkOutcomes.Refused => "/failedResults",
            _ => "/unprocessedrecords",
        };
        var call = new SalesforceCall(session, HttpMethod.Get, PathOf(job, what)) { WantsCsv = true };
        await using var body = await _http.OpenAsync(call, cancellationToken);
        using var rows = new CsvReader(body);
        var header = await NextAsync() ?? throw Unreadable(null);
        while (await NextAsync() is { } row)
        {
            if (row.Length != header.Length)
                throw Unreadable(null);
            yield return Outcome(header, row);
        }

        async ValueTask<string[]?> NextAsync()
        {
            try
            {
                return await rows.ReadAsync(cancellationToken);
            }
            catch (FormatException e)
            {
                throw Unreadable(e);
            }
        }

        CrmException Unreadable(Exception? inner) =>
            new(
                SalesforceErrors.Unavailable("The outcomes that Salesforce sent cannot be read.") with
                {
                    RequestId = body.RequestId,
                },
                inner
            );
    }

    private static BulkOutcome Outcome(string[] header, string[] row)
    {
        var cells = header
            .Zip(row)
            .ToDictionary(cell => cell.First, cell => cell.Second, StringComparer.OrdinalIgnoreCase);
        cells.Remove("sf__Id", out var id);
        cells.Remove("sf__Created", out var created);
        var failure = cells.Remove("sf__Error", out var error) ? BulkError.Read(error!) : null;
        return new BulkOutcome(
            RecordId.TryLengthen(id, out var longId) ? longId : null,
            created == "true",
            failure,
            cells
        );
    }

    private Task<BulkJob> SetStateAsync(
        CrmSession session,
        BulkJob job,
        BulkJobState state,
        CancellationToken cancellationToken
    ) =>
        ChangeAsync(
            session,
            HttpMethod.Patch,
            PathOf(job),
            job.IsQuery,
            json => json.WriteString("state", state.ToString()),
            cancellationToken
        );

    private async Task<BulkJob> ChangeAsync(
        CrmSession session,
        HttpMethod method,
        string path,
        bool isQuery,
        Action<Utf8JsonWriter> members,
        CancellationToken cancellationToken
    )
    {
        using var body = SalesforceBody.Write(
            members,
            (json, write) =>
            {
                json.WriteStartObject();
                write(json);
                json.WriteEndObject();
            }
        );
        var answer = await _http.SendAsync(
            new SalesforceCall(session, method, path) { Body = body },
            cancellationToken
        );
        return Read(answer, isQuery);
    }

    private static BulkJob Read(SalesforceAnswer answer, bool isQuery)
    {
        var told = answer.Read(SalesforceJson.Default.BulkJobAnswer);
        // The id goes into addresses.
        if (!IsId(told.Id) || !Enum.TryParse<BulkJobState>(told.State, out var state))
            throw answer.Unreadable("Salesforce's answer about a job cannot be read.");
        return new BulkJob(
            told.Id,
            isQuery,
            state,
            told.NumberRecordsProcessed,
            told.NumberRecordsFailed,
            told.ErrorMessage
        )
        {
            Calls = answer.Calls,
            RequestId = answer.RequestId,
        };
    }

    private static string PathOf(BulkJob job, string what = "") =>
        IsId(job.Id)
            ? $"/jobs/{(job.IsQuery ? "query" : "ingest")}/{job.Id}{what}"
            : throw new ArgumentException("No job of Salesforce.", nameof(job));

    private static bool IsId(string id) => id.Length > 0 && id.All(char.IsAsciiLetterOrDigit);

    private static string Operation(BulkWrite write) =>
        write switch
        {
            { KeyField: not null, Updates: true } => throw new ArgumentException(
                "A record is found by its id or by a key, not by both.",
                nameof(write)
            ),
            { KeyField: not null } => "upsert",
            { Updates: true } => "update",
            _ => "insert",
        };

    private static void WriteDialect(Utf8JsonWriter json)
    {
        json.WriteString("contentType", "CSV");
        json.WriteString("columnDelimiter", "COMMA");
        json.WriteString("lineEnding", "LF");
    }
}
