using LeadSync.Contracts;
using LeadSync.Push.Lanes;
using LeadSync.Push.Outcomes;

namespace LeadSync.Push.Writing;

/// <summary>How the work on one lead ends.</summary>
/// <param name="Lead">The lead as it was taken.</param>
/// <param name="End">What becomes of its row.</param>
public sealed record Settlement(WaitingLead Lead, RowEnd End)
{
    /// <summary>The intents that end with it.</summary>
    public IReadOnlyList<Guid> IntentIds { get; init; } = [];

    /// <summary>Match keys that other leads may have waited for; null where nobody had to.</summary>
    public IReadOnlyList<string>? Released { get; init; }

    /// <summary>The record that the lead is from now on known to be.</summary>
    public KnownRecord? Link { get; init; }

    /// <summary>The Account that was created for the Contact that it is to become.</summary>
    public string? AccountId { get; init; }

    /// <summary>What counts as applied to <see cref="Link"/>.</summary>
    public IReadOnlyDictionary<string, AppliedField> Applied { get; init; } = AppliedStore.Nothing;

    /// <summary>The record that was written beside that one.</summary>
    public KnownRecord? Other { get; init; }

    /// <summary>What counts as applied to <see cref="Other"/>.</summary>
    public IReadOnlyDictionary<string, AppliedField> OtherApplied { get; init; } = AppliedStore.Nothing;

    /// <summary>The catalogue code that it is parked under.</summary>
    public string? ParkCode { get; init; }

    /// <summary>What is said of it, without the lead's values.</summary>
    public string? ParkMessage { get; init; }

    /// <summary>Why a rule has it wait; null where none does.</summary>
    public string? WaitCode { get; init; }

    /// <summary>How long it waits for its next attempt.</summary>
    public TimeSpan Wait { get; init; }

    public IReadOnlyList<Outcome> Outcomes { get; init; } = [];
}

/// <summary>What becomes of a lead's row.</summary>
public enum RowEnd
{
    /// <summary>The run is done.</summary>
    Done,

    /// <summary>It rests until a person has mended something, or a newer version comes.</summary>
    Parked,

    /// <summary>A passing fault: it is tried again after a wait, and that counts.</summary>
    Retried,

    /// <summary>Nothing happened that counts: it is taken again at once.</summary>
    Again,
}
