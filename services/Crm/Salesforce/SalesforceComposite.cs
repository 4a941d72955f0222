using System.Globalization;
using System.Text.Json;

namespace LeadSync.Crm.Salesforce;

/// <summary>A sub-request of a composite call.</summary>
/// <param name="Url">From the host's root, as <c>/services/data/v60.0/query?q=…</c>.</param>
/// <param name="Body">Writes the JSON body; null for none.</param>
internal sealed record SalesforcePart(HttpMethod Method, string Url, Action<Utf8JsonWriter>? Body = null)
{
    /// <summary>Refused with 412 when the record was changed after this instant, which counts in whole seconds.</summary>
    public DateTimeOffset? UnmodifiedSince { get; init; }

    /// <summary>Of creates: which assignment rule chooses their owners; null keeps them still.</summary>
    public Assignment? Assigns { get; init; }
}

/// <summary>What one sub-request was answered.</summary>
internal sealed record SalesforceReply(int Status, JsonElement Body)
{
    public bool IsSuccess => Status is >= 200 and < 300;
}

/// <summary>
/// Several requests in one API call. Each stands for itself: one that fails leaves the others as they are.
/// </summary>
internal sealed class SalesforceComposite(SalesforceHttp http)
{
    private const string Reference = "part";

    public string Root => http.Root;

    /// <summary>Answers stand in the order of the parts; null for a part that was not answered, or not readably.</summary>
    public async Task<(SalesforceReply?[] Replies, SalesforceAnswer Answer)> SendAsync(
        CrmSession session,
        IReadOnlyList<SalesforcePart> parts,
        bool writes,
        CancellationToken cancellationToken
    )
    {
        using var body = SalesforceBody.Write((parts, writes), Write);
        var call = new SalesforceCall(session, HttpMethod.Post, "/composite", writes)
        {
            Body = body,
            Assigns = SalesforceAssignment.OfAll([.. parts.Select(part => part.Assigns)]),
        };
        var answer = await http.SendAsync(call, cancellationToken);
        var replies = new SalesforceReply?[parts.Count];
        if (answer.Json.Member("compositeResponse") is not { ValueKind: JsonValueKind.Array } responses)
            throw SalesforceHttp.Unreadable(call, answer.RequestId);
        foreach (var response in responses.EnumerateArray())
        {
            if (Read(response, parts.Count) is var (index, reply))
                replies[index] = reply;
        }
        return (replies, answer);
    }

    /// <summary>What a part of a read was answered.</summary>
    /// <exception cref="CrmException">It was refused, or not readably answered.</exception>
    public static JsonElement Require(SalesforceReply? reply, SalesforceAnswer answer)
    {
        if (reply is null)
            throw answer.Unreadable("Salesforce's answer to a composite cannot be read.");
        if (reply.IsSuccess)
            return reply.Body;
        var fault = SalesforceFault.Read(reply.Body, reply.Status) with { RequestId = answer.RequestId };
        throw new CrmException(SalesforceErrors.Judge(fault, writes: false));
    }

    private static void Write(Utf8JsonWriter writer, (IReadOnlyList<SalesforcePart> Parts, bool Writes) call)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("allOrNone", false);
        writer.WriteStartArray("compositeRequest");
        for (var index = 0; index < call.Parts.Count; index++)
        {
            var part = call.Parts[index];
            writer.WriteStartObject();
            writer.WriteString("method", part.Method.Method);
            writer.WriteString("url", part.Url);
            writer.WriteString("referenceId", Reference + index.ToString(CultureInfo.InvariantCulture));
            if (call.Writes)
            {
                writer.WriteStartObject("httpHeaders");
                writer.WriteString(SalesforceAssignment.Header, SalesforceAssignment.Write(part.Assigns));
                if (part.UnmodifiedSince is { } instant)
                    writer.WriteString("If-Unmodified-Since", instant.ToString("r", CultureInfo.InvariantCulture));
                writer.WriteEndObject();
            }
            if (part.Body is not null)
            {
                writer.WritePropertyName("body");
                part.Body(writer);
            }
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static (int, SalesforceReply)? Read(JsonElement response, int parts) =>
        response.Text("referenceId") is { } reference
        && reference.StartsWith(Reference, StringComparison.Ordinal)
        && int.TryParse(
            reference.AsSpan(Reference.Length),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var index
        )
        && index < parts
        && response.Number("httpStatusCode") is { } status
        && response.Member("body") is { } body
            ? (index, new SalesforceReply((int)status, body))
            : null;
}
