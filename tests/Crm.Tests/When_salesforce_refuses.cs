using LeadSync.Crm.Salesforce;
using LeadSync.CrmSimulator.Faults;
using static LeadSync.Crm.FailureClass;

namespace LeadSync.Crm.Tests;

public sealed class When_salesforce_refuses
{
    public static TheoryData<string, int, string, FailureClass> Calls =>
        new()
        {
            { "INVALID_SESSION_ID", 401, "CRM_UNAVAILABLE", Transient },
            { "INVALID_AUTH_HEADER", 401, "AUTH_CONFIGURATION", Session },
            { "REQUEST_LIMIT_EXCEEDED", 403, "LIMIT_DAILY", Budget },
            { "API_DISABLED_FOR_ORG", 403, "AUTH_CONFIGURATION", Session },
            { "API_CURRENTLY_DISABLED", 403, "SCOPE_MISSING", Session },
            { "INSUFFICIENT_ACCESS", 403, "INSUFFICIENT_ACCESS", Configuration },
            { "FUNCTIONALITY_NOT_ENABLED", 403, "INSUFFICIENT_ACCESS", Configuration },
            { "TXN_SECURITY_NO_ACCESS", 403, "INSUFFICIENT_ACCESS", Configuration },
            { "TXN_SECURITY_APEX_ERROR", 403, "INSUFFICIENT_ACCESS", Configuration },
            { "TXN_SECURITY_METERING_ERROR", 403, "CRM_UNAVAILABLE", Transient },
            { "SERVER_UNAVAILABLE", 503, "CRM_UNAVAILABLE", Transient },
            { "UNKNOWN_EXCEPTION", 500, "CRM_UNAVAILABLE", Transient },
            { "QUERY_TIMEOUT", 400, "TIMEOUT", Transient },
            { "INVALID_QUERY_LOCATOR", 400, "QUERY_LAPSED", Transient },
            { "QUERY_TOO_COMPLICATED", 400, "CRM_REFUSED", Configuration },
            { "MALFORMED_QUERY", 400, "CRM_REFUSED", Configuration },
            { "INVALID_FIELD", 400, "SCHEMA_CHANGED", Configuration },
            { "INVALID_TYPE", 400, "SCHEMA_CHANGED", Configuration },
            { "NOT_FOUND", 404, "SCHEMA_CHANGED", Configuration },
            { "METHOD_NOT_ALLOWED", 405, "CRM_REFUSED", Configuration },
            { "JSON_PARSER_ERROR", 400, "CRM_REFUSED", Configuration },
            { "UNSUPPORTED_MEDIA_TYPE", 415, "CRM_REFUSED", Configuration },
            { "UNSUPPORTED_API_VERSION", 410, "CRM_REFUSED", Configuration },
            { "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", 503, "CRM_UNAVAILABLE", Transient },
            { "SOMETHING_NEW", 400, "CRM_REFUSED", Configuration },
            { "SOMETHING_NEW", 500, "CRM_UNAVAILABLE", Transient },
        };

