using System.Text.Json;
using System.Text.Json.Serialization;

namespace LeadSync.Contracts;

/// <summary>What came of a test batch: <c>POST /v1/connections/{id}/test-batch</c>.</summary>
/// <param name="RanAt">When the CRM was asked for this answer.</param>
/// <param name="ApiCalls">Calls that this answer cost the org's allowance, those of the lane that wrote not among them.</param>
public sealed record TestReport(
    Guid BatchId,
    Guid ConnectionId,
    TestMode Mode,
    string Source,
    DateTimeOffset RanAt,
    int ApiCalls,
    IReadOnlyList<TestedLead> Leads
)
{
    /// <summary>
    /// The worst of the verdicts; null for a preview. What wrote nothing on purpose counts as right.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TestVerdict? Verdict { get; init; }

    /// <summary>Where the batch can be asked about again; null for a preview, which leaves nothing behind.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AskAgain { get; init; }
}

/// <summary>What would be, or was, done with one sample.</summary>
/// <param name="Number">Its place in the batch, from 1.</param>
/// <param name="LeadId">What <c>$leadId</c> stands for in it.</param>
public sealed record TestedLead(int Number, string LeadId, TestAction Action)
{
    /// <summary>Which of the four cases it is; null where the caller gave the sample.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Case { get; init; }

    /// <summary>The key it was found by.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MatchKind? MatchedBy { get; init; }

    /// <summary>The object that is written; null where none is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Object { get; init; }

    /// <summary>The record that it is, or became; null for one that would be created.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TestRecord? Record { get; init; }

    /// <summary>All records that were found, when there were several.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TestRecord>? Candidates { get; init; }

    /// <summary>Why, as a code; docs/rules.md has them. <c>SAME_PERSON</c> where it waits for another sample.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>The setting of the push rule that decided.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DecidingRule? DecidedBy { get; init; }

    /// <summary>The number of the sample that it waits for, being the same person.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? WaitsFor { get; init; }

    /// <summary>Who owns the record afterwards; null where nothing is written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TestOwner? Owner { get; init; }

    /// <summary>
    /// The other record of a person who is Lead and Contact, where the push rule has both written; null where there is one only.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TestedOther? Other { get; init; }

    /// <summary>Each mapped field: before and after, and the write rule that decided.</summary>
    public IReadOnlyList<FieldDecision> Fields { get; init; } = [];

    /// <summary>What mapping did to values that a person should know of.</summary>
    public IReadOnlyList<MappingRemark> Remarks { get; init; } = [];

    public IReadOnlyList<TestProblem> Problems { get; init; } = [];

    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>How what was written stands in the CRM; null for a preview.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TestVerdict? Verdict { get; init; }

    /// <summary>What was looked at after writing; none for a preview.</summary>
    public IReadOnlyList<TestFinding> Findings { get; init; } = [];
}

/// <summary>What would be, or was, done with the other record of a sample that is Lead and Contact.</summary>
public sealed record TestedOther(TestRecord Record, TestAction Action)
{
    /// <summary>The key it was found by.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MatchKind? MatchedBy { get; init; }

    /// <summary>Why, as a code; docs/rules.md has them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>Who owns it afterwards.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TestOwner? Owner { get; init; }

    /// <summary>Each mapped field: before and after, and the write rule that decided.</summary>
    public IReadOnlyList<FieldDecision> Fields { get; init; } = [];

    /// <summary>What was looked at after writing; none for a preview.</summary>
    public IReadOnlyList<TestFinding> Findings { get; init; } = [];
}

/// <summary>A record, and where people open it.</summary>
public sealed record TestRecord(string Object, string RecordId, Uri Link);

/// <summary>Whose a record is.</summary>
/// <param name="By">
/// What says so: <c>mapping</c>, which writes the owner; <c>unchanged</c> for a record that is there; of a new one the push rule with
/// <c>assignmentRules</c>, <c>user</c>, <c>queue</c>, <c>accountOwner</c> or <c>fallback</c>, and <c>integrationUser</c> where nobody else gets it.
/// </param>
/// <param name="Id">The CRM's id of the user or queue; null where it is not known beforehand.</param>
public sealed record TestOwner(string By, string? Id);

/// <summary>What is done with a sample.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TestAction>))]
public enum TestAction
{
    [JsonStringEnumMemberName("create")]
    Create,

    [JsonStringEnumMemberName("update")]
    Update,

    [JsonStringEnumMemberName("unchanged")]
    Unchanged,

    /// <summary>Deliberately nothing, by a rule or the route's filter.</summary>
    [JsonStringEnumMemberName("skip")]
    Skip,

    /// <summary>A person must mend something first.</summary>
    [JsonStringEnumMemberName("park")]
    Park,

    /// <summary>It is the same person as another sample, and comes after that one; or the push rule has it wait.</summary>
    [JsonStringEnumMemberName("wait")]
    Wait,

    /// <summary>It cannot be mapped.</summary>
    [JsonStringEnumMemberName("cannotMap")]
    CannotMap,

    /// <summary>Nothing is known of it yet.</summary>
    [JsonStringEnumMemberName("none")]
    None,
}

/// <summary>How a written sample stands; of two the later is the worse.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TestVerdict>))]
public enum TestVerdict
{
    /// <summary>Nothing was written, as was decided.</summary>
    [JsonStringEnumMemberName("notWritten")]
    NotWritten,

    /// <summary>The CRM holds what was wanted.</summary>
    [JsonStringEnumMemberName("right")]
    Right,

    /// <summary>It was not done in time. That says nothing about whether it will be right.</summary>
    [JsonStringEnumMemberName("unfinished")]
    Unfinished,

    /// <summary>Something in the CRM is not as it was wanted.</summary>
    [JsonStringEnumMemberName("wrong")]
    Wrong,
}

/// <summary>One thing that was looked at after writing.</summary>
/// <param name="Check"><c>record</c>, <c>owner</c>, <c>status</c>, <c>value</c> or <c>duplicates</c>; the same for ever.</param>
/// <param name="Says">What was found, in one line.</param>
public sealed record TestFinding(string Check, TestFindingStatus Status, string Says)
{
    /// <summary>API name of the field it is about.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Field { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Wanted { get; init; }

    /// <summary>What the CRM holds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Found { get; init; }

    /// <summary>Records to look at.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TestRecord>? Records { get; init; }

    /// <summary>What to do about it, and where; null where nothing is to be done.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Fix { get; init; }
}

/// <summary>How one thing that was looked at stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TestFindingStatus>))]
public enum TestFindingStatus
{
    [JsonStringEnumMemberName("pass")]
    Pass,

    /// <summary>A person should look at it.</summary>
    [JsonStringEnumMemberName("warn")]
    Warn,

    /// <summary>It is not as it was wanted.</summary>
    [JsonStringEnumMemberName("fail")]
    Fail,
}
