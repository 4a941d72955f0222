using System.Collections.Frozen;
using static LeadSync.Crm.FailureClass;

namespace LeadSync.Crm.Salesforce;

/// <summary>
/// What each refusal of Salesforce means, and what to do about it: one table. A code it does not know is kept as it came
/// and is not repeated, because Salesforce has some six hundred of them and most need a person.
/// </summary>
public static class SalesforceErrors
{
    /// <summary>Every catalogue code that this CRM can give; the failure catalogue must know them all.</summary>
    public static IReadOnlySet<string> Codes { get; } =
        FrozenSet.Create(
            StringComparer.Ordinal,
            "AUTH_APP",
            "AUTH_CONFIGURATION",
            "AUTH_REVOKED",
            "BAD_TYPE",
            "CHANGES_NOT_TOLD",
            "CODE_REFUSED",
            "CONSENT_DENIED",
            "CRM_REFUSED",
            "CRM_UNAVAILABLE",
            "DUPLICATES_DETECTED",
            "DUPLICATE_VALUE",
            "HOST_NOT_ALLOWED",
            "INACTIVE_OWNER",
            "INSUFFICIENT_ACCESS",
            "INVALID_EMAIL",
            "INVALID_PICKLIST",
            "INVALID_REFERENCE",
            "LIMIT_BURST",
            "LIMIT_DAILY",
            "ORG_AUTOMATION_FAILED",
            "OUTCOME_UNKNOWN",
            "QUERY_LAPSED",
            "RECORD_CHANGED",
            "RECORD_CONVERTED",
            "RECORD_DELETED",
            "RECORD_LOCKED",
            "REQUIRED_FIELD_MISSING",
            "ROW_LOCKED",
            "SCHEMA_CHANGED",
            "SCOPE_MISSING",
            "STORAGE_FULL",
            "TIMEOUT",
            "TOO_LONG",
            "VALIDATION_RULE"
        );

    /// <summary>Judges a refusal.</summary>
    /// <param name="fault">What came over the wire.</param>
    /// <param name="writes">It answered a write, so that a fault of Salesforce's own leaves open whether it happened.</param>
    internal static CrmFailure Judge(SalesforceFault fault, bool writes)
    {
        // Read-only mode refuses before it does anything, whatever its status; any other 5xx may come after the commit.
        var isOpen =
            writes
            && fault.Status is (408 or >= 500)
            && fault.Code != "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE";
        var (code, @class, cause, fix) =
            isOpen ? Unknown
            // Its code is not settled, its status is.
            : fault.Status == 412 ? Changed
            : Row(fault, writes);
        return new CrmFailure(code, @class, fault.Message, cause, fix)
        {
            CrmCode = fault.Code,
            Fields = fault.Fields,
            Duplicates = fault.Duplicates,
            HeldBy = fault.HeldBy,
            RequestId = fault.RequestId,
            HttpStatus = fault.Status,
            RetryAfter = fault.RetryAfter,
        };
    }

    /// <summary>An outcome that stays open because the answer never came or cannot be understood.</summary>
    internal static CrmFailure Lost(string cause) => new(Unknown.Code, UnknownOutcome, "", cause, Unknown.Fix);

    /// <summary>No answer could be had, and nothing was done.</summary>
    internal static CrmFailure Unavailable(string cause) => new("CRM_UNAVAILABLE", Transient, "", cause, WaitFix);

    internal static CrmFailure TooSlow(TimeSpan timeout) =>
        new("TIMEOUT", Transient, "", $"Salesforce gave no answer within {timeout.TotalSeconds:0} seconds.", WaitFix);

    /// <summary>A name that no field can have, or none of the object's, found before Salesforce was asked.</summary>
    internal static CrmException NoSuchName(string name) =>
        new(Judge(new SalesforceFault("INVALID_FIELD", "", [name], 400), writes: false));

    /// <summary>A query that Salesforce would not read, found before it was asked.</summary>
    internal static CrmException TooComplicated() =>
        new(Judge(new SalesforceFault("QUERY_TOO_COMPLICATED", "", [], 400), writes: false));

    private const string WaitFix = "None: it is tried again.";
    private const string LeadFix = "Correct the value where it is captured, or transform it in the mapping.";
    private const string OurFault = "LeadSync asked in a way that Salesforce does not take: a fault of LeadSync.";
    private const string TellUs = "Tell LeadSync's operator the request id; it cannot be mended in Salesforce.";
    private const string Owners =
        "Name an active user or a queue in the push rule ('owner', with a 'fallback'), or activate the user in Salesforce; where the mapping writes OwnerId, correct it there.";

