using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using static LeadSync.Crm.FailureClass;

namespace LeadSync.Crm.Tests.ErrorCatalogue;

/// <summary>Refused for the org's allowance, for Salesforce's state, or for how or what was asked.</summary>
internal static class CallRows
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static Row[] All { get; } =
    [
        // Allowance and availability
        new(
            "REQUEST_LIMIT_EXCEEDED",
            "LIMIT_DAILY",
            Budget,
            Meet.Describing(salesforce => salesforce.Change(settings => settings with { DailyApiRequests = 0 }))
        ),
        new("REQUEST_LIMIT_EXCEEDED", "LIMIT_BURST", Transient, Struck(FaultKind.ConcurrentLimit), "at once"),
        new("SERVER_UNAVAILABLE", "CRM_UNAVAILABLE", Transient, Struck(FaultKind.Unavailable)),
        new("UNKNOWN_EXCEPTION", "CRM_UNAVAILABLE", Transient, Struck(FaultKind.ServerError)),
        new(
            "UNKNOWN_EXCEPTION",
            "OUTCOME_UNKNOWN",
            UnknownOutcome,
            Meet.Write(salesforce =>
            {
                salesforce.Strike(FaultKind.ServerError);
                return Say.Create("Lead");
            }),
            "of a write"
        ),
        .. new[] { 503, 400 }.Select(status => new Row(
            "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE",
            "CRM_UNAVAILABLE",
            Transient,
            Meet.FaultOfWrite(
                status,
                "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE",
                "You can't insert, update, or delete records while in read-only mode."
            ),
            $"as {status}"
        )),
        // Asking
        new(
            "QUERY_TIMEOUT",
            "TIMEOUT",
            Transient,
            Meet.Fault(
                400,
                "QUERY_TIMEOUT",
                "Your query request was running for too long.",
                RequestKinds.Query,
                QueryAsync
            )
        ),
        new(
            "QUERY_TOO_COMPLICATED",
            "CRM_REFUSED",
            Configuration,
            Meet.Fault(
                400,
                "QUERY_TOO_COMPLICATED",
                "Query is either selecting too many fields.",
                RequestKinds.Query,
                QueryAsync
            )
        ),
        // Nothing leads our queries to it: they come from a builder.
        new(
            "MALFORMED_QUERY",
            "CRM_REFUSED",
            Configuration,
            Meet.Fault(400, "MALFORMED_QUERY", "unexpected token: SELEKT", RequestKinds.Query, QueryAsync)
        ),
        new("INVALID_QUERY_LOCATOR", "QUERY_LAPSED", Transient, Meet.Call(FollowLapsedAsync)),
        new(
            "INVALID_FIELD",
            "SCHEMA_CHANGED",
            Configuration,
            Meet.Call(salesforce => FindAsync(salesforce, new ObjectSearch("Lead", [], ["a@x.com"], ["Gone__c"])))
        ),
        new(
            "INVALID_TYPE",
            "SCHEMA_CHANGED",
            Configuration,
            Meet.Call(salesforce => FindAsync(salesforce, new ObjectSearch("Gone__c", [], ["a@x.com"], [])))
        ),
        new(
            "NOT_FOUND",
            "SCHEMA_CHANGED",
            Configuration,
            Meet.Call(salesforce => salesforce.Crm.DescribeAsync(salesforce.Session, "Gone__c", Stop))
        ),
        new(
            "METHOD_NOT_ALLOWED",
            "CRM_REFUSED",
            Configuration,
            Meet.Fault(405, "METHOD_NOT_ALLOWED", "HTTP Method 'GET' not allowed. Allowed are HEAD,POST")
        ),
        new(
            "UNSUPPORTED_MEDIA_TYPE",
            "CRM_REFUSED",
            Configuration,
            Meet.Fault(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type header specified in HTTP request is not supported")
        ),
        new("UNSUPPORTED_API_VERSION", "CRM_REFUSED", Configuration, AskAsARetiredVersionAsync),
        new(
            "EXCEEDED_ID_LIMIT",
            "CHANGES_NOT_TOLD",
            Configuration,
            Meet.Fault(
                400,
                "EXCEEDED_ID_LIMIT",
                "More than 600000 ids in this range",
                RequestKinds.Replication,
                salesforce => ReadDeletedAsync(salesforce, daysBack: 1)
            )
        ),
        new(
            "INVALID_REPLICATION_DATE",
            "CHANGES_NOT_TOLD",
            Configuration,
            Meet.Call(salesforce => ReadDeletedAsync(salesforce, daysBack: 16))
        ),
    ];

    private static Func<Task<CrmFailure>> Struck(FaultKind kind) =>
        Meet.Describing(salesforce => salesforce.Strike(kind));

    private static async Task QueryAsync(SimulatedSalesforce salesforce) =>
        await salesforce.Crm.QueryAsync(salesforce.Session, await salesforce.QueryAsync("Lead"), Stop);

    private static Task FindAsync(SimulatedSalesforce salesforce, ObjectSearch search) =>
        salesforce.Crm.FindAsync(salesforce.Session, new Search([search]), Stop);

    private static Task ReadDeletedAsync(SimulatedSalesforce salesforce, int daysBack)
    {
        var now = TimeProvider.System.GetUtcNow();
        return salesforce.Crm.ReadDeletedAsync(salesforce.Session, "Lead", now.AddDays(-daysBack), now, Stop);
    }

    private static async Task FollowLapsedAsync(SimulatedSalesforce salesforce)
    {
        await salesforce.CreateLeadsAsync(3);
        salesforce.SetPageSize(1);
        var query = await salesforce.QueryAsync("Lead");
        var page = await salesforce.Crm.QueryAsync(salesforce.Session, query, Stop);
        salesforce.Simulator.Org.ExpireLocators();
        await salesforce.Crm.ContinueAsync(salesforce.Session, query, page.Next!, Stop);
    }

    private static async Task<CrmFailure> AskAsARetiredVersionAsync()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync(("Salesforce:ApiVersion", "21.0"));
        var describe = () => salesforce.Crm.DescribeAsync(salesforce.Session, "Lead", Stop);
        return (await Should.ThrowAsync<CrmException>(describe)).Failure;
    }
}
