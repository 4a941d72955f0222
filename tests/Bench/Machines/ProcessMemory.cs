using System.Globalization;

namespace LeadSync.Bench.Machines;

/// <summary>Memory of a process, in bytes.</summary>
/// <param name="Resident">What of it is in memory, shared pages counted whole.</param>
/// <param name="Proportional">The same with each shared page counted in parts; null where the kernel does not say.</param>
/// <param name="Peak">The most that was ever resident.</param>
public sealed record ProcessMemory(long Resident, long? Proportional, long Peak)
{
    /// <summary>Null when there is no such process on this machine (any more).</summary>
    public static ProcessMemory? Of(int process)
    {
        try
        {
            var status = File.ReadAllText($"/proc/{process}/status");
            return Bytes(status, "VmRSS") is { } resident && Bytes(status, "VmHWM") is { } peak
                ? new ProcessMemory(resident, ProportionalOf(process), peak)
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>A figure of <c>/proc/PID/status</c> or <c>smaps_rollup</c>: <c>VmRSS:	  1234 kB</c>; null when it is not there.</summary>
    public static long? Bytes(string file, string name)
    {
        var line = file.Split('\n').FirstOrDefault(line => line.StartsWith($"{name}:", StringComparison.Ordinal));
        return line is null
            ? null
            : long.Parse(
                line[(name.Length + 1)..].Replace("kB", "", StringComparison.Ordinal).Trim(),
                CultureInfo.InvariantCulture
            ) * 1_024;
    }

    private static long? ProportionalOf(int process)
    {
        try
        {
            return Bytes(File.ReadAllText($"/proc/{process}/smaps_rollup"), "Pss");
        }
        // Not ours to look into.
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            return null;
        }
    }
}
