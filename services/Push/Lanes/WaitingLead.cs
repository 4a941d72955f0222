using System.Text.Json.Serialization;
using LeadSync.Contracts;

namespace LeadSync.Push.Lanes;

/// <summary>A lead taken from its lane: what is wanted, and the run that this work will have completed.</summary>
/// <param name="Run">The row's <c>wanted_run</c> when it was taken; a newer want meanwhile has a higher one and stays pending.</param>
/// <param name="FromVersion">The oldest version that waited.</param>
/// <param name="Attempts">How often a passing fault stopped this version before.</param>
/// <param name="Keys">What makes it one person with others.</param>
/// <param name="Link">The record it was found to be, or became, before.</param>
public sealed record WaitingLead(
    string Workspace,
    MappedLead Wanted,
    long Run,
    long FromVersion,
    int Attempts,
    IReadOnlyList<string> Keys,
    KnownRecord? Link
)
{
    /// <summary>The record that was written beside <see cref="Link"/>: the person is Lead and Contact. Null where there was none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KnownRecord? Other { get; init; }

    /// <summary>Who had it taken again; null when nobody had.</summary>
    public string? ReplayedBy { get; init; }

    /// <summary>Why a rule had it wait until now; null where none did.</summary>
    public string? WaitsFor { get; init; }

    /// <summary>The Account that was created for the Contact it is to become; null where none was.</summary>
    public string? AccountId { get; init; }

    /// <summary>The test batch that it is a sample of; null for a lead that somebody captured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? TestBatch { get; init; }

    [JsonIgnore]
    public LeadKey Key => Wanted.Key(Workspace);
}
