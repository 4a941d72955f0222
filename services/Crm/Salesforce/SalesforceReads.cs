using System.Text.Json;

namespace LeadSync.Crm.Salesforce;

/// <summary>One thing to read of how an org is set up.</summary>
public sealed record SalesforceRead
{
    private SalesforceRead(string path, bool isQuery)
    {
        Path = path;
        IsQuery = isQuery;
    }

    internal string Path { get; }
    internal bool IsQuery { get; }

    /// <summary>An object's fields as the session's user may see and write them.</summary>
    /// <exception cref="ArgumentException">A name that can be no API name.</exception>
    public static SalesforceRead Describe(string objectName) =>
        new($"/sobjects/{SoqlText.Name(objectName)}/describe", false);

    /// <summary>Rows of an object, the first page of them.</summary>
    /// <param name="fields">API names; of a related record with a point before, as <c>Profile.Name</c>.</param>
    /// <param name="where">All of them hold of each row.</param>
    /// <exception cref="ArgumentException">A name that can be no API name.</exception>
    public static SalesforceRead Query(string objectName, IEnumerable<string> fields, params SalesforceFilter[] where)
    {
        var soql =
            SoqlText.Select(fields, objectName)
            + (where.Length == 0 ? "" : $" WHERE {string.Join(" AND ", where.Select(Write))}");
        return new($"/query?q={Uri.EscapeDataString(soql)}", true);
    }

    private static string Write(SalesforceFilter filter) =>
        filter.Values is null
            ? $"{SoqlText.Path(filter.Field)} = true"
            : $"{SoqlText.Path(filter.Field)} IN ({string.Join(',', filter.Values.Select(SoqlText.Quote))})";
}

/// <summary>What must hold of a row: that a flag is set, or that a text is one of these, at least one.</summary>
public sealed record SalesforceFilter(string Field, IReadOnlyCollection<string>? Values = null);

/// <summary>What one read gave: what was asked for, or why not.</summary>
/// <param name="Schema">What a describe gave.</param>
/// <param name="Body">The whole answer; its <c>records</c> are what a query gave.</param>
public sealed record SalesforceReadAnswer(JsonElement Body, ObjectSchema? Schema, CrmFailure? Failure)
{
    /// <summary>The rows of a query; none of anything else.</summary>
    public IReadOnlyList<JsonElement> Rows =>
        Failure is null && Body.Member("records") is { ValueKind: JsonValueKind.Array } rows
            ? [.. rows.EnumerateArray()]
            : [];
}

/// <summary>Reads how an org is set up: many reads in one API call, each of which may fail by itself.</summary>
public sealed class SalesforceReads(HttpClient http, SalesforceOptions options, TimeProvider clock)
{
    /// <summary>The most reads of one call.</summary>
    public const int Most = 25;

    /// <summary>The most queries among them.</summary>
    public const int MostQueries = SalesforceOptions.HeavyPartsPerCall;

    private readonly SalesforceComposite _composite = new(new SalesforceHttp(http, options, clock));

    /// <summary>The answers, in the order of the reads. One API call; two when the session has to be renewed.</summary>
    /// <exception cref="CrmException">The org refused the call as a whole, or could not be asked.</exception>
    /// <exception cref="ArgumentException">More reads or queries than one call takes.</exception>
    public async Task<IReadOnlyList<SalesforceReadAnswer>> ReadAsync(
        CrmSession session,
        IReadOnlyList<SalesforceRead> reads,
        CancellationToken cancellationToken
    )
    {
        if (reads.Count > Most || reads.Count(read => read.IsQuery) > MostQueries)
            throw new ArgumentException($"At most {Most} reads, {MostQueries} of them queries.", nameof(reads));
        var parts = reads.Select(read => new SalesforcePart(HttpMethod.Get, _composite.Root + read.Path)).ToList();
        var (replies, answer) = await _composite.SendAsync(session, parts, writes: false, cancellationToken);
        return [.. replies.Zip(reads, (reply, read) => Read(reply, read, answer))];
    }

    private static SalesforceReadAnswer Read(SalesforceReply? reply, SalesforceRead read, SalesforceAnswer answer)
    {
        if (reply is { IsSuccess: false })
        {
            var fault = SalesforceFault.Read(reply.Body, reply.Status) with { RequestId = answer.RequestId };
            return new SalesforceReadAnswer(default, null, SalesforceErrors.Judge(fault, writes: false));
        }
        try
        {
            if (reply is not null && read.IsQuery)
                return new SalesforceReadAnswer(reply.Body, null, null);
            if (reply?.Body.Deserialize(SalesforceJson.Default.DescribedObject) is { } described)
                return new SalesforceReadAnswer(reply.Body, described.ToSchema(), null);
        }
        catch (JsonException) { }
        return new SalesforceReadAnswer(
            default,
            null,
            SalesforceErrors.Unavailable("Salesforce's answer cannot be read.") with
            {
                RequestId = answer.RequestId,
            }
        );
    }
}
