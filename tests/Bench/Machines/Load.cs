using System.Globalization;

namespace LeadSync.Bench.Machines;

/// <summary>What the machine did while something was measured: a figure means little without it.</summary>
/// <param name="Average">Load average of the last minute, at the end.</param>
/// <param name="BusyCores">Cores that worked, by everybody.</param>
/// <param name="OtherCores">Of these, cores that worked for what is no part of the measurement; null where our own processes are not all on this machine.</param>
/// <param name="StolenPercent">Part of the cores' time that the hypervisor gave to other machines.</param>
public sealed record Load(double Average, double BusyCores, double? OtherCores, double StolenPercent)
{
    /// <param name="took">All cores, over the time of the measurement.</param>
    /// <param name="ours">Ticks of our own processes meanwhile; null when they are not known.</param>
    public static Load Of(CpuTimes took, long? ours, int cores, double average)
    {
        var all = Math.Max(1, took.Busy + took.Idle + took.Stolen);
        var perCore = (double)all / cores;
        return new Load(
            average,
            Math.Round(took.Busy / perCore, 2),
            ours is null ? null : Math.Round(Math.Max(0, took.Busy - ours.Value) / perCore, 2),
            Math.Round(100.0 * took.Stolen / all, 1)
        );
    }

    public static double AverageNow() =>
        double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);
}
