using LeadSync.Bench.Ceilings;
using LeadSync.Bench.Figures;
using LeadSync.Bench.Houses;
using Spectre.Console;

namespace LeadSync.Bench;

/// <summary>One session of measuring: what was asked for, what is known by now, and where it is told.</summary>
public sealed class Session(BenchOptions options, Results results, IAnsiConsole console)
{
    private double? _twoHops;

    public BenchOptions Options => options;

    public Results Results => results;

    public void Say(string line) => console.Profile.Out.Writer.WriteLine(line);

    public bool IsWanted(string name) =>
        options.Only is null || name.Contains(options.Only, StringComparison.OrdinalIgnoreCase);

    public void Add(Figure figure) => results.Figures.Add(figure);

    public void Skip(string why)
    {
        results.Skipped.Add(why);
        Say($"  not measured: {why}");
    }

    /// <summary>Leads that were lost or written twice make the session a failure, and the rest is measured all the same.</summary>
    public async Task TryAsync(string name, Func<Task> measure)
    {
        try
        {
            await measure();
        }
        catch (NotDeliveredException fault)
        {
            results.Failures.Add($"{name}: {fault.Message}");
            Say($"  FAILED: {fault.Message}");
        }
    }

    /// <summary>The ceiling that throughputs are held against, measured once in a session.</summary>
    public async Task MeasureTwoHopsAsync(CancellationToken stop)
    {
        if (_twoHops is not null)
            return;
        Say("two hops over the broker with the plain client …");
        var figure = await BrokerCeilings.TwoHopsAsync(options.Runs, leadsInMessage: 1, stop);
        Add(figure);
        _twoHops = figure.Median;
    }

    public double? OfTwoHops(double rate) => _twoHops is { } ceiling ? Math.Round(rate / ceiling, 3) : null;
}
