namespace LeadSync.Push.Holds;

/// <summary>Why something is held. Two reasons hold at once: one that goes does not lift the other.</summary>
public static class HoldReasons
{
    /// <summary>Those that services may give.</summary>
    public static readonly IReadOnlyList<string> OfServices = ["deauthorised", "removed", "pullOnly", "disabled"];

    /// <summary>A person has stopped the lane at once.</summary>
    public const string Paused = "paused";

    /// <summary>A person has stopped the lane once what is under way has ended.</summary>
    public const string Draining = "draining";
}
