using System.Globalization;

namespace LeadSync.Bench.Machines;

/// <summary>What all cores of the machine have done since it started, in ticks of the kernel's clock, as the first line of <c>/proc/stat</c> tells it.</summary>
/// <param name="Busy">Neither idle nor waiting for a disk nor taken by the hypervisor.</param>
/// <param name="Stolen">Wanted by us and given to another machine by the hypervisor.</param>
public sealed record CpuTimes(long Busy, long Idle, long Stolen)
{
    /// <summary>Ticks in a second of one core: fixed for every Linux that .NET runs on.</summary>
    public const int PerSecond = 100;

    public static CpuTimes Now() => Parse(File.ReadLines("/proc/stat").First());

    /// <param name="line"><c>cpu user nice system idle iowait irq softirq steal guest guest_nice</c>; guests are within user and nice.</param>
    public static CpuTimes Parse(string line)
    {
        var ticks = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Select(text => long.Parse(text, CultureInfo.InvariantCulture))
            .ToList();
        return new CpuTimes(ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6], ticks[3] + ticks[4], ticks[7]);
    }

    public static CpuTimes operator -(CpuTimes later, CpuTimes earlier) =>
        new(later.Busy - earlier.Busy, later.Idle - earlier.Idle, later.Stolen - earlier.Stolen);
}
