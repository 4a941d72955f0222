using LeadSync.Crash.Checking;
using LeadSync.Crash.Reports;

namespace LeadSync.Crash.Trials;

/// <summary>Trials of seeds that follow each other, on one house.</summary>
public sealed class Matrix(CrashHouse house, Action<string> tell)
{
    public async Task<RunReport> RunAsync(int firstSeed, int trials, string only, CancellationToken stop)
    {
        var report = new RunReport("matrix", firstSeed);
        foreach (var plan in TrialPlan.From(firstSeed, only).Take(trials))
        {
            if (stop.IsCancellationRequested)
                break;
            TrialResult result;
            try
            {
                result = await new Trial(house, plan).RunAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            // What a trial cannot get over is a finding too, and the next one may tell more.
            catch (Exception fault)
            {
                result = new TrialResult(
                    plan,
                    IsReached: true,
                    [new Finding(Counter.Stuck, "the trial itself", fault.Message)],
                    TimeSpan.Zero,
                    TimeSpan.Zero,
                    Leads: 0
                );
            }
            report.Add(result);
            tell($"{report.Results.Count, 4}  {result}");
        }
        report.End();
        return report;
    }
}
