using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
using static LeadSync.Crm.FailureClass;

namespace LeadSync.Crm.Tests.ErrorCatalogue;

/// <summary>Refused for what stands in a record, or for what became of it; its neighbours go through.</summary>
internal static class RecordRows
{
    private const FailureClass OfRecord = FailureClass.Record;

    public static Row[] All { get; } =
    [
        // What stands in it
        new(
            "JSON_PARSER_ERROR",
            "BAD_TYPE",
            OfRecord,
            Meet.Lead("""{"LastName":"Ng","Company":"Acme","NumberOfEmployees":"many"}""")
        ),
        new("REQUIRED_FIELD_MISSING", "REQUIRED_FIELD_MISSING", OfRecord, Meet.Lead("""{"LastName":"Ng"}""")),
        new(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            "INVALID_PICKLIST",
            OfRecord,
            Meet.Lead("""{"LastName":"Ng","Company":"Acme","CleanStatus":"Sparkling"}""")
        ),
        new(
            "STRING_TOO_LONG",
            "TOO_LONG",
            OfRecord,
            Meet.Lead($$"""{"LastName":"{{new string('x', 81)}}","Company":"Acme"}""")
        ),
        new(
            "INVALID_EMAIL_ADDRESS",
            "INVALID_EMAIL",
            OfRecord,
            Meet.Lead("""{"LastName":"Ng","Company":"Acme","Email":"none"}""")
        ),
        new(
            "NUMBER_OUTSIDE_VALID_RANGE",
            "BAD_TYPE",
            OfRecord,
            Meet.Lead("""{"LastName":"Ng","Company":"Acme","NumberOfEmployees":1000000000}""")
        ),
        new(
            "FIELD_INTEGRITY_EXCEPTION",
            "INVALID_PICKLIST",
            OfRecord,
            Meet.Lead(
                setup => setup with { Countries = [new("DE", "Germany")] },
                """{"LastName":"Ng","Company":"Acme","Country":"Atlantis"}"""
            )
        ),
        new(
            "INVALID_CROSS_REFERENCE_KEY",
            "INVALID_REFERENCE",
            OfRecord,
            Meet.Lead($$"""{"LastName":"Ng","Company":"Acme","OwnerId":"{{Nobody}}"}""")
        ),
        new(
            "INVALID_FIELD",
            "SCHEMA_CHANGED",
            Configuration,
            Meet.Lead("""{"LastName":"Ng","Company":"Acme","Gone__c":1}"""),
            "of a record"
        ),
        new("MALFORMED_ID", "INVALID_REFERENCE", OfRecord, Meet.Write(_ => Say.Update("Lead", "not-an-id"))),
        new(
            "INACTIVE_OWNER_OR_USER",
            "INACTIVE_OWNER",
            OfRecord,
            Meet.Write(salesforce =>
                Say.Create(
                    "Lead",
                    $$"""{"LastName":"Ng","Company":"Acme","OwnerId":"{{salesforce.Simulator.Org.InactiveUserId}}"}"""
                )
            )
        ),
        new(
            "FIELD_FILTER_VALIDATION_EXCEPTION",
            "VALIDATION_RULE",
            OfRecord,
            Meet.FaultOfRecord(
                "FIELD_FILTER_VALIDATION_EXCEPTION",
                "Value does not exist or does not match filter criteria.",
                "AccountId"
            )
        ),
        new("LIMIT_EXCEEDED", "CRM_REFUSED", OfRecord, Meet.FaultOfRecord("LIMIT_EXCEEDED", "a limit")),
        new(
            "TOO_MANY_ENUM_VALUE",
            "CRM_REFUSED",
            OfRecord,
            Meet.FaultOfRecord("TOO_MANY_ENUM_VALUE", "too many values")
        ),
        // The org's own rules
        new(
            "FIELD_CUSTOM_VALIDATION_EXCEPTION",
            "VALIDATION_RULE",
            OfRecord,
            Meet.Lead(setup =>
                setup with
                {
                    ValidationRules =
                    [
                        new(
                            "Title",
                            "Lead",
                            "Company != null AND Title = null",
                            "Wer eine Firma hat, hat einen Titel.",
                            "Title"
                        ),
                    ],
                }
            )
        ),
        new(
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
            "ORG_AUTOMATION_FAILED",
            OfRecord,
            Meet.Lead(setup => setup with { Triggers = [new("LeadTrigger", "Lead")] })
        ),
        new(
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
            "ROW_LOCKED",
            Transient,
            Meet.Lead(setup =>
                setup with
                {
                    Triggers = [new("LeadTrigger", "Lead", Throws: "System.DmlException: UNABLE_TO_LOCK_ROW")],
                }
            ),
            "on a lock"
        ),
        new(
            "CANNOT_EXECUTE_FLOW_TRIGGER",
            "ORG_AUTOMATION_FAILED",
            OfRecord,
            Meet.Lead(setup => setup with { Triggers = [new("Greet", "Lead", Code: "CANNOT_EXECUTE_FLOW_TRIGGER")] })
        ),
        // Duplicates
        new("DUPLICATE_VALUE", "DUPLICATE_VALUE", OfRecord, Meet.Write(SameValueAsync)),
        new("DUPLICATE_EXTERNAL_ID", "DUPLICATE_VALUE", OfRecord, Meet.Write(TwinsAsync)),
        new("DUPLICATES_DETECTED", "DUPLICATES_DETECTED", OfRecord, Meet.Write(RepeatedAsync)),
        // What became of the record
        new(
            "ENTITY_IS_DELETED",
            "RECORD_DELETED",
            OfRecord,
            Meet.ChangedLead((rep, id) => rep.DeleteAsync("Lead", id))
        ),
        new(
            "ENTITY_IS_LOCKED",
            "RECORD_LOCKED",
            OfRecord,
            Meet.ChangedLead(
                (rep, id) =>
                {
                    rep.Lock("Lead", id);
                    return Task.CompletedTask;
                }
            )
        ),
        new(
            "CANNOT_UPDATE_CONVERTED_LEAD",
            "RECORD_CONVERTED",
            OfRecord,
            Meet.ChangedLead((rep, id) => rep.ConvertAsync(id))
        ),
        // The org at this moment
        new(
            "UNABLE_TO_LOCK_ROW",
            "ROW_LOCKED",
            Transient,
            Meet.Write(salesforce =>
            {
                salesforce.Strike(FaultKind.LockRow);
                return Say.Create("Lead");
            })
        ),
        new(
            "STORAGE_LIMIT_EXCEEDED",
            "STORAGE_FULL",
            Configuration,
            Meet.FaultOfRecord("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded")
        ),
        // We never ask for all or none, so only an org's own automation can bring these about.
        .. new[] { "ALL_OR_NONE_OPERATION_ROLLED_BACK", "PROCESSING_HALTED", "BATCH_PROCESSING_HALTED" }.Select(
            code => new Row(code, "CRM_REFUSED", Transient, Meet.FaultOfRecord(code, "Record rolled back"))
        ),
    ];