    public static TheoryData<string, string, FailureClass> Records =>
        new()
        {
            { "REQUIRED_FIELD_MISSING", "REQUIRED_FIELD_MISSING", FailureClass.Record },
            { "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "INVALID_PICKLIST", FailureClass.Record },
            { "STRING_TOO_LONG", "TOO_LONG", FailureClass.Record },
            { "INVALID_EMAIL_ADDRESS", "INVALID_EMAIL", FailureClass.Record },
            { "NUMBER_OUTSIDE_VALID_RANGE", "BAD_TYPE", FailureClass.Record },
            { "JSON_PARSER_ERROR", "BAD_TYPE", FailureClass.Record },
            { "FIELD_CUSTOM_VALIDATION_EXCEPTION", "VALIDATION_RULE", FailureClass.Record },
            { "FIELD_INTEGRITY_EXCEPTION", "INVALID_PICKLIST", FailureClass.Record },
            { "FIELD_FILTER_VALIDATION_EXCEPTION", "VALIDATION_RULE", FailureClass.Record },
            { "DUPLICATE_VALUE", "DUPLICATE_VALUE", FailureClass.Record },
            { "DUPLICATE_EXTERNAL_ID", "DUPLICATE_VALUE", FailureClass.Record },
            { "DUPLICATES_DETECTED", "DUPLICATES_DETECTED", FailureClass.Record },
            { "INSUFFICIENT_ACCESS_OR_READONLY", "INSUFFICIENT_ACCESS", Configuration },
            { "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "INSUFFICIENT_ACCESS", Configuration },
            { "INVALID_CROSS_REFERENCE_KEY", "INVALID_REFERENCE", FailureClass.Record },
            { "INVALID_FIELD", "SCHEMA_CHANGED", Configuration },
            { "INVALID_FIELD_FOR_INSERT_UPDATE", "INSUFFICIENT_ACCESS", Configuration },
            { "MALFORMED_ID", "INVALID_REFERENCE", FailureClass.Record },
            { "NOT_FOUND", "RECORD_DELETED", FailureClass.Record },
            { "ENTITY_IS_DELETED", "RECORD_DELETED", FailureClass.Record },
            { "ENTITY_IS_LOCKED", "RECORD_LOCKED", FailureClass.Record },
            { "CANNOT_UPDATE_CONVERTED_LEAD", "RECORD_CONVERTED", FailureClass.Record },
            { "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "ORG_AUTOMATION_FAILED", FailureClass.Record },
            { "CANNOT_EXECUTE_FLOW_TRIGGER", "ORG_AUTOMATION_FAILED", FailureClass.Record },
            { "INACTIVE_OWNER_OR_USER", "INACTIVE_OWNER", FailureClass.Record },
            { "UNABLE_TO_LOCK_ROW", "ROW_LOCKED", Transient },
            { "STORAGE_LIMIT_EXCEEDED", "STORAGE_FULL", Configuration },
            { "LIMIT_EXCEEDED", "CRM_REFUSED", FailureClass.Record },
            { "TOO_MANY_ENUM_VALUE", "CRM_REFUSED", FailureClass.Record },
            { "ALL_OR_NONE_OPERATION_ROLLED_BACK", "CRM_REFUSED", Transient },
            { "PROCESSING_HALTED", "CRM_REFUSED", Transient },
            { "UNKNOWN_EXCEPTION", "OUTCOME_UNKNOWN", UnknownOutcome },
            { "SOMETHING_NEW", "CRM_REFUSED", FailureClass.Record },
        };

    [Theory]
    [MemberData(nameof(Calls))]
    public void A_call_is_judged_by_its_code(string crmCode, int status, string code, FailureClass @class) =>
        ShouldBeJudged(new SalesforceFault(crmCode, "text", ["X"], status), writes: false, code, @class);

    [Theory]
    [MemberData(nameof(Records))]
    public void A_record_is_judged_by_its_code(string crmCode, string code, FailureClass @class) =>
        ShouldBeJudged(
            new SalesforceFault(crmCode, "text", ["X"], 200) { OfRecord = true },
            writes: true,
            code,
            @class
        );

    [Theory]
    [InlineData(400, "CRM_REFUSED", Configuration)]
    [InlineData(302, "CRM_REFUSED", Configuration)]
    [InlineData(403, "CRM_REFUSED", Configuration)]
    [InlineData(406, "CRM_UNAVAILABLE", Transient)]
    [InlineData(420, "CRM_UNAVAILABLE", Transient)]
    [InlineData(429, "LIMIT_BURST", Transient)]
    [InlineData(502, "CRM_UNAVAILABLE", Transient)]
    public void A_call_without_a_code_is_judged_by_its_status(int status, string code, FailureClass @class) =>
        ShouldBeJudged(new SalesforceFault(null, "", [], status), writes: false, code, @class);

    [Theory]
    [InlineData("UNABLE_TO_LOCK_ROW", 500)]
    [InlineData("SERVER_UNAVAILABLE", 503)]
    [InlineData(null, 502)]
    [InlineData(null, 408)]
    public void A_write_that_ends_in_a_server_fault_is_open(string? crmCode, int status) =>
        ShouldBeJudged(new SalesforceFault(crmCode, "", [], status), writes: true, "OUTCOME_UNKNOWN", UnknownOutcome);

    [Fact]
    public void A_write_in_read_only_mode_has_not_happened() =>
        ShouldBeJudged(
            new SalesforceFault("INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", "", [], 503),
            writes: true,
            "CRM_UNAVAILABLE",
            Transient
        );

    [Fact]
    public void Too_many_calls_at_once_pass_sooner_than_too_many_a_day() =>
        ShouldBeJudged(
            new SalesforceFault("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests Limit exceeded.", [], 403),
            writes: true,
            "LIMIT_BURST",
            Transient
        );

    [Fact]
    public void A_trigger_that_waited_for_a_lock_passes_by_itself() =>
        ShouldBeJudged(
            new SalesforceFault("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "LeadTrigger: UNABLE_TO_LOCK_ROW", [], 200),
            writes: true,
            "ROW_LOCKED",
            Transient
        );

    [Fact]
    public void An_unknown_code_is_kept_as_it_came()
    {
        var failure = SalesforceErrors.Judge(new SalesforceFault("SOMETHING_NEW", "What it says", ["X"], 400), true);

        failure.CrmCode.ShouldBe("SOMETHING_NEW");
        failure.Message.ShouldBe("What it says");
        failure.Fields.ShouldBe(["X"]);
        failure.HttpStatus.ShouldBe(400);
        failure.Cause.ShouldContain("SOMETHING_NEW");
    }

    [Fact]
    public void A_long_message_is_cut_between_characters()
    {
        var message = new string('x', 499) + "😀";

        var fault = SalesforceFault.Read(Say.Json($$"""[{"message":"{{message}}","errorCode":"X"}]"""), 400);

        fault.Message.ShouldBe(new string('x', 499));
    }

    [Fact]
    public void Whom_a_duplicate_rule_has_found_is_told()
    {
        var body = Say.Json(
            $$$"""
            [{"duplicateResult":{"allowSave":true,"duplicateRule":"Standard_Lead_Duplicate_Rule","matchResults":[
                {"entityType":"Lead","matchRecords":[
                  {"matchConfidence":100.0,"record":{"attributes":{"type":"Lead"},"Id":"{{{Say.LeadId(1)[..15]}}}"}}]},
                {"entityType":"Contact","matchRecords":[
                  {"record":{"attributes":{"type":"Contact"},"Id":"{{{Say.LeadId(
                2
            )}}}"}}, {"record":{"Id":"none"}}, 7]},
                {"matchRecords":{}}]},
              "errorCode":"DUPLICATES_DETECTED","message":"Use one of these records?"}]
            """
        );

        var failure = SalesforceErrors.Judge(SalesforceFault.Read(body, 400), writes: true);

        failure.Code.ShouldBe("DUPLICATES_DETECTED");
        failure.Duplicates.ShouldBe([
            new DuplicateRecord("Lead", Say.LeadId(1)),
            new DuplicateRecord("Contact", Say.LeadId(2)),
        ]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("[1]")]
    [InlineData("""["/services/data/v60.0/sobjects/Lead/00Q"]""")]
    [InlineData("""[{"errorCode":7,"message":[],"fields":"no"}]""")]
    public void A_body_of_another_shape_has_no_code(string body) =>
        SalesforceFault.Read(Say.Json(body), 400).Code.ShouldBeNull();

    [Fact]
    public async Task A_wait_that_is_asked_for_is_passed_on()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(429, "", ("Retry-After", "30"));

        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.ReadUsageAsync(salesforce.Session, TestContext.Current.CancellationToken)
        );

        thrown.Failure.Code.ShouldBe("LIMIT_BURST");
        thrown.Failure.RetryAfter.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_maintenance_page_that_says_when_to_come_back_is_heeded()
    {
        await using var salesforce = await SimulatedSalesforce.StartAsync();
        salesforce.Simulator.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.Unavailable,
                Html = true,
                RetryAfterSeconds = 120,
            }
        );

        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.ReadUsageAsync(salesforce.Session, TestContext.Current.CancellationToken)
        );

        thrown.Failure.Class.ShouldBe(Transient);
        thrown.Failure.HttpStatus.ShouldBe(503);
        thrown.Failure.RetryAfter.ShouldBe(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public void A_record_changed_meanwhile_is_known_by_the_status_whatever_the_code() =>
        ShouldBeJudged(
            new SalesforceFault("SOMETHING_NEW", "", [], 412) { OfRecord = true },
            writes: true,
            "RECORD_CHANGED",
            Transient
        );

    private static void ShouldBeJudged(SalesforceFault fault, bool writes, string code, FailureClass @class)
    {
        var failure = SalesforceErrors.Judge(fault, writes);

        failure.Code.ShouldBe(code);
        failure.Class.ShouldBe(@class);
        failure.Cause.ShouldNotBeNullOrWhiteSpace();
        failure.Fix.ShouldNotBeNullOrWhiteSpace();
        SalesforceErrors.Codes.Contains(code).ShouldBeTrue();
    }
}
