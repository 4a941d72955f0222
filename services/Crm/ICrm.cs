using System.Text.Json;

namespace LeadSync.Crm;

/// <summary>
/// What LeadSync asks of a CRM. Every method is a small, fixed number of API calls whatever the number of records, never
/// deletes, and never retries by itself, but for one renewal of the session after which the call is repeated once.
/// </summary>
/// <remarks>
/// A call that fails as a whole throws <see cref="CrmException"/>. What fails for one record comes back as that
/// record's result, so that the others are not affected. Whatever <see cref="CrmSession.BeforeCall"/> or
/// <see cref="CrmSession.RenewAsync"/> throws comes through as it is, and nothing was asked of the CRM by then.
/// </remarks>
public interface ICrm
{
    /// <summary>The system this client speaks to, as connections name it: <c>salesforce</c>.</summary>
    string System { get; }

    /// <summary>The objects that hold people: a person may exist as any of them.</summary>
    IReadOnlyList<string> PersonObjects { get; }

    /// <summary>The most writes that <see cref="WriteAsync"/> carries in one API call.</summary>
    int WritesPerCall { get; }

    /// <summary>Reads the fields of an object as the session's user may see and write them.</summary>
    Task<ObjectSchema> DescribeAsync(CrmSession session, string objectName, CancellationToken cancellationToken);

    /// <summary>
    /// Finds the records that have one of the given ids or email addresses, over all given objects in one API call (more
    /// only when the CRM pages its answer). Reads by query, never by a search index, so a record just created is found.
    /// </summary>
    Task<Found> FindAsync(CrmSession session, Search search, CancellationToken cancellationToken);

    /// <summary>
    /// Creates and updates records, in one API call for up to <see cref="WritesPerCall"/> writes; more is an
    /// <see cref="ArgumentException"/>. Results stand in the order of the writes. An answer that never came or cannot be
    /// understood makes the writes it would have covered <see cref="WriteStatus.Unknown"/>: they may have happened.
    /// </summary>
    /// <remarks>
    /// Texts that the CRM would take for commands of its own (Salesforce: <c>@{…}</c>) go in further calls;
    /// <see cref="WriteReport.Calls"/> tells. Once something may have been written nothing is thrown: what could not be sent
    /// any more comes back as <see cref="WriteStatus.Refused"/>.
    /// </remarks>
    /// <exception cref="CrmException">
    /// Nothing was written, and no write is to blame: the call could not be sent, or the CRM refused us as a whole. A batch
    /// refused for what stands in it comes back as results that say <see cref="CrmFailure.WholeBatch"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// The caller's own token was cancelled while the call was under way: the writes may have happened.
    /// </exception>
    Task<WriteReport> WriteAsync(
        CrmSession session,
        IReadOnlyList<RecordWrite> writes,
        CancellationToken cancellationToken
    );

    /// <summary>How many API calls the org has used and may make, in the CRM's own counting.</summary>
    Task<ApiUsage> ReadUsageAsync(CrmSession session, CancellationToken cancellationToken);
}

/// <summary>Where to call and as whom. Lives as long as one grant of access; never logged.</summary>
public abstract class CrmSession
{
    /// <summary>The host of the org's API.</summary>
    public abstract Uri InstanceUrl { get; }

    /// <summary>The access token to send. A secret.</summary>
    public abstract string AccessToken { get; }

    /// <summary>
    /// The CRM's id of the user we act as; null when it is not known, and then
    /// <see cref="ObjectSearch.CreatedSince"/> cannot be asked for.
    /// </summary>
    public virtual string? UserId => null;

    /// <summary>
    /// Called once when the CRM refuses <paramref name="refusedToken"/>; afterwards <see cref="AccessToken"/> and
    /// <see cref="InstanceUrl"/> are the new ones. Throws <see cref="CrmException"/> when no new token can be had.
    /// </summary>
    public abstract Task RenewAsync(string refusedToken, CancellationToken cancellationToken);

