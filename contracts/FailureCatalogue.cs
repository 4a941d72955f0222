using System.Collections.Frozen;

namespace LeadSync.Contracts;

/// <summary>A kind of failure: its code never changes its meaning.</summary>
/// <param name="Code">As <c>REQUIRED_FIELD_MISSING</c>.</param>
/// <param name="Cause">Why it happens.</param>
/// <param name="Fix">What to do, and where.</param>
/// <param name="Transient">Passes by itself and is tried again without anyone's doing.</param>
public sealed record FailureKind(string Code, string Cause, string Fix, bool Transient = false);

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
    public static readonly FailureKind IdempotencyKeyReused = new(
        "IDEMPOTENCY_KEY_REUSED",
        "The same Idempotency-Key came before with another body.",
        "Use a new key for a new request, and the same key only to repeat the very same one."
    );
    public static readonly FailureKind RateLimited = new(
        "RATE_LIMITED",
        "The workspace sends more than its rate allows.",
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

    // While mapping
    public static readonly FailureKind NoRoute = new(
        "NO_ROUTE",
        "No enabled route takes leads of this source to a connection.",
        "Add or enable a route for the source; leads captured from then on are synced."
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
        "The lead has neither a record id nor an email address, so it cannot be known whether it exists.",
        "Capture an email address for it; the lead goes on by itself."
    );
    public static readonly FailureKind RecordDeleted = new(
        "RECORD_DELETED",
        "The record that the lead was synced to was deleted in the CRM, and is not made again behind its back.",
        "Restore the record from the recycle bin, or withdraw the lead at its source."
    );
    public static readonly FailureKind PullOnly = new(
        "PULL_ONLY",
        "The connection's direction is pull, so nothing is written to it.",
        "Set its direction to push or both, or route the source to another connection."
    );
    public static readonly FailureKind OutcomeUnknown = new(
        "OUTCOME_UNKNOWN",
        "The CRM's answer was lost, and it cannot be told whether it acted.",
        "Look for the person in the CRM, then retry the lead."
    );
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
            IdempotencyKeyReused,
            RateLimited,
            BrokerUnavailable,
            Unavailable,
            Internal,
            NoRoute,
            NoMapping,
            SchemaUnknown,
            ValueDoesNotFit,
            SchemaChanged,
            RequiredFieldMissing,
            NoMatchKey,
            RecordDeleted,
            PullOnly,
            OutcomeUnknown,
            AuthRevoked,
            LimitDaily,
            CrmUnavailable,
        }.ToFrozenDictionary(kind => kind.Code, StringComparer.Ordinal);
}
