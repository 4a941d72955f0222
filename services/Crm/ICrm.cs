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

    /// <summary>How many API calls <see cref="WriteAsync"/> makes for these writes, when nothing goes wrong.</summary>
    int CallsFor(IReadOnlyList<RecordWrite> writes);

    /// <summary>Reads which objects there are, as the session's user may see them.</summary>
    Task<IReadOnlyList<ObjectSummary>> ListObjectsAsync(CrmSession session, CancellationToken cancellationToken);

    /// <summary>Reads the fields of an object as the session's user may see and write them.</summary>
    Task<ObjectSchema> DescribeAsync(CrmSession session, string objectName, CancellationToken cancellationToken);

    /// <summary>The same, but null when it was not changed since then: from <see cref="ObjectSchema.ChangedAt"/>.</summary>
    Task<ObjectSchema?> DescribeIfChangedAsync(
        CrmSession session,
        string objectName,
        DateTimeOffset since,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Finds the records that have one of the given ids or email addresses, over all given objects in one API call (more
    /// only when the CRM pages its answer), and in the same call the owners that are asked for. Reads by query, never by a search index, so a record just created is found.
    /// </summary>
    Task<Found> FindAsync(CrmSession session, Search search, CancellationToken cancellationToken);

    /// <summary>
    /// Reads records by their ids, some thousand in one API call. A record that does not exist, was deleted or cannot be seen
    /// is not in the answer.
    /// </summary>
    /// <param name="recordIds">15 or 18 characters each; a text that can be no id finds nothing.</param>
    /// <param name="fields">API names of the fields to read. Id, email and the stamps are always read.</param>
    Task<Found> ReadAsync(
        CrmSession session,
        ObjectSchema schema,
        IReadOnlyCollection<string> recordIds,
        IReadOnlyCollection<string> fields,
        CancellationToken cancellationToken
    );

    /// <summary>Begins a query: its first page, in the order of changes.</summary>
    /// <exception cref="CrmException">
    /// Also when nothing was asked, because a name is none of the schema's (<c>SCHEMA_CHANGED</c>), a value does not fit its field
    /// (<c>BAD_TYPE</c>), or the query is too long.
    /// </exception>
    Task<RecordPage> QueryAsync(CrmSession session, RecordQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// The next page of a query, from <see cref="RecordPage.Next"/>. When that has lapsed it is <c>QUERY_LAPSED</c>: the query is
    /// begun anew, after the last record that was read (<see cref="RecordQuery.After"/>).
    /// </summary>
    Task<RecordPage> ContinueAsync(
        CrmSession session,
        RecordQuery query,
        string nextPage,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Reads which records of an object were deleted or merged away, by the CRM's clock, for as long as it remembers
    /// (Salesforce: 15 days). <c>CHANGES_NOT_TOLD</c> when it does not tell of that stretch of time.
    /// </summary>
    /// <param name="until">At least a minute after <paramref name="since"/>; Salesforce passes over the seconds of both.</param>
    Task<DeletedRecords> ReadDeletedAsync(
        CrmSession session,
        string objectName,
        DateTimeOffset since,
        DateTimeOffset until,
        CancellationToken cancellationToken
    );

    /// <summary>Reads which records of an object were created or changed, in the same way (Salesforce: 30 days back).</summary>
    /// <param name="until">At least a minute after <paramref name="since"/>; Salesforce passes over the seconds of both.</param>
    Task<ChangedRecords> ReadChangedAsync(
        CrmSession session,
        string objectName,
        DateTimeOffset since,
        DateTimeOffset until,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Creates, updates and upserts records, in one API call for up to <see cref="WritesPerCall"/> writes; more is an
    /// <see cref="ArgumentException"/>. Results stand in the order of the writes. An answer that never came or cannot be
    /// understood makes the writes it would have covered <see cref="WriteStatus.Unknown"/>: they may have happened.
    /// </summary>
    /// <remarks>
    /// Some go in further calls, as <see cref="WriteReport.Calls"/> tells: guarded updates (Salesforce: each, or 25 a call where
    /// conditions are known to work in a composite), upserts of more than two kinds, creates under several
    /// assignment rules as far as they fill further collections, and texts that the CRM would take
    /// for commands of its own (Salesforce: <c>@{…}</c>). A create that a duplicate rule refuses is repeated alone, to learn
    /// which records it repeats (<see cref="CrmFailure.Duplicates"/>): a collection does not tell. Once something may have been written nothing is thrown: what could not
    /// be sent any more comes back as <see cref="WriteStatus.Refused"/>.
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
public sealed record Search(IReadOnlyList<ObjectSearch> Objects)
{
    /// <summary>
    /// Records that were deleted or merged too, as long as the CRM still has them: <see cref="CrmRecord.Deleted"/> and
    /// <see cref="CrmRecord.MergedInto"/> are known then.
    /// </summary>
    public bool DeletedToo { get; init; }

    /// <summary>Users and queues to look at in the same call; null for none.</summary>
    public OwnerSearch? Owners { get; init; }
}

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
)
{
    /// <summary>Also every record that has one of these external ids; null for none.</summary>
    public ExternalIds? ExternalIds { get; init; }

    /// <summary>
    /// Also every record with one of these companies and last names together; then <see cref="CrmRecord.Company"/> and
    /// <see cref="CrmRecord.LastName"/> are read. A Salesforce Contact's company is its Account's name.
    /// </summary>
    public IReadOnlyCollection<CompanyAndLastName> Names { get; init; } = [];
}

/// <summary>Values of an external id field to look for; compared as the CRM does, mostly without case.</summary>
/// <param name="Field">API name of the field.</param>
public sealed record ExternalIds(string Field, IReadOnlyCollection<string> Values);

/// <summary>Whom somebody is by name; compared without case.</summary>
public sealed record CompanyAndLastName(string Company, string LastName);

/// <param name="Records">Every record found, in no particular order, each once.</param>
/// <param name="ServerTime">The CRM's clock when it answered.</param>
/// <param name="Calls">API calls used, those for a renewed session included.</param>
/// <param name="RequestId">The CRM's own id of the request, for its support; null when it gave none.</param>
public sealed record Found(IReadOnlyList<CrmRecord> Records, DateTimeOffset ServerTime, int Calls, string? RequestId)
{
    /// <summary>
    /// Of the <see cref="Search.Owners"/> those who may be given records now; null where none were asked for, or the CRM does
    /// not let the session's user see them.
    /// </summary>
    public IReadOnlyList<CrmOwner>? Owners { get; init; }
}

/// <summary>One row of an object as the CRM holds it.</summary>
/// <param name="Object">API name of the object.</param>
/// <param name="Id">The record's id in its long form.</param>
/// <param name="Fields">The fields that were asked for, by API name; a field the CRM holds nothing in is JSON null.</param>
public sealed record CrmRecord(string Object, string Id, IReadOnlyDictionary<string, JsonElement> Fields)
{
    public string? Email { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public string? CreatedById { get; init; }

    /// <summary>When a person or a program last changed it. An import may set it as it likes.</summary>
    public required DateTimeOffset ModifiedAt { get; init; }
    public string? ModifiedById { get; init; }

    /// <summary>The CRM's own stamp of the last change, by whomever, automation included; cannot be set. What changes are read by.</summary>
    public DateTimeOffset Stamp { get; init; }

    /// <summary>It has been deleted, or merged into another. Known only of records read with <see cref="RecordQuery.DeletedToo"/>.</summary>
    public bool Deleted { get; init; }

    /// <summary>The record that it was merged into.</summary>
    public string? MergedInto { get; init; }

    /// <summary>Somebody has logged an activity on it, as a call or a meeting.</summary>
    public bool HasActivity { get; init; }

    /// <summary>Where the person works; known only where <see cref="ObjectSearch.Names"/> were asked for.</summary>
    public string? Company { get; init; }

    /// <inheritdoc cref="Company"/>
    public string? LastName { get; init; }

    /// <summary>A Salesforce Lead that has become a Contact: it can be read, but no longer written.</summary>
    public bool Converted { get; init; }

    /// <summary>The Contact that a converted Lead became.</summary>
    public string? ConvertedContactId { get; init; }
}

/// <summary>One record to create, update or upsert.</summary>
/// <param name="Object">API name of the object.</param>
/// <param name="RecordId">The record's id to update; null to create, or to upsert by <see cref="Key"/>.</param>
/// <param name="Fields">Values by API name; JSON null clears the field.</param>
public sealed record RecordWrite(string Object, string? RecordId, IReadOnlyDictionary<string, JsonElement> Fields)
{
    /// <summary>
    /// Updates the record that has this value, or creates it with the value when there is none: a create that may be repeated.
    /// Only without <see cref="RecordId"/>, and the field is none of <see cref="Fields"/>.
    /// </summary>
    public ExternalKey? Key { get; init; }

    /// <summary>
    /// Creates the record also where a duplicate rule of the org warns of it; one that blocks goes on blocking. Only without
    /// <see cref="RecordId"/>. Such writes go in a call of their own.
    /// </summary>
    public bool AllowsDuplicates { get; init; }

    /// <summary>
    /// Has the CRM's assignment rules choose the owner; null keeps them still. Only of a create that is certainly one, without
    /// <see cref="RecordId"/> and <see cref="Key"/>: on an update they would take the record from its owner.
    /// </summary>
    public Assignment? Assignment { get; init; }

    /// <summary>
    /// Guards an update: it is refused with <c>RECORD_CHANGED</c> when the record's <see cref="CrmRecord.Stamp"/> lies after this
    /// instant. Salesforce counts in whole seconds, so an edit within the second of our reading goes unseen.
    /// </summary>
    public DateTimeOffset? UnmodifiedSince { get; init; }
}

/// <summary>A field that tells one record from all others, and its value for this one.</summary>
/// <param name="Field">API name of an External Id field, or of another that the CRM finds records by (Salesforce: idLookup, as Email).</param>
public sealed record ExternalKey(string Field, string Value);

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
)
{
    /// <summary>The record is new; known of what was written.</summary>
    public bool Created { get; init; }
}

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
