using System.Text.Json;
using System.Text.Json.Serialization;

namespace LeadSync.Contracts;

/// <summary>CRM records now hold what was wanted of these leads.</summary>
public sealed record RecordWritten : IEventList<WrittenRecord>
{
    public required string Workspace { get; init; }
    public required IReadOnlyList<WrittenRecord> Items { get; init; }
}

public sealed record WrittenRecord : IEventItem, ILeadAtConnection
{
    public required Guid EventId { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceParent { get; init; }

    public required string Source { get; init; }
    public required string LeadId { get; init; }
    public required Guid ConnectionId { get; init; }

    /// <summary>The newest version that this outcome covers.</summary>
    public required long Version { get; init; }

    /// <summary>The oldest version it covers: versions that waited together are one outcome.</summary>
    public required long FromVersion { get; init; }

    public required WriteOutcome Outcome { get; init; }
    public required KnownRecord Record { get; init; }

    /// <summary>
    /// Of a person who is Lead and Contact, where the push rule has both written: the record that the lead is known by, and this is
    /// told of the other one. Each of the two has an event of its own. Null in all others.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KnownRecord? Beside { get; init; }

    /// <summary>
    /// This one of the lead's two records holds what was wanted, and the other does not yet: the lead is not done with this
    /// event. It is taken again, or waits for a person, as a <see cref="SyncFailed"/> of the version says.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Partly { get; init; }

    /// <summary>Every mapped field that was decided on, written or not.</summary>
    public required IReadOnlyList<FieldDecision> Fields { get; init; }

    /// <summary>
    /// Whom a created record belongs to, where the push rule says more of it than to leave it; null where that is not known, and
    /// of a record that was there before.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RecordOwner? Owner { get; init; }

    /// <summary>The CRM's own id of the request that wrote; null when nothing was written, or the CRM gives none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CrmRequestId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<WriteOutcome>))]
public enum WriteOutcome
{
    [JsonStringEnumMemberName("created")]
    Created,

    [JsonStringEnumMemberName("updated")]
    Updated,

    /// <summary>Nothing to change, so no call was made.</summary>
    [JsonStringEnumMemberName("unchanged")]
    Unchanged,
}

/// <summary>Whom a record belongs to, and how it came to.</summary>
/// <param name="Id">The CRM's id of the user or queue.</param>
public sealed record RecordOwner(string Id, OwnerChoice By);

/// <summary>How a created record came to its owner.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OwnerChoice>))]
public enum OwnerChoice
{
    /// <summary>The org's assignment rules chose it.</summary>
    [JsonStringEnumMemberName("assignmentRules")]
    AssignmentRules,

    /// <summary>The user that the push rule names.</summary>
    [JsonStringEnumMemberName("user")]
    User,

    /// <summary>The queue that the push rule names.</summary>
    [JsonStringEnumMemberName("queue")]
    Queue,

    /// <summary>The user that owns the new Contact's Account.</summary>
    [JsonStringEnumMemberName("accountOwner")]
    AccountOwner,

    /// <summary>A further one of the push rule, because those before it cannot be given records now.</summary>
    [JsonStringEnumMemberName("fallback")]
    Fallback,

    /// <summary>
    /// Nobody that the push rule asks for: it stays with the user that LeadSync is connected as. <c>OWNER_NOT_ASSIGNED</c> says so too.
    /// </summary>
    [JsonStringEnumMemberName("integrationUser")]
    IntegrationUser,
}

/// <summary>What was decided for one field, and by which rule.</summary>
/// <param name="Field">API name in the CRM.</param>
/// <param name="Before">What the CRM held; JSON null for nothing, and for a create.</param>
/// <param name="After">What it holds now; equal to <paramref name="Before"/> where nothing was written.</param>
/// <param name="Rule">The write rule that applied.</param>
/// <param name="Written">Whether the value was sent.</param>
/// <param name="Reason">
/// Why, as a code: <c>NEW_VALUE</c>, <c>SAME_VALUE</c>, <c>NOT_NEWLY_CAPTURED</c>, <c>LOWER_PRECEDENCE</c>,
/// <c>NOT_EMPTY</c>, <c>ONLY_ON_CREATE</c>, <c>EDITED</c>, <c>CONDITION_NOT_MET</c>, <c>OPTED_OUT</c>,
/// <c>EXTERNAL_ID_ELSEWHERE</c>. Of a new Contact's <c>AccountId</c>: <c>ACCOUNT_FOUND_BY_DOMAIN</c>,
/// <c>ACCOUNT_FOUND_BY_NAME</c>, <c>ACCOUNT_FIXED</c>, <c>ACCOUNT_CREATED</c>; and where it is left empty
/// <c>ACCOUNT_NOT_FOUND</c>, <c>ACCOUNT_UNNAMED</c>, <c>ACCOUNT_UNREADABLE</c>, <c>ACCOUNT_UNWRITABLE</c>.
/// </param>
public sealed record FieldDecision(
    string Field,
    JsonElement Before,
    JsonElement After,
    WriteRule Rule,
    bool Written,
    string Reason
);
