using System.Globalization;
using System.Text;
using LeadSync.Crash.Checking;
using LeadSync.Crash.Trials;
using LeadSync.Testing;

namespace LeadSync.Crash.Mutants;

/// <summary>What became of a mutant.</summary>
/// <param name="Trials">How many it took; all of them where it was not found.</param>
/// <param name="Findings">Of the trial that found it.</param>
public sealed record MutantResult(Mutant Mutant, int Trials, IReadOnlyList<Finding> Findings)
{
    // Where leads still wait, what is missing may only be late.
    private static readonly Counter[] MayBeLate = [Counter.Lost, Counter.Stale, Counter.MissingAudit];

    /// <summary>Leads that still wait may only have been slow: that is no proof, unless it is what the mutant does.</summary>
    public bool IsCaught =>
        Findings.Any(finding =>
            Mutant.Counters.Contains(finding.Counter)
            && (
                !MayBeLate.Contains(finding.Counter)
                || Mutant.Counters.Contains(Counter.Stuck)
                || Findings.All(other => other.Counter != Counter.Stuck)
            )
        );

    public override string ToString()
    {
        var counters = string.Join(
            ", ",
            Findings
                .CountBy(finding => finding.Counter)
                .OrderBy(count => count.Key)
                .Select(count => $"{count.Key} {count.Value}")
        );
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Mutant.Name, -40}{(IsCaught ? "caught" : "MISSED"), -8}trials {Trials, -4}{counters}"
        );
    }
}

/// <summary>Builds each mutant, runs trials aimed at it until it is found, and says by what.</summary>
public sealed class TryMutants(PrivateServers servers, Action<string> tell)
{
    private const int Most = 9;

    // What a mutant has lost never comes.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public async Task<IReadOnlyList<MutantResult>> RunAsync(IReadOnlyList<Mutant> mutants, CancellationToken stop)
    {
        var results = new List<MutantResult>();
        using var tree = new MutantTree();
        foreach (var mutant in mutants)
        {
            var result = await TryAsync(mutant, tree, stop);
            results.Add(result);
            tell(result.ToString());
        }
        return results;
    }

    /// <summary>What all came to, to read.</summary>
    public static string Table(IReadOnlyList<MutantResult> results)
    {
        var text = new StringBuilder();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"mutants: {results.Count(result => result.IsCaught)} of {results.Count} caught"
        );
        foreach (var result in results)
            text.AppendLine(CultureInfo.InvariantCulture, $"{result}");
        return text.ToString();
    }

    private async Task<MutantResult> TryAsync(Mutant mutant, MutantTree tree, CancellationToken stop)
    {
        string program;
        try
        {
            program = await tree.BuildAsync(mutant, stop);
        }
        catch (InvalidOperationException fault)
        {
            // The others are tried all the same.
            tell(fault.Message);
            return new MutantResult(mutant, 0, []);
        }
        var programs = new Dictionary<string, string>(StringComparer.Ordinal) { [mutant.Service] = program };
        await using var house = new CrashHouse(servers, programs, mutant.Allowance);
        await house.StartAsync();
        var result = new MutantResult(mutant, 0, []);
        for (var trial = 0; trial < Most && !result.IsCaught; trial++)
        {
            var findings = (await new Trial(house, mutant.PlanOf(trial)).RunAsync(stop, Patience)).Findings;
            result = new MutantResult(mutant, trial + 1, findings);
        }
        return result;
    }
}
