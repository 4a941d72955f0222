using System.Collections.Frozen;

namespace LeadSync.Contracts;

/// <summary>A kind of failure: its code never changes its meaning.</summary>
/// <param name="Code">As <c>REQUIRED_FIELD_MISSING</c>.</param>
/// <param name="Cause">Why it happens.</param>
/// <param name="Fix">What to do, and where.</param>
/// <param name="Transient">Passes by itself and is tried again without anyone's doing.</param>
public sealed record FailureKind(string Code, string Cause, string Fix, bool Transient = false)
{
    /// <summary>The lead was written all the same, and something about it wants a look: it says nothing of how the lead stands.</summary>
    public bool IsWarning { get; init; }
}

/// <summary>Every failure that LeadSync tells of, in events, HTTP answers and on screens.</summary>
public static class FailureCatalogue
{
    // At the door
    public static readonly FailureKind PayloadRejected = new(
        "PAYLOAD_REJECTED",
        "The item breaks a rule of what can be captured; the message names the member and the rule.",
        "Correct the item at its source and send it again; nothing beside it was affected."
    );
    public static readonly FailureKind BodyUnreadable = new(
        "BODY_UNREADABLE",
        "The request's body is not JSON of the kind that was announced.",
        "Send one object, a list of objects, or one object per line (application/x-ndjson), in UTF-8."
    );
    public static readonly FailureKind HeaderInvalid = new(
        "HEADER_INVALID",
        "A header of the request is not of its form; the message names the header and the form.",
        "Correct the header and send the request again; nothing of it was taken."
    );
    public static readonly FailureKind BodyTooLarge = new(
        "BODY_TOO_LARGE",
        "The request's body is larger than one request may be.",
        "Split it into several requests, or send it as application/x-ndjson."
    );
    public static readonly FailureKind Unauthenticated = new(
        "UNAUTHENTICATED",
        "The request carries no API key, or one that is unknown, expired or revoked.",
        "Send 'Authorization: Bearer <API key>' with a key of this workspace."
    );
    public static readonly FailureKind Forbidden = new(
        "FORBIDDEN",
        "The API key's role or source does not allow this.",
        "Use a key whose role allows it; a Manager of the workspace can make one."
    );
    public static readonly FailureKind NotFound = new(
        "NOT_FOUND",
        "There is no such thing in this workspace.",
        "Check the id or the name, and that the key belongs to the right workspace."
    );
    public static readonly FailureKind Conflict = new(
        "CONFLICT",
        "It exists already, or was changed meanwhile.",
        "Read it again and repeat the change on what is there now."
    );
    public static readonly FailureKind SettingInvalid = new(
        "SETTING_INVALID",
        "What was to be saved breaks one or more rules; each is listed.",
        "Mend every fault that is listed and save again; nothing was saved."
    );
    public static readonly FailureKind TestBatchInvalid = new(
        "TEST_BATCH_INVALID",
        "What was to be tried is no test batch; everything that is wrong with it is listed.",
        "Mend every fault that is listed and ask again; nothing was tried."
    );
    public static readonly FailureKind IdempotencyKeyReused = new(
        "IDEMPOTENCY_KEY_REUSED",
        "The same Idempotency-Key came before with another body.",
        "Use a new key for a new request, and the same key only to repeat the very same one."
    );
    public static readonly FailureKind RateLimited = new(
        "RATE_LIMITED",
        "More was asked for in a short time than the rate allows.",
        "Wait as long as Retry-After says; send several leads in one request.",
        Transient: true
    );
    public static readonly FailureKind BrokerUnavailable = new(
        "BROKER_UNAVAILABLE",
        "The message broker cannot take leads now, so none was accepted.",
        "Repeat the request after Retry-After, with the same Idempotency-Key or event ids.",
        Transient: true
    );
    public static readonly FailureKind Unavailable = new(
        "UNAVAILABLE",
        "A part of LeadSync that is needed for this does not answer now.",
        "Repeat the request a little later.",
        Transient: true
    );
    public static readonly FailureKind Internal = new(
        "INTERNAL",
        "LeadSync met a fault of its own.",
        "Tell the operator the trace id; the fault is in the logs under it."
    );

