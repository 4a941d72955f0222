using System.Text.Json;
using System.Text.RegularExpressions;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
using static LeadSync.Crm.FailureClass;

namespace LeadSync.Crm.Tests;

/// <summary>
/// Every refusal that a lead sync can meet: provoked at the simulator by doing what leads to it, else by a fault of its that
/// says it, and only what it never says by a script; judged by the client; told with cause and fix.
/// </summary>
public sealed partial class When_a_row_of_the_error_catalogue_is_met
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    private sealed record Row(string Code, FailureClass Class, Func<Task<CrmFailure>> Meet);

    private static readonly Dictionary<string, Row> Rows = new(StringComparer.Ordinal)
    {
        // Session and access
        ["INVALID_SESSION_ID"] = new("AUTH_REVOKED", Session, RefusedAgainAsync),
        ["INVALID_AUTH_HEADER"] = new(
            "AUTH_CONFIGURATION",
            Session,
            Says(401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")
        ),
        ["API_DISABLED_FOR_ORG"] = new(
            "AUTH_CONFIGURATION",
            Session,
            Calling(salesforce => salesforce.Change(settings => settings with { ApiEnabled = false }))
        ),
        ["API_CURRENTLY_DISABLED"] = new(
            "SCOPE_MISSING",
            Session,
            Says(403, "API_CURRENTLY_DISABLED", "API is disabled for this User")
        ),
        ["INSUFFICIENT_ACCESS"] = new(
            "INSUFFICIENT_ACCESS",
            Configuration,
            Says(403, "INSUFFICIENT_ACCESS", "not you")
        ),
        ["FUNCTIONALITY_NOT_ENABLED"] = new(
            "INSUFFICIENT_ACCESS",
            Configuration,
            Says(403, "FUNCTIONALITY_NOT_ENABLED", "not here")
        ),
        ["TXN_SECURITY_NO_ACCESS"] = Policy("TXN_SECURITY_NO_ACCESS"),
        ["TXN_SECURITY_APEX_ERROR"] = Policy("TXN_SECURITY_APEX_ERROR"),
        ["TXN_SECURITY_END_A_SESSION"] = Policy("TXN_SECURITY_END_A_SESSION"),
        ["TXN_SECURITY_FAIL_CLOSE"] = Policy("TXN_SECURITY_FAIL_CLOSE"),
        ["TXN_SECURITY_RUNTIME_ERROR"] = Policy("TXN_SECURITY_RUNTIME_ERROR"),
        ["TXN_SECURITY_TWO_FA_REQUIRED"] = Policy("TXN_SECURITY_TWO_FA_REQUIRED"),
        ["TXN_SECURITY_METERING_ERROR"] = new(
            "CRM_UNAVAILABLE",
            Transient,
            Says(403, "TXN_SECURITY_METERING_ERROR", "took too long to complete")
        ),

        // Allowance and availability
        ["REQUEST_LIMIT_EXCEEDED"] = new(
            "LIMIT_DAILY",
            Budget,
            Calling(salesforce => salesforce.Change(settings => settings with { DailyApiRequests = 0 }))
        ),
        ["REQUEST_LIMIT_EXCEEDED at once"] = new("LIMIT_BURST", Transient, Struck(FaultKind.ConcurrentLimit)),
        ["SERVER_UNAVAILABLE"] = new("CRM_UNAVAILABLE", Transient, Struck(FaultKind.Unavailable)),
        ["UNKNOWN_EXCEPTION"] = new("CRM_UNAVAILABLE", Transient, Struck(FaultKind.ServerError)),
        ["UNKNOWN_EXCEPTION of a write"] = new(
            "OUTCOME_UNKNOWN",
            UnknownOutcome,
            () => WritingAsync(Say.Create("Lead"), salesforce => salesforce.Strike(FaultKind.ServerError))
        ),
        ["INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE"] = new(
            "CRM_UNAVAILABLE",
            Transient,
            Says(503, "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", "read-only")
        ),

        // Asking
        ["QUERY_TIMEOUT"] = new(
            "TIMEOUT",
            Transient,
            Says(400, "QUERY_TIMEOUT", "Your query request was running for too long.")
        ),
        ["QUERY_TOO_COMPLICATED"] = new("CRM_REFUSED", Configuration, Says(400, "QUERY_TOO_COMPLICATED", "too long")),
        ["MALFORMED_QUERY"] = new(
            "CRM_REFUSED",
            Configuration,
            Says(400, "MALFORMED_QUERY", "unexpected token: SELEKT")
        ),
        ["INVALID_QUERY_LOCATOR"] = new("QUERY_LAPSED", Transient, LapsedAsync),
        ["INVALID_FIELD"] = new(
            "SCHEMA_CHANGED",
            Configuration,
            Calling(
                (crm, session) =>
                    crm.FindAsync(session, new Search([new ObjectSearch("Lead", [], ["a@x.com"], ["Gone__c"])]), Stop)
            )
        ),
        ["INVALID_TYPE"] = new(
            "SCHEMA_CHANGED",
            Configuration,
            Calling(
                (crm, session) =>
                    crm.FindAsync(session, new Search([new ObjectSearch("Gone__c", [], ["a@x.com"], [])]), Stop)
            )
        ),
        ["NOT_FOUND"] = new(
            "SCHEMA_CHANGED",
            Configuration,
            Calling((crm, session) => crm.DescribeAsync(session, "Gone__c", Stop))
        ),
        ["METHOD_NOT_ALLOWED"] = new(
            "CRM_REFUSED",
            Configuration,
            Says(405, "METHOD_NOT_ALLOWED", "Allowed are HEAD,GET")
        ),
        ["UNSUPPORTED_MEDIA_TYPE"] = new(
            "CRM_REFUSED",
            Configuration,
            Says(415, "UNSUPPORTED_MEDIA_TYPE", "what is it")
        ),
        ["UNSUPPORTED_API_VERSION"] = new(
            "CRM_REFUSED",
            Configuration,
            Calling((crm, session) => crm.DescribeAsync(session, "Lead", Stop), ("Salesforce:ApiVersion", "21.0"))
        ),
        ["EXCEEDED_ID_LIMIT"] = new("CHANGES_NOT_TOLD", Configuration, Says(400, "EXCEEDED_ID_LIMIT", "too many")),
        ["INVALID_REPLICATION_DATE"] = new(
            "CHANGES_NOT_TOLD",
            Configuration,
            Says(400, "INVALID_REPLICATION_DATE", "startDate before org replication enabled date")
        ),

        // The record
        ["JSON_PARSER_ERROR"] = new(
            "BAD_TYPE",
            FailureClass.Record,
            Lead("""{"LastName":"Ng","Company":"Acme","NumberOfEmployees":"many"}""")
        ),
        ["REQUIRED_FIELD_MISSING"] = new("REQUIRED_FIELD_MISSING", FailureClass.Record, Lead("""{"LastName":"Ng"}""")),
        ["INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"] = new(
            "INVALID_PICKLIST",
            FailureClass.Record,
            Lead("""{"LastName":"Ng","Company":"Acme","CleanStatus":"Sparkling"}""")
        ),
        ["STRING_TOO_LONG"] = new(
            "TOO_LONG",
            FailureClass.Record,
            Lead($$"""{"LastName":"{{new string('x', 81)}}","Company":"Acme"}""")
        ),
        ["INVALID_EMAIL_ADDRESS"] = new(
            "INVALID_EMAIL",
            FailureClass.Record,
            Lead("""{"LastName":"Ng","Company":"Acme","Email":"none"}""")
        ),
        ["NUMBER_OUTSIDE_VALID_RANGE"] = new(
            "BAD_TYPE",
            FailureClass.Record,
            Lead("""{"LastName":"Ng","Company":"Acme","NumberOfEmployees":1000000000}""")
        ),
        ["FIELD_CUSTOM_VALIDATION_EXCEPTION"] = Refused(
            "FIELD_CUSTOM_VALIDATION_EXCEPTION",
            "VALIDATION_RULE",
            "Wer eine Firma hat, hat einen Titel.",
            "Title"
        ),
        ["FIELD_INTEGRITY_EXCEPTION"] = Refused(
            "FIELD_INTEGRITY_EXCEPTION",
            "INVALID_PICKLIST",
            "There's a problem with this state, even though it may appear correct.",
            "State"
        ),
        ["FIELD_FILTER_VALIDATION_EXCEPTION"] = Refused(
            "FIELD_FILTER_VALIDATION_EXCEPTION",
            "VALIDATION_RULE",
            "Value does not exist or does not match filter criteria.",
            "AccountId"
        ),
        ["DUPLICATE_VALUE"] = new("DUPLICATE_VALUE", FailureClass.Record, TwiceAsync),
        ["DUPLICATE_EXTERNAL_ID"] = new("DUPLICATE_VALUE", FailureClass.Record, TwinsAsync),
        ["DUPLICATES_DETECTED"] = Refused("DUPLICATES_DETECTED", "DUPLICATES_DETECTED", "Use one of these records?"),
        ["INSUFFICIENT_ACCESS_OR_READONLY"] = Refused(
            "INSUFFICIENT_ACCESS_OR_READONLY",
            "INSUFFICIENT_ACCESS",
            Configuration,
            "insufficient access rights on object id"
        ),
        ["INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"] = Refused(
            "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
            "INSUFFICIENT_ACCESS",
            Configuration,
            "insufficient access rights on cross-reference id"
        ),
        ["INVALID_CROSS_REFERENCE_KEY"] = Refused(
            "INVALID_CROSS_REFERENCE_KEY",
            "INVALID_REFERENCE",
            "invalid cross reference id",
            "OwnerId"
        ),
        ["INVALID_FIELD of a record"] = new(
            "SCHEMA_CHANGED",
            Configuration,
            Lead("""{"LastName":"Ng","Company":"Acme","Gone__c":1}""")
        ),
        ["INVALID_FIELD_FOR_INSERT_UPDATE"] = new(
            "INSUFFICIENT_ACCESS",
            Configuration,
            () =>
                WritingAsync(
                    Say.Create("Lead", """{"LastName":"Ng","Company":"Acme","Title":"CEO"}"""),
                    salesforce => salesforce.Simulator.Org.SetAccess("Lead", "Title", FieldAccess.Read)
                )
        ),
        ["MALFORMED_ID"] = new(
            "INVALID_REFERENCE",
            FailureClass.Record,
            () => WritingAsync(Say.Update("Lead", "not-an-id"), _ => { })
        ),
        ["ENTITY_IS_DELETED"] = new(
            "RECORD_DELETED",
            FailureClass.Record,
            Existing((rep, id) => rep.DeleteAsync("Lead", id))
        ),
        ["ENTITY_IS_LOCKED"] = Refused("ENTITY_IS_LOCKED", "RECORD_LOCKED", "the entity is locked for editing"),
        ["CANNOT_UPDATE_CONVERTED_LEAD"] = new(
            "RECORD_CONVERTED",
            FailureClass.Record,
            Existing((rep, id) => rep.ConvertAsync(id))
        ),
        ["CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"] = Refused(
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
            "ORG_AUTOMATION_FAILED",
            "LeadTrigger: execution of BeforeInsert caused by: System.NullPointerException"
        ),
        ["CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY on a lock"] = Refused(
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
            "ROW_LOCKED",
            Transient,
            "LeadTrigger: execution of AfterInsert caused by: UNABLE_TO_LOCK_ROW"
        ),
        ["CANNOT_EXECUTE_FLOW_TRIGGER"] = Refused(
            "CANNOT_EXECUTE_FLOW_TRIGGER",
            "ORG_AUTOMATION_FAILED",
            "The flow 'Greet' failed."
        ),
        ["INACTIVE_OWNER_OR_USER"] = new(
            "INACTIVE_OWNER",
            FailureClass.Record,
            () =>
                WritingAsync(
                    salesforce =>
                        Say.Create(
                            "Lead",
                            $$"""{"LastName":"Ng","Company":"Acme","OwnerId":"{{salesforce.Simulator.Org.InactiveUserId}}"}"""
                        ),
                    _ => { }
                )
        ),
        ["UNABLE_TO_LOCK_ROW"] = new(
            "ROW_LOCKED",
            Transient,
            () => WritingAsync(Say.Create("Lead"), salesforce => salesforce.Strike(FaultKind.LockRow))
        ),
        ["STORAGE_LIMIT_EXCEEDED"] = Refused(
            "STORAGE_LIMIT_EXCEEDED",
            "STORAGE_FULL",
            Configuration,
            "storage limit exceeded"
        ),
        ["LIMIT_EXCEEDED"] = Refused("LIMIT_EXCEEDED", "CRM_REFUSED", "a limit"),
        ["TOO_MANY_ENUM_VALUE"] = Refused("TOO_MANY_ENUM_VALUE", "CRM_REFUSED", "too many values"),
        ["ALL_OR_NONE_OPERATION_ROLLED_BACK"] = Refused(
            "ALL_OR_NONE_OPERATION_ROLLED_BACK",
            "CRM_REFUSED",
            Transient,
            "Record rolled back"
        ),
        ["PROCESSING_HALTED"] = Refused(
            "PROCESSING_HALTED",
            "CRM_REFUSED",
            Transient,
            "The transaction was rolled back"
        ),
        ["BATCH_PROCESSING_HALTED"] = Refused(
            "BATCH_PROCESSING_HALTED",
            "CRM_REFUSED",
            Transient,
            "Batch processing halted"
        ),
    };

    public static TheoryData<string> Names => [.. Rows.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_is_told_with_cause_and_fix(string name)
    {
        var row = Rows[name];

        var failure = await row.Meet();

        failure.CrmCode.ShouldBe(name.Split(' ')[0]);
        failure.Code.ShouldBe(row.Code);
        failure.Class.ShouldBe(row.Class);
        failure.Message.ShouldNotBeNullOrWhiteSpace();
        failure.Cause.ShouldNotBeNullOrWhiteSpace();
        failure.Cause.ShouldNotContain("does not know");
        failure.Fix.ShouldNotBeNullOrWhiteSpace();
        failure.RequestId.ShouldNotBeNullOrWhiteSpace();
        failure.HttpStatus.ShouldNotBeNull();
    }

    [Fact]
    public void No_row_of_the_reference_is_left_out()
    {
        var reference = Ancestors(AppContext.BaseDirectory)
            .Select(folder => Path.Combine(folder, "shared", "reference", "salesforce.md"))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(reference is null, "The reference is not on this machine.");
        var table = File.ReadLines(reference!)
            .SkipWhile(line => !line.StartsWith("## 6.", StringComparison.Ordinal))
            .Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith('|'));

        var codes = table
            .SelectMany(line => CodeOfSalesforce().Matches(line.Split('|')[1]))
            // Several of one family share a row.
            .Select(match => match.Value[0] == '_' ? "TXN_SECURITY" + match.Value : match.Value)
            .Distinct(StringComparer.Ordinal)
            .ToList();

        codes.Count.ShouldBeGreaterThan(50);
        codes.Except(Rows.Keys, StringComparer.Ordinal).ShouldBeEmpty();
    }

    private static IEnumerable<string> Ancestors(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
            yield return at.FullName;
    }

    private static Row Policy(string code) =>
        new("INSUFFICIENT_ACCESS", Configuration, Says(403, code, "The operation you requested isn't allowed."));

    /// <summary>A call that the simulator cannot be brought to refuse so.</summary>
    private static Func<Task<CrmFailure>> Says(int status, string code, string message) =>
        async () =>
        {
            await using var salesforce = await ScriptedSalesforce.StartAsync();
            salesforce.Answers(
                status,
                $$"""[{"message":{{JsonSerializer.Serialize(message)}},"errorCode":"{{code}}"}]""",
                ("X-Sfdc-Request-Id", "abc123")
            );
            return await ThrownAsync(() => salesforce.Crm.DescribeAsync(salesforce.Session, "Lead", Stop));
        };

    private static Func<Task<CrmFailure>> Struck(FaultKind kind) => Calling(salesforce => salesforce.Strike(kind));

    private static Func<Task<CrmFailure>> Calling(Action<SimulatedSalesforce> arrange) =>
        async () =>
        {
            await using var salesforce = await SimulatedSalesforce.StartAsync();
            arrange(salesforce);
            return await ThrownAsync(() => salesforce.Crm.DescribeAsync(salesforce.Session, "Lead", Stop));
        };

    private static Func<Task<CrmFailure>> Calling(
        Func<ICrm, CrmSession, Task> call,
        params (string Name, object Value)[] settings
    ) =>
        async () =>
        {
            await using var salesforce = await SimulatedSalesforce.StartAsync(settings);
            return await ThrownAsync(() => call(salesforce.Crm, salesforce.Session));
        };

    private static async Task<CrmFailure> ThrownAsync(Func<Task> call) =>
        (await Should.ThrowAsync<CrmException>(call)).Failure;

    private static async Task<CrmFailure> RefusedAgainAsync()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        salesforce.Simulator.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.ExpiredSession,
                Match = new FaultMatch { Kind = "describe" },
            }
        );
        return await ThrownAsync(() => salesforce.Crm.DescribeAsync(salesforce.Session, "Lead", Stop));
    }

    private static async Task<CrmFailure> LapsedAsync()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        await salesforce.CreateLeadsAsync(3);
        salesforce.SetPageSize(1);
        var query = await salesforce.QueryAsync("Lead");
        var page = await salesforce.Crm.QueryAsync(salesforce.Session, query, Stop);
        salesforce.Simulator.Org.ExpireLocators();
        return await ThrownAsync(() => salesforce.Crm.ContinueAsync(salesforce.Session, query, page.Next!, Stop));
    }

    private static Row Refused(string crmCode, string code, string message, params string[] fields) =>
        Refused(crmCode, code, FailureClass.Record, message, fields);

    /// <summary>A record that a fault of the simulator refuses.</summary>
    private static Row Refused(
        string crmCode,
        string code,
        FailureClass @class,
        string message,
        params string[] fields
    ) =>
        new(
            code,
            @class,
            () =>
                WritingAsync(
                    Say.Create("Lead"),
                    salesforce =>
                        salesforce.Simulator.Faults.Put(
                            new FaultRule
                            {
                                Kind = FaultKind.RecordError,
                                Code = crmCode,
                                Message = message,
                                Fields = fields,
                            }
                        )
                )
        );

    private static Func<Task<CrmFailure>> Lead(string fields) =>
        () => WritingAsync(Say.Create("Lead", fields), _ => { });

    private static Func<Task<CrmFailure>> Existing(Func<Rep, string, Task> befall) =>
        async () =>
        {
            await using var salesforce = await SimulatedSalesforce.StartAsync();
            var id = (await salesforce.CreateLeadsAsync(1)).Single();
            await befall(salesforce.Simulator.Org.Rep, id);
            return await RefusedAsync(salesforce, Say.Update("Lead", id));
        };

    private static async Task<CrmFailure> TwiceAsync()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        salesforce.Simulator.Org.AddField("Lead", new CustomField("Ext__c", FieldType.String, Unique: true));
        const string fields = """{"LastName":"Ng","Company":"Acme","Ext__c":"a"}""";
        await salesforce.Crm.WriteAsync(salesforce.Session, [Say.Create("Lead", fields)], Stop);
        return await RefusedAsync(salesforce, Say.Create("Lead", fields));
    }

    private static async Task<CrmFailure> TwinsAsync()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        const string fields = """{"LastName":"Ng","Company":"Acme","Email":"twin@x.com"}""";
        RecordWrite[] twins = [Say.Create("Lead", fields), Say.Create("Lead", fields)];
        await salesforce.Crm.WriteAsync(salesforce.Session, twins, Stop);
        return await RefusedAsync(salesforce, Say.Create("Lead") with { Key = new ExternalKey("Email", "twin@x.com") });
    }

    private static Task<CrmFailure> WritingAsync(RecordWrite write, Action<SimulatedSalesforce> arrange) =>
        WritingAsync(_ => write, arrange);

    private static async Task<CrmFailure> WritingAsync(
        Func<SimulatedSalesforce, RecordWrite> write,
        Action<SimulatedSalesforce> arrange
    )
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        arrange(salesforce);
        return await RefusedAsync(salesforce, write(salesforce));
    }

    private static async Task<CrmFailure> RefusedAsync(SimulatedSalesforce salesforce, RecordWrite write)
    {
        var report = await salesforce.Crm.WriteAsync(salesforce.Session, [write], Stop);
        return report.Results.Single().Failure.ShouldNotBeNull();
    }

    [GeneratedRegex("_?[A-Z][A-Z_]{4,}[A-Z]", RegexOptions.None, 1000)]
    private static partial Regex CodeOfSalesforce();
}
