namespace LeadSync.Push.Lanes;

/// <summary>The right to work on one lane, until <see cref="LeaseStore"/> says that it is lost.</summary>
/// <param name="Fence">Grows with every lease of the lane; an older one may store facts, but no outcomes.</param>
/// <param name="Faults">Rounds in a row before this one that failed as a whole.</param>
/// <param name="System">The kind of CRM behind it; null while no grant has told.</param>
public sealed record Lease(Guid ConnectionId, string Workspace, Guid Owner, long Fence, int Faults, string? System);

/// <summary>What a worker takes lanes for.</summary>
/// <param name="System">The kind of CRM that it serves: one that is away must not keep the workers of another busy.</param>
/// <param name="SmallOnly">It takes only lanes that one round can empty, so that these never wait behind long ones.</param>
public sealed record Duty(string System, bool SmallOnly);

/// <summary>The lane belongs to another worker now: what was begun may store its facts, and must not start anything more.</summary>
public sealed class LeaseLostException(Guid connectionId) : Exception($"The lease of lane {connectionId} was lost.");