    private const string Nobody = "0055e000009zZzZAAU";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static async Task<RecordWrite> SameValueAsync(SimulatedSalesforce salesforce)
    {
        salesforce.Simulator.Org.AddField("Lead", new CustomField("Ext__c", FieldType.String, Unique: true));
        var lead = Say.Create("Lead", """{"LastName":"Ng","Company":"Acme","Ext__c":"a"}""");
        await salesforce.Crm.WriteAsync(salesforce.Session, [lead], Stop);
        return lead;
    }

    private static async Task<RecordWrite> TwinsAsync(SimulatedSalesforce salesforce)
    {
        var twin = Say.Create("Lead", """{"LastName":"Ng","Company":"Acme","Email":"twin@x.com"}""");
        await salesforce.Crm.WriteAsync(salesforce.Session, [twin, twin], Stop);
        return Say.Create("Lead") with { Key = new ExternalKey("Email", "twin@x.com") };
    }

    private static async Task<RecordWrite> RepeatedAsync(SimulatedSalesforce salesforce)
    {
        Meet.SetUp(salesforce, setup => setup with { DuplicateRules = [DuplicateRule.StandardLead] });
        var ann = Say.Create("Lead", """{"LastName":"Ng","FirstName":"Ann","Company":"Acme","Email":"ann@x.com"}""");
        await salesforce.Crm.WriteAsync(salesforce.Session, [ann], Stop);
        return ann;
    }
}
