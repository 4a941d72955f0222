using LeadSync.Contracts;

namespace LeadSync.Mapping.Leads;

/// <summary>
/// When a lead that cannot be mapped is tried again by the clock. A change of the connection's mappings, routes or schema
/// takes it up at once whatever this says; so for what only a person can mend this is but a safety net.
/// </summary>
public static class DueSchedule
{
    public static readonly TimeSpan First = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan UntilMended = TimeSpan.FromDays(1);

    /// <summary>How long a taken-up lead is left to who took it up, before another may.</summary>
    public static readonly TimeSpan Claim = TimeSpan.FromMinutes(1);

    /// <param name="attempt">How often it has been tried by the clock; 0 when it has just come in.</param>
    public static TimeSpan After(int attempt, FailureKind kind) =>
        !kind.Transient ? UntilMended
        : attempt >= 7 ? Longest
        : TimeSpan.FromTicks(Math.Min(First.Ticks << attempt, Longest.Ticks));
}