    // While connecting
    public static readonly FailureKind OAuthError = new(
        "OAUTH_ERROR",
        "The CRM refused to authorise LeadSync; the message says why.",
        "Have an admin of the CRM connect directly, or install or create an external client app with API access there."
    );
    public static readonly FailureKind ConsentDenied = new(
        "CONSENT_DENIED",
        "The person who was asked in the CRM denied LeadSync access, or may not grant it.",
        "Ask again with a user who may grant API access; an admin can do it over a connect link, without an account here."
    );
    public static readonly FailureKind ConsentUnknown = new(
        "CONSENT_UNKNOWN",
        "The answer from the CRM belongs to nothing that was asked for here, or was used before.",
        "Begin to connect anew; each answer counts once, at the address that it was asked for."
    );
    public static readonly FailureKind ConsentExpired = new(
        "CONSENT_EXPIRED",
        "What was begun was not finished in time.",
        "Begin to connect anew: ten minutes to answer in the CRM, half an hour to confirm."
    );
    public static readonly FailureKind CodeRefused = new(
        "CODE_REFUSED",
        "The CRM does not take the code that it sent: it was used before, has expired, or was meant for someone else.",
        "Begin to connect anew."
    );
    public static readonly FailureKind EnvironmentDiffers = new(
        "ENVIRONMENT_DIFFERS",
        "The org that was logged in to is of the other environment: a sandbox instead of production, or the reverse.",
        "Choose the right environment, or log in to the right org with another account; nothing was connected."
    );
    public static readonly FailureKind OtherOrg = new(
        "OTHER_ORG",
        "The org that was logged in to is not the one that the connection belongs to.",
        "Log in to the connection's own org with another account, or move the connection on purpose."
    );
    public static readonly FailureKind WaitingUndecided = new(
        "WAITING_UNDECIDED",
        "Leads were held since the connection was deauthorised, and it was not said what is to become of them.",
        "Confirm again with 'waiting' set to 'send' or 'discard'."
    );
    public static readonly FailureKind Disconnected = new(
        "DISCONNECTED",
        "The connection was deauthorised here.",
        "Authorise it again with the same org; what is held waits for 30 days."
    );

    // While mapping
    public static readonly FailureKind NoRoute = new(
        "NO_ROUTE",
        "No enabled route takes leads of this source to a connection.",
        "Add or enable a route for the source; leads captured from then on are synced."
    );
    public static readonly FailureKind FilteredOut = new(
        "FILTERED_OUT",
        "The filter of a route does not take the lead.",
        "None, if that is what the route is for. Else change its filter; leads captured from then on are synced."
    );
    public static readonly FailureKind NoMapping = new(
        "NO_MAPPING",
        "The connection has no mapping for the object that the route creates.",
        "Map the object's fields; the leads that wait go on by themselves."
    );
    public static readonly FailureKind SchemaUnknown = new(
        "SCHEMA_UNKNOWN",
        "The CRM's fields could not be read yet, and nothing is written on a guess.",
        "None: it is tried again. If it lasts, check the connection.",
        Transient: true
    );
    public static readonly FailureKind ReferenceUnknown = new(
        "REFERENCE_UNKNOWN",
        "The lead names a record of the CRM that has not been looked up yet.",
        "None: it is looked up. If it lasts, check the connection, and the object and field that the step names.",
        Transient: true
    );
    public static readonly FailureKind ValueDoesNotFit = new(
        "VALUE_DOES_NOT_FIT",
        "A value does not fit its CRM field: too long, the wrong type, or not in the field's list.",
        "Change the value at its source, or map another field or a default; the lead goes on by itself."
    );

    public static readonly FailureKind SchemaChanged = new(
        "SCHEMA_CHANGED",
        "A mapped CRM field is not there any more, or the connected user may no longer write it.",
        "Map another field, or give the connected user access to it; the lead goes on by itself."
    );

