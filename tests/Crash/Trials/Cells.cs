namespace LeadSync.Crash.Trials;

/// <summary>Which faults are tried at which points.</summary>
public static class Cells
{
    private static readonly string[] Slow =
    [
        "push.settle.sent",
        "push.settle.committed",
        "mapping.intake.committed",
        "audit.history.sent",
        "connector.grant.committed",
    ];

    /// <summary>Every pair, in an order in which neighbours have little in common; always the same.</summary>
    public static IReadOnlyList<(Point Point, Fault Fault)> All { get; } = Shuffled();

    private static (Point, Fault)[] Shuffled()
    {
        var all = Points.All.SelectMany(point => FaultsAt(point).Select(fault => (point, fault))).ToArray();
        new Random(1).Shuffle(all);
        return all;
    }

    private static IEnumerable<Fault> FaultsAt(Point point)
    {
        Fault[] everywhere = [Fault.Kill, Fault.Freeze, Fault.Reset, Fault.BlackHole, Fault.Stall];
        IEnumerable<Fault> more = point.Kind switch
        {
            PointKind.Database when Slow.Contains(point.Name) => [Fault.BackendKilled, Fault.PostgresKilled],
            PointKind.Database => [Fault.BackendKilled],
            PointKind.Broker when point.Name is "push.bus.confirmed" or "mapping.bus.ack" => [Fault.BrokerKilled],
            _ => [],
        };
        if (
            point.Name.EndsWith(".publish", StringComparison.Ordinal)
            || point.Name.EndsWith(".ack", StringComparison.Ordinal)
        )
            more = more.Append(Fault.KillLate);
        more = point.Name switch
        {
            "push.crm.request" => more.Concat([Fault.KillLate, Fault.EffectLate, Fault.Edit]),
            "push.look.answer" => more.Concat([Fault.Edit, Fault.Hold]),
            "push.intent.committed" => more.Append(Fault.Hold),
            "gateway.bus.publish" => more.Append(Fault.Unbind),
            "mapping.bus.publish" => more.Append(Fault.Alarm),
            "push.told.sent" => more.Append(Fault.PostgresAway),
            _ => more,
        };
        return everywhere.Concat(more);
    }
}
