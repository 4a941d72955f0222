using System.Globalization;
using System.Text;
using LeadSync.Crash.Checking;

namespace LeadSync.Crash.Reports;

/// <summary>What a soak came to.</summary>
/// <param name="Captures">Sent, and acknowledged in the end.</param>
/// <param name="Strikes">How often what was struck.</param>
/// <param name="Recovery">From the last of it until everything was at rest.</param>
public sealed record SoakReport(
    int Seed,
    TimeSpan Took,
    int Captures,
    IReadOnlyDictionary<string, int> Strikes,
    TimeSpan Recovery,
    IReadOnlyList<Finding> Findings
)
{
    public bool IsClean => Findings.Count == 0;

    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"soak: seed {Seed}, {Took.TotalMinutes:0.0} minutes, {Captures} captures, {Strikes.Values.Sum()} strikes, at rest {Recovery.TotalSeconds:0.0} s after the last"
        );
        foreach (var (what, times) in Strikes)
            text.AppendLine(CultureInfo.InvariantCulture, $"{times, 6}  {what}");
        text.AppendLine();
        foreach (var counter in Enum.GetValues<Counter>())
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{counter, -20}{Findings.Count(finding => finding.Counter == counter)}"
            );
        foreach (var finding in Findings.Take(100))
            text.AppendLine(CultureInfo.InvariantCulture, $"    {finding}");
        return text.ToString();
    }
}
