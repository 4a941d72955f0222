using System.Globalization;

namespace LeadSync.Bench.Machines;

/// <summary>CPU time of a process since it started, with that of its ended children, from <c>/proc/PID/stat</c>.</summary>
/// <param name="Parent">Id of the process that started it.</param>
/// <param name="Own">In ticks (<see cref="CpuTimes.PerSecond"/>).</param>
/// <param name="EndedChildren">In ticks: of those that it has waited for.</param>
public sealed record ProcessTimes(int Parent, long Own, long EndedChildren)
{
    /// <summary>Null when there is no such process on this machine (any more).</summary>
    public static ProcessTimes? Of(int process)
    {
        try
        {
            return Parse(File.ReadAllText($"/proc/{process}/stat"));
        }
        catch (IOException)
        {
            return null;
        }
    }

    public static ProcessTimes Parse(string stat)
    {
        // The name stands in brackets and may hold blanks and brackets itself; what follows its last bracket is fixed.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return new ProcessTimes((int)Number(1), Number(11) + Number(12), Number(13) + Number(14));

        long Number(int index) => long.Parse(fields[index], CultureInfo.InvariantCulture);
    }
}