    /// <summary>
    /// Called just before each request goes out. May throw to stop it: the lease was lost, a hold was set, the grant is spent.
    /// </summary>
    public abstract void BeforeCall();

    /// <summary>Called with what each answer says of the org's API usage.</summary>
    public virtual void Observe(ApiUsage usage) { }
}

/// <summary>Which records to look for: by id and by email, per object, and which fields to read of them.</summary>
/// <param name="Objects">One entry for each object to look in.</param>
public sealed record Search(IReadOnlyList<ObjectSearch> Objects);

/// <param name="Object">API name of the object, as <c>Lead</c>.</param>
/// <param name="RecordIds">Ids to look for, 15 or 18 characters; a text that can be no id finds nothing.</param>
/// <param name="Emails">Addresses to look for; compared without case. A text that can be no address finds nothing.</param>
/// <param name="Fields">API names of the fields to read. Id, email and the stamps are always read.</param>
/// <param name="CreatedSince">
/// When given, also every record that the session's own user (<see cref="CrmSession.UserId"/>) created since then: the
/// probe for a create that has no key.
/// </param>
public sealed record ObjectSearch(
    string Object,
    IReadOnlyCollection<string> RecordIds,
    IReadOnlyCollection<string> Emails,
    IReadOnlyCollection<string> Fields,
    DateTimeOffset? CreatedSince = null
);

/// <param name="Records">Every record found, in no particular order, each once.</param>
/// <param name="ServerTime">The CRM's clock when it answered.</param>
/// <param name="Calls">API calls used, those for a renewed session included.</param>
/// <param name="RequestId">The CRM's own id of the request, for its support; null when it gave none.</param>
public sealed record Found(IReadOnlyList<CrmRecord> Records, DateTimeOffset ServerTime, int Calls, string? RequestId);

/// <summary>One row of an object as the CRM holds it.</summary>
/// <param name="Object">API name of the object.</param>
/// <param name="Id">The record's id in its long form.</param>
/// <param name="Fields">The fields that were asked for, by API name; a field the CRM holds nothing in is JSON null.</param>
public sealed record CrmRecord(string Object, string Id, IReadOnlyDictionary<string, JsonElement> Fields)
{
    public string? Email { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public string? CreatedById { get; init; }
    public required DateTimeOffset ModifiedAt { get; init; }

    /// <summary>A Salesforce Lead that has become a Contact: it can be read, but no longer written.</summary>
    public bool Converted { get; init; }

    /// <summary>The Contact that a converted Lead became.</summary>
    public string? ConvertedContactId { get; init; }
}

/// <summary>One record to create or update.</summary>
/// <param name="Object">API name of the object.</param>
/// <param name="RecordId">Null to create, the record's id to update.</param>
/// <param name="Fields">Values by API name; JSON null clears the field.</param>
public sealed record RecordWrite(string Object, string? RecordId, IReadOnlyDictionary<string, JsonElement> Fields);

/// <param name="Results">One for each write, in the order of the writes.</param>
/// <param name="Calls">API calls used, those for a renewed session included.</param>
public sealed record WriteReport(IReadOnlyList<WriteResult> Results, int Calls);

/// <summary>What became of one write.</summary>
/// <param name="RecordId">The record's id in its long form when it was written, else null.</param>
/// <param name="Failure">Why not, when it was not written or may not have been.</param>
/// <param name="RequestId">The CRM's own id of the request, for its support; null when it gave none.</param>
public sealed record WriteResult(
    WriteStatus Status,
    string? RecordId = null,
    CrmFailure? Failure = null,
    string? RequestId = null
);

public enum WriteStatus
{
    /// <summary>The record was created or updated.</summary>
    Written,

    /// <summary>The CRM said no, or it is certain that it was never asked. Nothing happened.</summary>
    Refused,

    /// <summary>It may or may not have happened.</summary>
    Unknown,
}

/// <param name="Used">Calls counted against the allowance in the CRM's current window.</param>
/// <param name="Allowance">Calls allowed in that window.</param>
public sealed record ApiUsage(long Used, long Allowance);
