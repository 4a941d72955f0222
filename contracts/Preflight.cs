using System.Text.Json.Serialization;

namespace LeadSync.Contracts;

/// <summary>
/// Asks Connector whether an org has what is needed: <c>POST /v1/connections/{id}/preflight</c>. Nothing is written. Gateway
/// collects it from the services that keep the rules.
/// </summary>
/// <param name="Objects">What is mapped, each object once.</param>
public sealed record PreflightRequest(IReadOnlyList<PreflightObject> Objects)
{
    public PreflightRules Rules { get; init; } = new();
}

/// <param name="Object">API name.</param>
/// <param name="Fields">The fields that are written, or, for a pull, read.</param>
public sealed record PreflightObject(string Object, IReadOnlyList<PreflightField> Fields)
{
    /// <summary>
    /// The field of this object that people are found by; null: the one of <see cref="PreflightRules.ExternalIdField"/>, where
    /// there is one.
    /// </summary>
    public string? ExternalIdField { get; init; }
}

/// <param name="Field">API name.</param>
public sealed record PreflightField(string Field)
{
    /// <summary>Values that the mapping itself writes: a constant, a default, what a list of values is turned into.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>The field may get whatever was captured.</summary>
    public bool AnyValue { get; init; } = true;

    /// <summary>Written only when a record is created.</summary>
    public bool OnlyOnCreate { get; init; }
}

/// <summary>What the workspace has decided for the connection.</summary>
public sealed record PreflightRules
{
    /// <summary>The objects that are created when nobody is found; none when nothing is ever created.</summary>
    public IReadOnlyList<string> Creates { get; init; } = [];

    /// <summary>Records that are found are updated.</summary>
    public bool Updates { get; init; } = true;

    /// <summary>The custom field that people are found by, where there is one.</summary>
    public string? ExternalIdField { get; init; }

    /// <summary>Who gets a new lead: <c>assignmentRules</c>, <c>queue</c>, <c>user</c>, or <c>leave</c> for the user we act as.</summary>
    public string Owner { get; init; } = "leave";

    /// <summary>Which queue, by its name in the CRM.</summary>
    public string? Queue { get; init; }

    /// <summary>Which queue, by its id in the CRM; stands before its name.</summary>
    public string? QueueId { get; init; }
}

/// <summary>What the preflight found.</summary>
/// <param name="Status">The worst of the findings.</param>
/// <param name="ApiCalls">Calls that it cost the org's allowance.</param>
public sealed record PreflightReport(
    Guid ConnectionId,
    string Connection,
    string OrgId,
    string Direction,
    DateTimeOffset RanAt,
    PreflightStatus Status,
    int ApiCalls,
    IReadOnlyList<PreflightFinding> Findings
);

/// <param name="Check">Which check, as <c>mappedFields</c>; the same for ever.</param>
/// <param name="Subject">What it is about, as <c>Lead.Phone</c>; null where it is the org as a whole.</param>
/// <param name="Title">What was found, in one line.</param>
/// <param name="Meaning">What follows from it.</param>
/// <param name="Fix">What to do and where, in the CRM's own menu words; null where nothing is to be done.</param>
public sealed record PreflightFinding(
    string Check,
    PreflightStatus Status,
    string? Subject,
    string Title,
    string Meaning,
    string? Fix = null
);

/// <summary>How a finding stands; of two the later is the worse.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PreflightStatus>))]
public enum PreflightStatus
{
    [JsonStringEnumMemberName("pass")]
    Pass,

    /// <summary>It works, but not as one would expect; or it cannot be told without writing.</summary>
    [JsonStringEnumMemberName("warn")]
    Warn,

    /// <summary>Leads will not get there as it is.</summary>
    [JsonStringEnumMemberName("fail")]
    Fail,
}
