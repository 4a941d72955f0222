namespace LeadSync.Crm.Salesforce;

/// <summary>Salesforce, by its REST API. Holds no state of its own: one serves every org.</summary>
public sealed class SalesforceCrm : ICrm
{
    private readonly SalesforceOptions _options;
    private readonly SalesforceDescribe _describe;
    private readonly SalesforceFind _find;
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
        _write = new SalesforceWrite(requests, composite, options);
        _limits = new SalesforceLimits(requests);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> PersonObjects { get; } = ["Lead", "Contact"];

    public string System => "salesforce";

    public int WritesPerCall => _options.WritesPerCall;

    public Task<ObjectSchema> DescribeAsync(
        CrmSession session,
        string objectName,
        CancellationToken cancellationToken
    ) => _describe.DescribeAsync(session, objectName, cancellationToken);

    public Task<Found> FindAsync(CrmSession session, Search search, CancellationToken cancellationToken) =>
        _find.FindAsync(session, search, cancellationToken);

    public Task<WriteReport> WriteAsync(
        CrmSession session,
        IReadOnlyList<RecordWrite> writes,
        CancellationToken cancellationToken
    ) => _write.WriteAsync(session, writes, cancellationToken);

    public Task<ApiUsage> ReadUsageAsync(CrmSession session, CancellationToken cancellationToken) =>
        _limits.ReadUsageAsync(session, cancellationToken);
}
