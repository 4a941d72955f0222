using LeadSync.Contracts;

namespace LeadSync.Connector.Budget;

/// <summary>
/// One window in which an org's calls are counted, and what stands reserved in it. Either the CRM counts, everybody's calls,
/// and tells what was used; or we count our own over <see cref="CountedOver"/>.
/// </summary>
public sealed record BudgetWindow
{
    /// <summary>The window in which Salesforce counts: 24 hours, rolling.</summary>
    public const string Day = "day";

    public required string TimeWindow { get; init; }
    public required long Allowance { get; init; }

    /// <summary>What the CRM counted by <see cref="ReadAt"/>; 0 where we count.</summary>
    public required long Used { get; init; }
    public required DateTimeOffset ReadAt { get; init; }

    /// <summary>Null where the CRM counts.</summary>
    public TimeSpan? CountedOver { get; init; }

    /// <summary>Calls promised that may not stand in <see cref="Used"/>, or that may fall into the time that we count over.</summary>
    public long Reserved { get; init; }

    /// <summary>
    /// How many calls may still be reserved at this priority. The share of the org's other users is left where their calls
    /// count too; and of what is ours, a part for each more urgent priority.
    /// </summary>
    /// <param name="othersShare">The others' share of the allowance.</param>
    /// <param name="urgentShare">The share of our part that each priority leaves to the one above it.</param>
    public long Left(CallPriority priority, double othersShare, double urgentShare)
    {
        var ours = Ours(othersShare);
        var kept = (long)Math.Floor(ours * urgentShare * (int)priority);
        return Math.Max(0, ours - kept - Used - Reserved);
    }

    /// <summary>The part of the allowance that is ours.</summary>
    public long Ours(double othersShare) =>
        CountedOver is null ? (long)Math.Floor(Allowance * (1 - othersShare)) : Allowance;

    /// <summary>A reservation that lapsed by then holds no call that could still count against this window beside <see cref="Used"/>.</summary>
    /// <param name="lag">How far the CRM's figure may lag behind the calls that it was asked to count.</param>
    public DateTimeOffset Horizon(DateTimeOffset now, TimeSpan lag) =>
        CountedOver is { } length ? now - length : ReadAt - lag;
}
