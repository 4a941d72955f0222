using System.Diagnostics;
using System.Globalization;

namespace LeadSync.Push.Tests.Model;

/// <summary>
/// The engine as it is, up to three replicas of it, with all that may happen around them in an order that a seed decides.
/// <c>LEADSYNC_SEED</c> repeats one world, <c>LEADSYNC_STEPS</c> says how many steps the long trial takes,
/// <c>LEADSYNC_TOLD</c> how many of the last are told when a promise is broken.
/// </summary>
public sealed class When_anything_may_happen(VirtualTime time, ITestOutputHelper output) : IClassFixture<VirtualTime>
{
    private const int StepsOfOne = 400;

    [Fact]
    public async Task No_promise_is_broken()
    {
        int[] seeds = Asked("LEADSYNC_SEED") is { } seed ? [seed] : [1, 2, 3];

        await WalkAsync(seeds);
    }

    /// <summary>A quarter of an hour on a machine of its own, from a seed that is printed: <c>./test --explicit only --filter-class '*When_anything_may_happen'</c>.</summary>
    [Fact(Explicit = true)]
    public Task No_promise_is_broken_in_a_hundred_thousand_steps()
    {
        var first = Asked("LEADSYNC_SEED") ?? Random.Shared.Next(1_000, 1_000_000);
        output.WriteLine($"seeds from {first}");
        return WalkAsync(Enumerable.Range(first, (Asked("LEADSYNC_STEPS") ?? 100_000) / StepsOfOne));
    }

    private async Task WalkAsync(IEnumerable<int> seeds)
    {
        var began = Stopwatch.GetTimestamp();
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var (steps, broken) = (0, new List<string>());
        foreach (var seed in seeds)
        {
            var (story, fault) = await ModelRun.OfAsync(time, time.Engine, seed, StepsOfOne);
            steps += story.Step;
            foreach (var (kind, count) in story.Counts)
                counts[kind] = counts.GetValueOrDefault(kind) + count;
            if (fault is not null)
                broken.Add(fault.Message);
        }
        output.WriteLine($"{steps} steps in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s");
        foreach (var (kind, count) in counts)
            output.WriteLine($"{count, 8}  {kind}");

        broken.ShouldBeEmpty();
    }

    private static int? Asked(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