    private static readonly Verdict Unknown = new(
        "OUTCOME_UNKNOWN",
        UnknownOutcome,
        "Salesforce failed inside while it was writing: it may have happened.",
        "None: LeadSync looks for the record before it writes anything else for this person."
    );

    private static Verdict Row(SalesforceFault fault, bool writes) =>
        fault.Code switch
        {
            // Session and access
            "INVALID_SESSION_ID" => new(
                "CRM_UNAVAILABLE",
                Transient,
                "The session ended while the call was under way; the next call asks for a new one.",
                WaitFix
            ),
            "INVALID_AUTH_HEADER" => new("AUTH_CONFIGURATION", Session, OurFault, TellUs),
            "API_DISABLED_FOR_ORG" => new(
                "AUTH_CONFIGURATION",
                Session,
                "The org's edition has no API access.",
                "In Salesforce, use an edition with API access or buy it, then reconnect."
            ),
            "API_CURRENTLY_DISABLED" => new(
                "SCOPE_MISSING",
                Session,
                "The connected user may not use the API.",
                "In Salesforce, give the user's profile or a permission set 'API Enabled', then reconnect."
            ),
            "TXN_SECURITY_METERING_ERROR" => new(
                "CRM_UNAVAILABLE",
                Transient,
                "The org's transaction security policies took too long to decide.",
                WaitFix
            ),
            { } code when code.StartsWith("TXN_SECURITY_", StringComparison.Ordinal) => new(
                "INSUFFICIENT_ACCESS",
                Configuration,
                "A transaction security policy of the org stops the connected user.",
                "In Salesforce, exempt the integration user from the policy."
            ),
            "INSUFFICIENT_ACCESS" or "FUNCTIONALITY_NOT_ENABLED" => new(
                "INSUFFICIENT_ACCESS",
                Configuration,
                "The connected user lacks a permission, or the org lacks the feature.",
                "In Salesforce, give the integration user Read, Create and Edit on the object, or enable the feature."
            ),
            "INSUFFICIENT_ACCESS_OR_READONLY" => new(
                "INSUFFICIENT_ACCESS",
                Configuration,
                "The connected user may not edit this record or its object.",
                "In Salesforce, give the integration user Edit on the object and access to the record by sharing."
            ),
            "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY" => new(
                "INSUFFICIENT_ACCESS",
                Configuration,
                "The connected user may not use a record this one refers to: its owner, campaign or account.",
                "In Salesforce, give the integration user access to the referenced record."
            ),
            "INVALID_FIELD_FOR_INSERT_UPDATE" => new(
                "INSUFFICIENT_ACCESS",
                Configuration,
                $"{On(fault, "A field")} cannot be written: it is read-only for the connected user.",
                "In Salesforce, give the integration user edit access to the field, or take it out of the mapping."
            ),

            // Allowance
            "REQUEST_LIMIT_EXCEEDED" when fault.Message.Contains("Concurrent", StringComparison.OrdinalIgnoreCase) =>
                new("LIMIT_BURST", Transient, "Too many long calls run in the org at once.", WaitFix),
            "REQUEST_LIMIT_EXCEEDED" => new(
                "LIMIT_DAILY",
                Budget,
                "The org has used its API calls of the last 24 hours, all its applications together.",
                "None: it goes on when calls are free again. To have more, buy API calls or let other applications use fewer."
            ),
            "STORAGE_LIMIT_EXCEEDED" => new(
                "STORAGE_FULL",
                Configuration,
                "The org's data storage is full.",
                "In Salesforce, free or buy data storage."
            ),

            // Salesforce itself
            "SERVER_UNAVAILABLE" => new(
                "CRM_UNAVAILABLE",
                Transient,
                "Salesforce is too busy or in maintenance.",
                WaitFix
            ),
            "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE" => new(
                "CRM_UNAVAILABLE",
                Transient,
                "The org is read-only while Salesforce maintains it.",
                WaitFix
            ),
            "UNKNOWN_EXCEPTION" when writes => Unknown,
            "UNKNOWN_EXCEPTION" => new("CRM_UNAVAILABLE", Transient, "Salesforce failed inside.", WaitFix),
            "QUERY_TIMEOUT" => new("TIMEOUT", Transient, "The org took too long to search its records.", WaitFix),
            "INVALID_QUERY_LOCATOR" => new(
                "QUERY_LAPSED",
                Transient,
                "Salesforce no longer knows where in the pages of an answer we were.",
                "None: the query begins anew after the last record that was read."
            ),
            "INVALID_REPLICATION_DATE" => new(
                "CHANGES_NOT_TOLD",
                Configuration,
                "Salesforce tells what changed at most 30 days back, and what was deleted at most 15.",
                "None: LeadSync reads the object anew."
            ),
            "EXCEEDED_ID_LIMIT" => new(
                "CHANGES_NOT_TOLD",
                Configuration,
                "More than 600,000 records changed in the time asked for.",
                "None: LeadSync asks for less time at once."
            ),
            "UNABLE_TO_LOCK_ROW" => Locked,
            "PROCESSING_HALTED" or "ALL_OR_NONE_OPERATION_ROLLED_BACK" or "BATCH_PROCESSING_HALTED" => new(
                "CRM_REFUSED",
                Transient,
                "Salesforce took this back because of another record in the same call.",
                WaitFix
            ),

            // Schema
            "INVALID_FIELD" => new(
                "SCHEMA_CHANGED",
                Configuration,
                $"{On(fault, "A field")} is gone from the object, or the connected user may not see it.",
                "In Salesforce, give the integration user access to the field; or take it out of the mapping."
            ),
            "INVALID_TYPE" or "INVALID_TYPE_FOR_OPERATION" => new(
                "SCHEMA_CHANGED",
                Configuration,
                "The object is gone, or the connected user may not see it.",
                "In Salesforce, give the integration user access to the object."
            ),
            "NOT_FOUND" when fault.OfRecord => Deleted,
            "NOT_FOUND" => new(
                "SCHEMA_CHANGED",
                Configuration,
                "The object or the API version does not exist, or the connected user may not see it.",
                "In Salesforce, give the integration user access to the object; or correct the setting Salesforce:ApiVersion."
            ),
            "UNSUPPORTED_API_VERSION" => new(
                "CRM_REFUSED",
                Configuration,
                "Salesforce has retired the API version that LeadSync uses.",
                "Raise the setting Salesforce:ApiVersion."
            ),

            // The record
            "REQUIRED_FIELD_MISSING" => new(
                "REQUIRED_FIELD_MISSING",
                Record,
                $"{On(fault, "A field")} must have a value in this org.",
                "Map the field, or give it a default."
            ),
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST" => new(
                "INVALID_PICKLIST",
                Record,
                $"{On(fault, "A picklist")} takes only the values that the org lists.",
                "Map the value to one of the list, or add it to the picklist in Salesforce (also for the record type)."
            ),
            "FIELD_INTEGRITY_EXCEPTION" => new(
                "INVALID_PICKLIST",
                Record,
                $"{On(fault, "A value")} does not go with the others: most often a state or country that the org does not list.",
                "Map the value to one the org lists (State and Country picklists)."
            ),
            "STRING_TOO_LONG" => new(
                "TOO_LONG",
                Record,
                $"{On(fault, "A value")} is longer than the field holds.",
                "Cut it in the mapping, or enlarge the field in Salesforce."
            ),
            "INVALID_EMAIL_ADDRESS" => new(
                "INVALID_EMAIL",
                Record,
                "Salesforce takes the email address for invalid.",
                LeadFix
            ),
            "NUMBER_OUTSIDE_VALID_RANGE" => new(
                "BAD_TYPE",
                Record,
                $"{On(fault, "A number")} is outside the range of the field.",
                LeadFix
            ),
            "JSON_PARSER_ERROR" when writes => new("BAD_TYPE", Record, "A value is not of its field's type.", LeadFix),
            "FIELD_CUSTOM_VALIDATION_EXCEPTION" => new(
                "VALIDATION_RULE",
                Record,
                "A validation rule of the org refuses the record; the message is the org's own.",
                "Correct the lead or the mapping as the message says, or change the rule in Salesforce."
            ),
            "FIELD_FILTER_VALIDATION_EXCEPTION" => new(
                "VALIDATION_RULE",
                Record,
                $"A lookup filter of the org refuses {On(fault, "a reference")}.",
                "Map a reference that the filter allows, or change the filter in Salesforce."
            ),
            "DUPLICATE_VALUE" => new(
                "DUPLICATE_VALUE",
                Record,
                "Another record holds the same value in a field that must be unique.",
                "None, if it is the same person: the next attempt matches it. Else correct the value."
            ),
            "DUPLICATE_EXTERNAL_ID" => new(
                "DUPLICATE_VALUE",
                Record,
                "Several records hold the same external id.",
                "In Salesforce, merge the records, or correct their external ids."
            ),
            "DUPLICATES_DETECTED" => new(
                "DUPLICATES_DETECTED",
                Record,
                "A duplicate rule of the org takes the person for one it already has.",
                "In Salesforce, merge or correct the record it names, or change the duplicate rule."
            ),
            "INVALID_CROSS_REFERENCE_KEY" or "MALFORMED_ID" => new(
                "INVALID_REFERENCE",
                Record,
                $"{On(fault, "An id")} names a record that is gone, of the wrong kind, or not visible to the connected user.",
                "Correct the id in the mapping or the push rule, or give the integration user access to what it names."
            ),
            "INACTIVE_OWNER_OR_USER" => new("INACTIVE_OWNER", Record, "The owner is not an active user.", Owners),
            "ENTITY_IS_DELETED" => Deleted,
            "CANNOT_UPDATE_CONVERTED_LEAD" => new(
                "RECORD_CONVERTED",
                Record,
                "The lead has been converted and can no longer be written.",
                "None: LeadSync goes on with the contact it became."
            ),
            "ENTITY_IS_LOCKED" => new(
                "RECORD_LOCKED",
                Record,
                "The record is locked by an approval process.",
                "Wait for the approval, or let the integration user edit locked records."
            ),
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
            or "CANNOT_EXECUTE_FLOW_TRIGGER"
                when fault.Message.Contains("UNABLE_TO_LOCK_ROW", StringComparison.Ordinal) => Locked,
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY" or "CANNOT_EXECUTE_FLOW_TRIGGER" or "APEX_ERROR" => new(
                "ORG_AUTOMATION_FAILED",
                Record,
                "A trigger or flow of the org failed on the record; the message names it.",
                "In Salesforce, mend the trigger or flow, or let it pass over the integration user."
            ),
            "LIMIT_EXCEEDED" or "TOO_MANY_ENUM_VALUE" => new(
                "CRM_REFUSED",
                Record,
                "A limit of the org is reached; the message names it.",
                "In Salesforce, make room under the limit that the message names."
            ),

            // Our own
            "QUERY_TOO_COMPLICATED" => new(
                "CRM_REFUSED",
                Configuration,
                "The query is too long for Salesforce, or reads too many formula fields.",
                "Read fewer fields, or set fewer conditions."
            ),
            "MALFORMED_QUERY" or "JSON_PARSER_ERROR" or "METHOD_NOT_ALLOWED" or "UNSUPPORTED_MEDIA_TYPE" => new(
                "CRM_REFUSED",
                Configuration,
                OurFault,
                TellUs
            ),

            null => ByStatus(fault.Status),
            _ when fault.Status >= 500 => ByStatus(fault.Status),
            _ => new(
                "CRM_REFUSED",
                fault.OfRecord ? Record : Configuration,
                $"Salesforce refused with {fault.Code}, which LeadSync does not know.",
                "Do as the message says; Salesforce's documentation explains the code."
            ),
        };

    private static Verdict ByStatus(int status) =>
        status switch
        {
            429 => new("LIMIT_BURST", Transient, "Too many calls at once.", WaitFix),
            406 or 408 or 420 or >= 500 => new(
                "CRM_UNAVAILABLE",
                Transient,
                $"Salesforce, or something on the way to it, answered HTTP {status}.",
                WaitFix
            ),
            _ => new(
                "CRM_REFUSED",
                Configuration,
                $"Salesforce, or something on the way to it, answered HTTP {status} and gave no reason.",
                "Check the connection's address, and what stands between LeadSync and Salesforce (proxy, firewall)."
            ),
        };

    private static readonly Verdict Locked = new(
        "ROW_LOCKED",
        Transient,
        "Another change held the record, or one it belongs to, for too long.",
        WaitFix
    );

    private static readonly Verdict Changed = new(
        "RECORD_CHANGED",
        Transient,
        "Someone changed the record between our reading it and our writing it; nothing was written.",
        "None: LeadSync reads the record again and decides anew."
    );

    private static readonly Verdict Deleted = new(
        "RECORD_DELETED",
        Record,
        "The record has been deleted or merged into another.",
        "Restore it in Salesforce, or let the lead be matched anew."
    );

    private static string On(SalesforceFault fault, string otherwise) =>
        fault.Fields.Count == 0 ? otherwise : string.Join(", ", fault.Fields);

    private sealed record Verdict(string Code, FailureClass Class, string Cause, string Fix);
}
