using System.Text.Json.Serialization;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Lanes;

namespace LeadSync.Push.Writing;

/// <summary>What we are about to ask of the CRM for one lead; committed before the call.</summary>
/// <param name="SendBefore">It is not sent after this.</param>
/// <param name="CertainAt">From then on the CRM either holds it or never will.</param>
/// <param name="Probes">How often it was looked for.</param>
public sealed record Intent(
    Guid IntentId,
    WaitingLead Lead,
    WritePlan Plan,
    IReadOnlyList<string> Keys,
    DateTimeOffset MadeAt,
    DateTimeOffset SendBefore,
    DateTimeOffset CertainAt,
    int Probes = 0
)
{
    /// <summary>The answer, when whoever made the call could store no more than that.</summary>
    public WriteResult? Result { get; init; }

    /// <summary>The lead's other record, where it has two; null where it has one, and where it is to get one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OtherRecord? Other { get; init; }

    /// <summary>There is another intent for the lead: the work on it ends with both.</summary>
    [JsonIgnore]
    public bool IsOneOfTwo => Other is { Unchanged: null };

    /// <summary>Nothing more could be found out about it, and a person has decided: had the lead taken again, or discarded it.</summary>
    [JsonIgnore]
    public bool IsReleased { get; init; }

    [JsonIgnore]
    public KnownRecord? Record => Plan.RecordId is null ? null : new KnownRecord(Plan.Object, Plan.RecordId);
}

/// <summary>The other record of an intent's lead.</summary>
/// <param name="IsPrimary">The lead is known by it, and the intent is for the one beside it.</param>
/// <param name="Unchanged">What was decided of it, where it needs no write; null where it has an intent of its own.</param>
public sealed record OtherRecord(KnownRecord Record, bool IsPrimary, WritePlan? Unchanged);
