using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Journal;

/// <summary>What became of a request's answer and effect.</summary>
public enum Fate
{
    /// <summary>Answered with the status; the effects are those listed.</summary>
    Answered,

    /// <summary>The effects happened, the connection was cut instead of an answer.</summary>
    AnswerDropped,

    /// <summary>The connection was cut and nothing happened.</summary>
    DroppedBeforeEffect,

    /// <summary>The connection was cut; the effects come later, in an entry of their own.</summary>
    EffectLate,

    /// <summary>The late effects of the request that LateOf names.</summary>
    LateEffectApplied,

    /// <summary>The effects happened, the answer's body was cut in the middle.</summary>
    Truncated,

    /// <summary>No request: a person or the control API did it.</summary>
    ByHand,
}

/// <summary>Names of the kinds of request.</summary>
public static class RequestKinds
{
    public const string Token = "token";

    /// <summary>Beside token: a request that exchanges a code.</summary>
    public const string CodeExchange = "codeExchange";

    /// <summary>Beside token: a request that refreshes.</summary>
    public const string Refresh = "refresh";
    public const string Authorize = "authorize";
    public const string Introspect = "introspect";
    public const string Revoke = "revoke";
    public const string Identity = "identity";
    public const string Versions = "versions";
    public const string Resources = "resources";
    public const string DescribeGlobal = "describeGlobal";
    public const string Describe = "describe";
    public const string Query = "query";
    public const string QueryMore = "queryMore";
    public const string Read = "read";
    public const string Create = "create";
    public const string Update = "update";
    public const string Upsert = "upsert";
    public const string Delete = "delete";
    public const string Retrieve = "retrieve";
    public const string Collections = "collections";
    public const string Composite = "composite";
    public const string Limits = "limits";
    public const string Unknown = "unknown";
    public const string ByHand = "byHand";

    /// <summary>Stands for each of create, update, upsert and delete in a fault's match.</summary>
    public const string Write = "write";

    public static bool IsWrite(string kind) => kind is Create or Update or Upsert or Delete;
}

/// <summary>One part of a composite.</summary>
/// <param name="Records">How many records it carried, or a query found.</param>
public sealed record Subrequest(string Kind, string Method, string Url, string? Object, int Records, int Status);

/// <summary>One request, what it did and how it ended. Never changed once written.</summary>
public sealed record JournalEntry
{
    /// <summary>Counts from 1 over all orgs.</summary>
    public long Sequence { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>Name of the org; empty when the request named none.</summary>
    public required string Org { get; init; }
    public required string Method { get; init; }

    /// <summary>Path and query as sent, cut at 2,000 characters.</summary>
    public required string Path { get; init; }

    /// <summary>One of <see cref="RequestKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>It counts against the org's API allowance.</summary>
    public bool Counted { get; init; }

    /// <summary>It creates, updates, upserts or deletes, or has a part that does, whether or not that succeeded.</summary>
    public bool Writes { get; init; }
    public string RequestId { get; init; } = "";

    /// <summary>How many records it carried.</summary>
    public int Records { get; init; }

    /// <summary>The HTTP status answered, or that would have been; 0 when there was nothing to answer.</summary>
    public int Status { get; init; }
    public required Fate Fate { get; init; }

    /// <summary>The fault rule that fired on it.</summary>
    public string? Fault { get; init; }

    /// <summary>Sequence of the request whose late effects these are.</summary>
    public long? LateOf { get; init; }
    public IReadOnlyList<Subrequest> Parts { get; init; } = [];
    public IReadOnlyList<Change> Effects { get; init; } = [];
}
