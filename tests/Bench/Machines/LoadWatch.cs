namespace LeadSync.Bench.Machines;

/// <summary>From its making on, what the machine does beside what is measured.</summary>
/// <param name="ours">Ticks that our own processes have used since they started; null when that cannot be known.</param>
public sealed class LoadWatch(Func<long?> ours)
{
    private readonly CpuTimes _before = CpuTimes.Now();
    private readonly long? _oursBefore = ours();

    public Load Read() =>
        Load.Of(CpuTimes.Now() - _before, ours() - _oursBefore, Environment.ProcessorCount, Load.AverageNow());
}
