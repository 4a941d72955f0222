using LeadSync.Crash.Reports;

namespace LeadSync.Crash.Trials;

/// <summary>Trials of seeds that follow each other, on one house.</summary>
public sealed class Matrix(CrashHouse house, Action<string> tell)
{
    public async Task<RunReport> RunAsync(int firstSeed, int trials, CancellationToken stop)
    {
        var report = new RunReport("matrix", firstSeed);
        for (var number = 0; number < trials && !stop.IsCancellationRequested; number++)
        {
            var plan = TrialPlan.Of(firstSeed + number);
            TrialResult result;
            try
            {
                result = await new Trial(house, plan).RunAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            report.Add(result);
            tell($"{number + 1, 4}  {result}");
        }
        report.End();
        return report;
    }
}
