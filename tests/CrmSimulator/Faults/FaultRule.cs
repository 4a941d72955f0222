using System.Text.Json.Serialization;
using LeadSync.CrmSimulator.Rest;

namespace LeadSync.CrmSimulator.Faults;

/// <summary>What goes wrong.</summary>
public enum FaultKind
{
    /// <summary>The connection is cut, nothing happens.</summary>
    DropBeforeEffect,

    /// <summary>It happens, then the connection is cut.</summary>
    DropAnswer,

    /// <summary>The connection is cut at once; it happens after the delay.</summary>
    LateEffect,

    /// <summary>The answer takes longer: before the effect, or with AfterEffect between effect and answer.</summary>
    Delay,

    /// <summary>503, as JSON or as a maintenance page.</summary>
    Unavailable,

    /// <summary>500 UNKNOWN_EXCEPTION; with AfterEffect what was asked has happened all the same.</summary>
    ServerError,

    /// <summary>401 INVALID_SESSION_ID, and the session really is over; with AfterEffect what was asked has happened.</summary>
    ExpiredSession,

    /// <summary>403 REQUEST_LIMIT_EXCEEDED: the day's allowance is used up.</summary>
    DailyLimit,

    /// <summary>403 REQUEST_LIMIT_EXCEEDED: too many long calls at once.</summary>
    ConcurrentLimit,

    /// <summary>Records of a write fail with UNABLE_TO_LOCK_ROW; the rest goes through.</summary>
    LockRow,

    /// <summary>Records of a write fail with the given code and message; the rest goes through.</summary>
    RecordError,

    /// <summary>An OAuth address refuses with the given code as error and message as error_description; nothing happens.</summary>
    OauthError,

    /// <summary>The call is refused with the given status, code and message; with AfterEffect it has happened all the same.</summary>
    CallError,

    /// <summary>It happens; the answer tells of the first half of its records or parts only, and is whole otherwise.</summary>
    PartialResults,

    /// <summary>It happens; the answer arrives in ten pieces with the delay between them.</summary>
    SlowDrip,

    /// <summary>It happens; Content-Length names half of the body, and no more than that arrives.</summary>
    WrongContentLength,

    /// <summary>It happens; half of the answer's body arrives, then the connection is cut.</summary>
    TruncateBody,
}

/// <summary>Which requests a fault is for. What is null matches any.</summary>
public sealed record FaultMatch
{
    /// <summary>Name of the org.</summary>
    public string? Org { get; init; }
    public string? Method { get; init; }

    /// <summary>A part of the path.</summary>
    public string? Path { get; init; }

    /// <summary>
    /// One of <see cref="Journal.RequestKinds"/>: of the request itself or of anything it carries; <c>write</c> stands for
    /// create, update, upsert and delete.
    /// </summary>
    public string? Kind { get; init; }

    /// <summary>API name of an object that the request reads or writes.</summary>
    public string? Object { get; init; }
}

/// <summary>A fault, when it strikes and how.</summary>
public sealed record FaultRule
{
    /// <summary>Names the rule in the journal; given when left out.</summary>
    public string Id { get; init; } = "";
    public required FaultKind Kind { get; init; }
    public FaultMatch Match { get; init; } = new();

    /// <summary>Strikes from the n-th matching request on, counted from 1.</summary>
    public int Nth { get; init; } = 1;

    /// <summary>Strikes at most so often; null is without end.</summary>
    public int? Count { get; init; }

    /// <summary>How likely a matching request is struck, 0 to 1, drawn by <see cref="Seed"/>.</summary>
    public double Probability { get; init; } = 1;
    public int Seed { get; init; }

    /// <summary>For LateEffect, Delay and, between the pieces, SlowDrip; before cutting the connection also for DropBeforeEffect and DropAnswer.</summary>
    public int DelayMilliseconds { get; init; }

    /// <summary>
    /// For Delay and DropAnswer, in a test that runs the simulator itself: awaited in place of the time, so that what must come in
    /// between certainly does.
    /// </summary>
    [JsonIgnore]
    public Func<Task>? Until { get; init; }

    /// <summary>For Delay, ServerError, CallError, ExpiredSession and Unavailable: after what was asked has happened.</summary>
    public bool AfterEffect { get; init; }

    /// <summary>For Unavailable: a Retry-After header with this value.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>For Unavailable: an HTML page in place of JSON.</summary>
    public bool Html { get; init; }

    /// <summary>For LockRow and RecordError: which records of a collection, counted from 1; null is every one.</summary>
    public IReadOnlyList<int>? Records { get; init; }

    /// <summary>For LockRow and RecordError: only records that send <see cref="Value"/> in this field.</summary>
    public string? Field { get; init; }
    public string? Value { get; init; }

    /// <summary>The HTTP status of CallError (400 when not given) and Unavailable (503).</summary>
    public int? Status { get; init; }

    /// <summary>For RecordError, CallError and OauthError.</summary>
    public string Code { get; init; } = "FIELD_CUSTOM_VALIDATION_EXCEPTION";
    public string Message { get; init; } = "Refused by a validation rule.";
    public IReadOnlyList<string> Fields { get; init; } = [];

    public bool IsForRecords => Kind is FaultKind.LockRow or FaultKind.RecordError;

    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public void Check()
    {
        Require(Nth >= 1, nameof(Nth), "1 or more");
        Require(Count is null or >= 1, nameof(Count), "1 or more, or left out");
        Require(Probability is >= 0 and <= 1, nameof(Probability), "0 to 1");
        Require(DelayMilliseconds is >= 0 and <= 3_600_000, nameof(DelayMilliseconds), "0 to 3600000");
        Require(Status is null or >= 200 and <= 599, nameof(Status), "an HTTP status");
        Require(Records?.All(position => position >= 1) != false, nameof(Records), "counted from 1");
        Require(Field is null == Value is null, nameof(Field), "given together with value");
    }

    private static void Require(bool holds, string name, string range)
    {
        if (!holds)
            throw new ArgumentException($"A fault's {name} must be {range}.", name);
    }
}

/// <summary>A record-level rule that has struck a request: says which of its records fail.</summary>
internal sealed record RecordFault(FaultRule Rule)
{
    public ApiError? For(string kind, string objectName, int position, string? id, RecordInput? input)
    {
        if (Rule.Match.Kind is { } wanted && !RequestShape.Covers(wanted, kind) && Journal.RequestKinds.IsWrite(wanted))
            return null;
        if (Rule.Match.Object is { } type && !string.Equals(type, objectName, StringComparison.OrdinalIgnoreCase))
            return null;
        if (Rule.Records is { } positions && !positions.Contains(position))
            return null;
        if (
            Rule.Field is { } field
            && !string.Equals(input?[field]?.ToString(), Rule.Value, StringComparison.OrdinalIgnoreCase)
        )
            return null;
        return Rule.Kind == FaultKind.LockRow
            ? new(
                "UNABLE_TO_LOCK_ROW",
                $"unable to obtain exclusive access to this record or 1 records: {id ?? ""}",
                []
            )
            : new(Rule.Code, Rule.Message, Rule.Fields);
    }
}
