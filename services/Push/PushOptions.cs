using System.ComponentModel.DataAnnotations;

namespace LeadSync.Push;

/// <summary>Settings of the section <c>Push</c>.</summary>
public sealed class PushOptions
{
    /// <summary>Most leads taken from a lane at once: two full calls to Salesforce, which takes 200 a call; by default 400.</summary>
    [Range(1, 1_000)]
    public int BatchSize { get; set; } = 400;

    /// <summary>
    /// How long a lane's turn begins new batches, and a batch new guarded updates, so that others get their turn; by default
    /// 5 s. What is left is taken, or matched anew, in the lane's next turn.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan RoundWithin { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Most leads that a lane begins in one turn; by default 2,000.</summary>
    [Range(1, 100_000)]
    public int LeadsPerTurn { get; set; } = 2_000;

    /// <summary>
    /// Batches of one lane that are under way at the same time, as long as each is full; by default 3. Each makes one call at a
    /// time: Salesforce lets an org make 25 long ones.
    /// </summary>
    [Range(1, 20)]
    public int BatchesPerLane { get; set; } = 3;

    /// <summary>
    /// Lanes that one replica serves at the same time, for each kind of CRM; by default 4. One of them, where there are
    /// several, is kept for lanes that one round can empty.
    /// </summary>
    [Range(1, 64)]
    public int LanesAtOnce { get; set; } = 4;

    /// <summary>Most lanes of one workspace that are served at the same time, over all replicas; by default 8.</summary>
    [Range(1, 1_000)]
    public int LanesPerWorkspace { get; set; } = 8;

    /// <summary>
    /// Lanes that must find a CRM away before it is taken to be away for all, and is tried by one lane at a time; by
    /// default 5.
    /// </summary>
    [Range(1, 1_000)]
    public int BreakAfter { get; set; } = 5;

    /// <summary>
    /// How soon after its turn began a lane may have the next one in the same replica, so that leads that trickle in share the
    /// calls of a turn; by default 250 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan TurnEvery { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long an idle worker waits before it looks for work again; what arrives here wakes it at once. By default 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan IdleWait { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// After how long a lane that could be served, while no worker is busy, counts as missed by them all; by default 15 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan SweptAfter { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a lane is leased, renewed while it is worked on; by default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after it was written down an intent may still be sent; by default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan SendWithin { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long after a call was sent the CRM may still commit it; by default 10 minutes, the longest that a Salesforce
    /// transaction lasts. What is unknown stays so until then, unless it is found before.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan LateCommit { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often a passing fault of one lead is retried before the lead is parked; by default 12, about an hour in all.</summary>
    [Range(1, 100)]
    public int MostAttempts { get; set; } = 12;

    /// <summary>
    /// How long whoever has a test batch written waits for its samples to be taken from their lane; by default 30 s. What was
    /// not begun by then is not begun any more. Gateway waits for a minute in all.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan TestWithin { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long what waits for a connection that was deauthorised is kept to be sent after all; by default 30 days.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan HoldFor { get; set; } = TimeSpan.FromDays(30);
}
