namespace LeadSync.Crm.Salesforce;

/// <summary>Salesforce, by its REST API. Holds no state of its own: one serves every org.</summary>
public sealed class SalesforceCrm : ICrm
{
    private readonly SalesforceOptions _options;
    private readonly SalesforceDescribe _describe;
    private readonly SalesforceFind _find;
    private readonly SalesforceRetrieve _retrieve;
    private readonly SalesforceQuery _query;
    private readonly SalesforceReplication _replication;
    private readonly SalesforceWrite _write;
    private readonly SalesforceLimits _limits;

    /// <param name="http">Follows no redirects and has no timeout of its own, as <see cref="Crms.AddCrms"/> makes it.</param>
    public SalesforceCrm(HttpClient http, SalesforceOptions options, TimeProvider clock)
    {
        var requests = new SalesforceHttp(http, options, clock);
        var composite = new SalesforceComposite(requests);
        _options = options;
        _describe = new SalesforceDescribe(requests);
        _find = new SalesforceFind(composite, clock);
        _retrieve = new SalesforceRetrieve(requests, clock);
        _query = new SalesforceQuery(requests, composite);
        _replication = new SalesforceReplication(requests);
        _write = new SalesforceWrite(requests, composite, options);
        _limits = new SalesforceLimits(requests);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> PersonObjects { get; } = ["Lead", "Contact"];

    public string System => "salesforce";

    public int WritesPerCall => _options.WritesPerCall;

    public int CallsFor(IReadOnlyList<RecordWrite> writes) => SalesforceWritePlan.Make(writes, _options).Count;

    public Task<IReadOnlyList<ObjectSummary>> ListObjectsAsync(
        CrmSession session,
        CancellationToken cancellationToken
    ) => _describe.ListAsync(session, cancellationToken);

    public Task<ObjectSchema> DescribeAsync(
        CrmSession session,
        string objectName,
        CancellationToken cancellationToken
    ) => _describe.DescribeAsync(session, objectName, cancellationToken);

    public Task<ObjectSchema?> DescribeIfChangedAsync(
        CrmSession session,
        string objectName,
        DateTimeOffset since,
        CancellationToken cancellationToken
    ) => _describe.DescribeIfChangedAsync(session, objectName, since, cancellationToken);

    public Task<Found> FindAsync(CrmSession session, Search search, CancellationToken cancellationToken) =>
        _find.FindAsync(session, search, cancellationToken);

    public Task<Found> ReadAsync(
        CrmSession session,
        ObjectSchema schema,
        IReadOnlyCollection<string> recordIds,
        IReadOnlyCollection<string> fields,
        CancellationToken cancellationToken
    ) => _retrieve.ReadAsync(session, schema, recordIds, fields, cancellationToken);

    public Task<RecordPage> QueryAsync(CrmSession session, RecordQuery query, CancellationToken cancellationToken) =>
        _query.StartAsync(session, query, cancellationToken);

    public Task<RecordPage> ContinueAsync(
        CrmSession session,
        RecordQuery query,
        string nextPage,
        CancellationToken cancellationToken
    ) => _query.ContinueAsync(session, query, nextPage, cancellationToken);

    public Task<DeletedRecords> ReadDeletedAsync(
        CrmSession session,
        string objectName,
        DateTimeOffset since,
        DateTimeOffset until,
        CancellationToken cancellationToken
    ) => _replication.ReadDeletedAsync(session, objectName, since, until, cancellationToken);

    public Task<ChangedRecords> ReadChangedAsync(
        CrmSession session,
        string objectName,
        DateTimeOffset since,
        DateTimeOffset until,
        CancellationToken cancellationToken
    ) => _replication.ReadChangedAsync(session, objectName, since, until, cancellationToken);

    public Task<WriteReport> WriteAsync(
        CrmSession session,
        IReadOnlyList<RecordWrite> writes,
        CancellationToken cancellationToken
    ) => _write.WriteAsync(session, writes, cancellationToken);

    public Task<ApiUsage> ReadUsageAsync(CrmSession session, CancellationToken cancellationToken) =>
        _limits.ReadUsageAsync(session, cancellationToken);
}