    // At the CRM
    public static readonly FailureKind RequiredFieldMissing = new(
        "REQUIRED_FIELD_MISSING",
        "The CRM asks for a field that the lead has no value for.",
        "Map the field or give it a default; the lead goes on by itself."
    );
    public static readonly FailureKind NoMatchKey = new(
        "NO_MATCH_KEY",
        "The lead has none of the keys that its push rule finds people by, so it cannot be known whether it exists.",
        "Capture what the push rule finds people by (an email address, or an external id) and map it; or let the rule create without a key."
    );
    public static readonly FailureKind AmbiguousMatch = new(
        "AMBIGUOUS_MATCH",
        "Several records of the CRM could be the person, and the push rule leaves the choice to people.",
        "Merge the records in the CRM, or let the push rule take one of them ('severalMatches'); then retry the lead."
    );
    public static readonly FailureKind AmbiguousAccount = new(
        "AMBIGUOUS_ACCOUNT",
        "Several Accounts of the CRM have the new Contact's website or company, and which is the right one is for people to say.",
        "Merge the Accounts in the CRM, or map AccountId; or change what the push rule finds them by ('account'). Then retry the lead."
    );
    public static readonly FailureKind AccountNotFound = new(
        "ACCOUNT_NOT_FOUND",
        "No Account of the CRM has the new Contact's website or company, and the push rule makes no Contact without one.",
        "Create the Account in the CRM, then retry the lead; or let the push rule create it, take a fixed one, or leave it empty ('account')."
    );
    public static readonly FailureKind AccountUnreadable = new(
        "ACCOUNT_UNREADABLE",
        "The connected user may not read Accounts or their website, so it cannot be known which one the new Contact belongs to.",
        "Give the user Read on Account with Name and Website, then retry the lead; or let the push rule leave the Account empty ('account')."
    );
    public static readonly FailureKind CreateWhenMissing = new(
        "CREATE_WHEN_MISSING",
        "Nobody is this person yet, and the fields that the push rule wants before a record is created did not come in time.",
        "Capture the fields or map them; or let the push rule create the record without them ('createWhen'). The lead goes on by itself."
    );
    public static readonly FailureKind RecordDeleted = new(
        "RECORD_DELETED",
        "The record that the lead was synced to was deleted in the CRM, and is not made again behind its back.",
        "Restore the record from the recycle bin, or withdraw the lead at its source; or let the push rule create it anew ('deletedRecord')."
    );
    public static readonly FailureKind PullOnly = new(
        "PULL_ONLY",
        "The connection's direction is pull, so nothing is written to it.",
        "Set its direction to push or both, or route the source to another connection."
    );
    public static readonly FailureKind HeldTooLong = new(
        "HELD_TOO_LONG",
        "The lead waited longer than held leads are kept for a connection that was deauthorised.",
        "None, if it is out of date. Else capture it again once the connection is authorised."
    );
    public static readonly FailureKind LaneStopped = new(
        "LANE_STOPPED",
        "The connection's lane is paused, drained, stopped or held, so nothing is asked of its CRM now.",
        "Look who stopped it and why (GET /v1/lanes/CONNECTION), and resume it, or authorise the connection again; then repeat."
    );
    public static readonly FailureKind OutcomeUnknown = new(
        "OUTCOME_UNKNOWN",
        "The CRM's answer was lost, and it cannot be told whether it acted.",
        "Look for the person in the CRM, then retry the lead."
    );
    public static readonly FailureKind CreatedTwice = new(
        "CREATED_TWICE",
        "A call that had been given up was carried out after all: its worker was stopped for longer than the CRM can take to commit, just before it sent. Another record had been created by then.",
        "Merge the two records in the CRM. A unique External Id field, named in the push rule, rules this out."
    )
    {
        IsWarning = true,
    };
    public static readonly FailureKind AuthRevoked = new(
        "AUTH_REVOKED",
        "The CRM no longer accepts our authorisation: it was revoked, its user deactivated, or a policy changed.",
        "Reconnect the CRM; what waits goes on by itself."
    );
    public static readonly FailureKind LimitDaily = new(
        "LIMIT_DAILY",
        "The org's daily allowance of API calls is used up.",
        "None: it goes on when the allowance lifts. Raise the allowance or lower its other uses.",
        Transient: true
    );
    public static readonly FailureKind CrmUnavailable = new(
        "CRM_UNAVAILABLE",
        "The CRM does not answer, or answers that it is out of service.",
        "None: it is tried again.",
        Transient: true
    );
    public static readonly FailureKind ValidationRule = new(
        "VALIDATION_RULE",
        "A validation rule or lookup filter of the org refuses the record.",
        "Correct the lead or the mapping as the CRM's message says, or change the rule in the CRM."
    );
    public static readonly FailureKind InvalidPicklist = new(
        "INVALID_PICKLIST",
        "A picklist of the org does not have the value, or not together with another.",
        "Map the value to one of the list, or add it to the picklist in the CRM."
    );
    public static readonly FailureKind TooLong = new(
        "TOO_LONG",
        "A value is longer than its CRM field holds.",
        "Cut it in the mapping, or enlarge the field in the CRM."
    );
    public static readonly FailureKind InvalidEmail = new(
        "INVALID_EMAIL",
        "The CRM takes the email address for invalid.",
        "Correct the address where it is captured; the lead goes on by itself."
    );
    public static readonly FailureKind BadType = new(
        "BAD_TYPE",
        "A value is not of its CRM field's type, or outside its range.",
        "Correct the value where it is captured, or map the field otherwise."
    );
    public static readonly FailureKind InvalidReference = new(
        "INVALID_REFERENCE",
        "An id names a CRM record that is gone, of the wrong kind, or not visible to the connected user.",
        "Correct the id in the mapping, or in the push rule ('owner', 'recordType'); or give the integration user access to what it names."
    );
    public static readonly FailureKind DuplicateValue = new(
        "DUPLICATE_VALUE",
        "Another record holds the same value in a field that must be unique.",
        "None, if it is the same person: the next attempt matches it. Else correct the value."
    );
    public static readonly FailureKind DuplicatesDetected = new(
        "DUPLICATES_DETECTED",
        "A duplicate rule of the org takes the person for one that it already has.",
        "Merge or correct the record that is named, or change the duplicate rule in the CRM."
    );
    public static readonly FailureKind InactiveOwner = new(
        "INACTIVE_OWNER",
        "The owner that the record was to have is no active user.",
        "Name an active user or a queue in the push rule ('owner', with a 'fallback'), or activate the user in the CRM; where the mapping writes OwnerId, correct it there."
    );
    public static readonly FailureKind OwnerNotAssigned = new(
        "OWNER_NOT_ASSIGNED",
        "The record was created, but stays with the user that LeadSync is connected as: no entry of the org's assignment rule fits it and the org has no other default lead owner, no such rule is active, or everybody that the push rule names is inactive, gone, or may not own such records.",
        "Give the assignment rule a last entry without criteria (Setup > Lead Assignment Rules) and activate it; or name an active user or a queue in the push rule ('owner', 'fallback'). Then change the owner of the record that is named."
    )
    {
        IsWarning = true,
    };
    public static readonly FailureKind RecordConverted = new(
        "RECORD_CONVERTED",
        "The CRM's lead was converted and can no longer be written.",
        "None: LeadSync goes on with the contact it became."
    );
    public static readonly FailureKind RecordLocked = new(
        "RECORD_LOCKED",
        "The record is locked by an approval process.",
        "Wait for the approval, or let the integration user edit locked records."
    );
    public static readonly FailureKind RowLocked = new(
        "ROW_LOCKED",
        "Another change held the record, or one it belongs to, for too long.",
        "None: it is tried again.",
        Transient: true
    );
    public static readonly FailureKind RecordChanged = new(
        "RECORD_CHANGED",
        "Someone changed the record in the CRM between our reading it and our writing it; nothing was written.",
        "None: LeadSync reads the record again and decides anew.",
        Transient: true
    );
    public static readonly FailureKind OrgAutomationFailed = new(
        "ORG_AUTOMATION_FAILED",
        "A trigger or flow of the org failed on the record.",
        "Mend the trigger or flow that the CRM's message names, or let it pass over the integration user."
    );
    public static readonly FailureKind CrmRefused = new(
        "CRM_REFUSED",
        "The CRM refused for a reason of its own, which its message tells.",
        "Do as the message says; the CRM's documentation explains its code."
    );
    public static readonly FailureKind InsufficientAccess = new(
        "INSUFFICIENT_ACCESS",
        "The connected user lacks a permission in the CRM.",
        "Give the integration user Read, Create and Edit on the object, its fields and what it refers to."
    );
    public static readonly FailureKind ScopeMissing = new(
        "SCOPE_MISSING",
        "The connection was authorised without a right that is needed.",
        "Give the app and its user the right, then reconnect."
    );
    public static readonly FailureKind AuthApp = new(
        "AUTH_APP",
        "The CRM does not know the app that LeadSync connects with, or refuses its secret.",
        "Check the app's id and secret in the CRM, then reconnect."
    );
    public static readonly FailureKind AuthConfiguration = new(
        "AUTH_CONFIGURATION",
        "The org does not let the app or its user in as they are set up.",
        "Mend the app's policies in the CRM as the message says, then reconnect."
    );
    public static readonly FailureKind HostNotAllowed = new(
        "HOST_NOT_ALLOWED",
        "The address is none of the CRM's own, so no credentials are sent there.",
        "Give the org's own address."
    );
    public static readonly FailureKind LimitBurst = new(
        "LIMIT_BURST",
        "The CRM gets too many calls at once.",
        "None: it is tried again.",
        Transient: true
    );
    public static readonly FailureKind Timeout = new(
        "TIMEOUT",
        "The CRM gave no answer in time.",
        "None: it is tried again.",
        Transient: true
    );
    public static readonly FailureKind QueryLapsed = new(
        "QUERY_LAPSED",
        "The CRM no longer knows where in the pages of a query's answer we were.",
        "None: the query begins anew after the last record that was read.",
        Transient: true
    );
    public static readonly FailureKind ChangesNotTold = new(
        "CHANGES_NOT_TOLD",
        "The CRM does not tell the changes of the time asked for: it is too long ago, or they were too many.",
        "None: LeadSync asks for less time at once, or reads the object anew."
    );
    public static readonly FailureKind StorageFull = new(
        "STORAGE_FULL",
        "The org's data storage is full.",
        "Free or buy data storage in the CRM."
    );

