using System.Diagnostics;
using System.Runtime.CompilerServices;
using Shouldly;

namespace LeadSync.Testing;

/// <summary>
/// Waits for what happens in its own time, looking every few milliseconds. The only place in the tests that waits by the
/// real clock.
/// </summary>
public static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits until a condition holds.</summary>
    /// <param name="what">What is waited for, as a sentence for who reads the failure; by default the condition itself.</param>
    /// <param name="within">The longest wait; 30 seconds when not given.</param>
    public static Task ShouldBe(
        Func<Task<bool>> condition,
        [CallerArgumentExpression(nameof(condition))] string what = "",
        TimeSpan? within = null
    ) =>
        ShouldPass(
            async () =>
            {
                if (!await condition())
                    throw new ShouldAssertException($"Still not so: {what}");
            },
            within
        );

    /// <inheritdoc cref="ShouldBe(Func{Task{bool}}, string, TimeSpan?)"/>
    public static Task ShouldBe(
        Func<bool> condition,
        [CallerArgumentExpression(nameof(condition))] string what = "",
        TimeSpan? within = null
    ) => ShouldBe(() => Task.FromResult(condition()), what, within);

    /// <summary>Repeats assertions until they pass; past the limit, fails as they last failed.</summary>
    public static async Task ShouldPass(Func<Task> assertions, TimeSpan? within = null)
    {
        var limit = within ?? Limit;
        var started = Stopwatch.GetTimestamp();
        for (var wait = Shortest; ; wait = wait * 2 < Longest ? wait * 2 : Longest)
        {
            try
            {
                await assertions();
                return;
            }
            catch (Exception) when (Stopwatch.GetElapsedTime(started) < limit)
            {
                await Task.Delay(wait);
            }
            catch (Exception last)
            {
                throw new ShouldAssertException($"{last.Message}\n(waited {limit.TotalSeconds:0.#} s)", last);
            }
        }
    }

    /// <summary>Waits until a value is there, and gives it.</summary>
    public static async Task<T> Get<T>(
        Func<Task<T?>> read,
        [CallerArgumentExpression(nameof(read))] string what = "",
        TimeSpan? within = null
    )
        where T : class
    {
        T? found = null;
        await ShouldBe(async () => (found = await read()) is not null, what, within);
        return found!;
    }

    /// <summary>Looks again and again for a while, and fails as soon as a condition no longer holds.</summary>
    /// <param name="during">As long as what would break it needs, with some room.</param>
    public static async Task ShouldStay(
        Func<Task<bool>> condition,
        TimeSpan during,
        [CallerArgumentExpression(nameof(condition))] string what = ""
    )
    {
        var started = Stopwatch.GetTimestamp();
        do
        {
            if (!await condition())
                throw new ShouldAssertException(
                    $"No longer so after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s: {what}"
                );
            await Task.Delay(20);
        } while (Stopwatch.GetElapsedTime(started) < during);
    }
}
