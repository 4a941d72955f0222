using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LeadSync.Crm.Salesforce;

/// <summary>One request to an org.</summary>
/// <param name="Path">From the root of the API version, as <c>/composite</c>.</param>
/// <param name="Writes">It may change records, so a lost answer leaves open whether it did.</param>
internal sealed record SalesforceCall(CrmSession Session, HttpMethod Method, string Path, bool Writes = false)
{
    /// <summary>In place of <see cref="Path"/>, an address from the host's root that Salesforce itself gave, to be used as it is.</summary>
    public string? Verbatim { get; init; }

    public SalesforceBody? Body { get; init; }

    /// <summary>In place of <see cref="Body"/>, content too large for memory; made anew for each request.</summary>
    public Func<HttpContent>? Streamed { get; init; }

    /// <summary>A record on its condition: refused with 412 when it was changed after this instant, which counts in whole seconds.</summary>
    public DateTimeOffset? UnmodifiedSince { get; init; }

    /// <summary>Answered with nothing when what is asked for was not changed after this instant.</summary>
    public DateTimeOffset? ModifiedSince { get; init; }

    /// <summary>A duplicate rule that only warns is passed over.</summary>
    public bool AllowsDuplicates { get; init; }

    /// <summary>Of creates: which assignment rule chooses their owners; null keeps them still.</summary>
    public Assignment? Assigns { get; init; }

    /// <summary>It is about one record, so that what is refused is the record's and not the call's.</summary>
    public bool OfRecord { get; init; }

    /// <summary>It is answered with rows of CSV, and with JSON only when it is refused.</summary>
    public bool WantsCsv { get; init; }

    /// <summary>Its success has an empty body; anything in it is of somebody who is not Salesforce.</summary>
    public bool AnswersNothing { get; init; }

    /// <summary>Requests that went out for it so far: two when the session had to be renewed.</summary>
    public int Calls { get; set; }
}

/// <summary>What an org answered, read to the end.</summary>
/// <param name="Calls">Requests that went out for it.</param>
internal sealed record SalesforceAnswer(JsonElement Json, DateTimeOffset ServerTime, string? RequestId, int Calls)
{
    /// <summary>When what was asked for was last changed, where Salesforce says so.</summary>
    public DateTimeOffset? LastModified { get; init; }

    /// <summary>It was not changed since <see cref="SalesforceCall.ModifiedSince"/>.</summary>
    public bool IsUnchanged => Json.ValueKind == JsonValueKind.Undefined;

    /// <exception cref="CrmException">The answer is not of the shape that was asked for.</exception>
    public T Read<T>(JsonTypeInfo<T> type)
    {
        try
        {
            return Json.Deserialize(type) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw Unreadable("Salesforce's answer cannot be read.");
        }
    }

    /// <summary>What to throw when a read was answered in a way that cannot be understood.</summary>
    public CrmException Unreadable(string cause) =>
        new(SalesforceErrors.Unavailable(cause) with { RequestId = RequestId });
}