    public static FrozenDictionary<string, FailureKind> All { get; } =
        new[]
        {
            PayloadRejected,
            BodyUnreadable,
            HeaderInvalid,
            BodyTooLarge,
            Unauthenticated,
            Forbidden,
            NotFound,
            Conflict,
            SettingInvalid,
            TestBatchInvalid,
            IdempotencyKeyReused,
            RateLimited,
            BrokerUnavailable,
            Unavailable,
            Internal,
            OAuthError,
            ConsentDenied,
            ConsentUnknown,
            ConsentExpired,
            CodeRefused,
            EnvironmentDiffers,
            OtherOrg,
            WaitingUndecided,
            Disconnected,
            NoRoute,
            FilteredOut,
            NoMapping,
            SchemaUnknown,
            ReferenceUnknown,
            ValueDoesNotFit,
            SchemaChanged,
            RequiredFieldMissing,
            NoMatchKey,
            AmbiguousMatch,
            RecordDeleted,
            PullOnly,
            HeldTooLong,
            LaneStopped,
            OutcomeUnknown,
            CreatedTwice,
            AmbiguousAccount,
            AccountNotFound,
            AccountUnreadable,
            CreateWhenMissing,
            AuthRevoked,
            LimitDaily,
            CrmUnavailable,
            ValidationRule,
            InvalidPicklist,
            TooLong,
            InvalidEmail,
            BadType,
            InvalidReference,
            DuplicateValue,
            DuplicatesDetected,
            InactiveOwner,
            OwnerNotAssigned,
            RecordConverted,
            RecordLocked,
            RowLocked,
            RecordChanged,
            OrgAutomationFailed,
            CrmRefused,
            InsufficientAccess,
            ScopeMissing,
            AuthApp,
            AuthConfiguration,
            HostNotAllowed,
            LimitBurst,
            Timeout,
            QueryLapsed,
            ChangesNotTold,
            StorageFull,
        }.ToFrozenDictionary(kind => kind.Code, StringComparer.Ordinal);
}
