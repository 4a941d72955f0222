using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using LeadSync.Crash.Checking;
using LeadSync.Crash.Trials;
using LeadSync.WholeSystem.Load;

namespace LeadSync.Crash.Reports;

/// <summary>What a run of trials came to, to read and as JSON.</summary>
public sealed class RunReport(string kind, int seed)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly long _began = TimeProvider.System.GetTimestamp();
    private readonly List<TrialResult> _results = [];
    private TimeSpan _took;

    public bool IsClean => _results.TrueForAll(result => result.Findings.Count == 0);

    public IReadOnlyList<TrialResult> Results => _results;

    public void Add(TrialResult result) => _results.Add(result);

    public void End() => _took = TimeProvider.System.GetElapsedTime(_began);

    /// <summary>Trials whose fault was carried out.</summary>
    private List<TrialResult> Tried => _results.FindAll(result => result.IsReached);

    public override string ToString()
    {
        var text = new StringBuilder();
        var tried = Tried;
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"{kind}: {_results.Count} trials from seed {seed}, {_took.TotalMinutes:0.0} minutes, load {Load()} at the end"
        );
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"{tried.Count} reached, {_results.Count - tried.Count} not; {_results.Sum(result => result.Leads)} captures acknowledged"
        );
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"at rest after the fault: {Spread.Of(tried.Select(result => result.Recovery))}"
        );
        text.AppendLine(CultureInfo.InvariantCulture, $"a trial: {Spread.Of(_results.Select(result => result.Took))}");
        text.AppendLine();
        foreach (var counter in Enum.GetValues<Counter>())
            text.AppendLine(CultureInfo.InvariantCulture, $"{counter, -20}{Count(counter)}");
        text.AppendLine();
        text.AppendLine(
            tried.Count == 0 ? "nothing was tried"
            : IsClean
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"0 of {tried.Count} trials broke a promise: at most {300.0 / tried.Count:0.00} % do (3/n, 95 %)"
                )
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{_results.Count(result => result.Findings.Count > 0)} of {tried.Count} trials broke a promise"
            )
        );
        foreach (var broken in _results.Where(result => result.Findings.Count > 0))
            text.AppendLine(CultureInfo.InvariantCulture, $"{broken}")
                .AppendLine(
                    CultureInfo.InvariantCulture,
                    $"    again: ./crash {kind} --trials 1 --seed {broken.Plan.Seed}"
                );
        foreach (var missed in _results.Where(result => !result.IsReached))
            text.AppendLine(CultureInfo.InvariantCulture, $"not reached: seed {missed.Plan.Seed}  {missed.Plan}");
        text.AppendLine();
        foreach (var fault in _results.GroupBy(result => result.Plan.Fault).OrderBy(group => group.Key))
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{fault.Key, -16}{fault.Count(result => result.IsReached), 4} reached of {fault.Count(), 4}   at rest after {Spread.Of(fault.Where(result => result.IsReached).Select(result => result.Recovery))}"
            );
        return text.ToString();
    }

    public string ToJson() =>
        JsonSerializer.Serialize(
            new
            {
                kind,
                seed,
                minutes = _took.TotalMinutes,
                trials = _results.Count,
                reached = Tried.Count,
                bound = Tried.Count == 0 ? (double?)null : 3.0 / Tried.Count,
                counters = Enum.GetValues<Counter>()
                    .ToDictionary(counter => counter.ToString(), Count, StringComparer.Ordinal),
                results = _results.Select(result => new
                {
                    result.Plan.Seed,
                    point = result.Plan.Point.Name,
                    result.Plan.Fault,
                    result.Plan.Nth,
                    result.IsReached,
                    recoverySeconds = result.Recovery.TotalSeconds,
                    tookSeconds = result.Took.TotalSeconds,
                    captures = result.Leads,
                    result.Findings,
                }),
            },
            Format
        );

    private int Count(Counter counter) =>
        _results.Sum(result => result.Findings.Count(finding => finding.Counter == counter));

    private static string Load() =>
        File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
}
