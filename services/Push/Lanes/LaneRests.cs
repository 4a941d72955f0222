using System.Collections.Concurrent;

namespace LeadSync.Push.Lanes;

/// <summary>
/// Which lanes had a turn here a moment ago. A lane that is emptied faster than it fills would be served for each lead; resting
/// a moment, what trickled in meanwhile shares the calls of the next turn. Nobody waits who comes after a while.
/// </summary>
public sealed class LaneRests(PushOptions options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<Guid, long> _began = new();

    /// <summary>A lane's turn begins.</summary>
    public void Begin(Guid connectionId) => _began[connectionId] = clock.GetTimestamp();

    /// <summary>The lanes that are not to be served yet, and how long the first of them goes on resting.</summary>
    public (Guid[] Lanes, TimeSpan Until) Now()
    {
        var lanes = new List<Guid>();
        var rest = options.IdleWait;
        foreach (var (lane, began) in _began)
        {
            var left = options.TurnEvery - clock.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
            {
                _began.TryRemove(new KeyValuePair<Guid, long>(lane, began));
                continue;
            }
            lanes.Add(lane);
            rest = left < rest ? left : rest;
        }
        return ([.. lanes], rest);
    }
}
