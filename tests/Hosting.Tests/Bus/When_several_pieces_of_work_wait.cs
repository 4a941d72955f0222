using System.Collections.Concurrent;
using LeadSync.Hosting.Bus;
using LeadSync.Testing;

namespace LeadSync.Hosting.Tests.Bus;

/// <summary>Pieces of work that come while others are under way are done together, and each ends as if it had been alone.</summary>
public sealed class When_several_pieces_of_work_wait
{
    private const int Most = 10;
    private readonly FakeClock _clock = new();
    private readonly ConcurrentQueue<(IReadOnlyList<int> Items, TaskCompletionSource Done)> _under = new();
    private readonly Joined<int> _joined;

    public When_several_pieces_of_work_wait() => _joined = new Joined<int>(WorkAsync, _clock, Most);

    [Fact]
    public async Task One_that_comes_alone_is_done_at_once()
    {
        var piece = RunAsync(1);

        (await NextAsync()).ShouldBe([1]);
        End();
        await piece;
    }

    [Fact]
    public async Task What_comes_meanwhile_is_done_together_afterwards()
    {
        var first = RunAsync(1);
        await NextAsync();
        var others = new[] { RunAsync(2), RunAsync(3, 4) };
        _under.ShouldHaveSingleItem();

        End();
        await first;

        (await NextAsync()).ShouldBe([2, 3, 4]);
        others.ShouldAllBe(other => !other.IsCompleted);
        End();
        await Task.WhenAll(others);
    }

    [Fact]
    public async Task No_more_are_done_together_than_go_in_one()
    {
        var first = RunAsync(1);
        await NextAsync();
        var others = Enumerable.Range(0, 3).Select(number => RunAsync([.. Enumerable.Repeat(number, 4)])).ToList();

        End();
        (await NextAsync()).ShouldBe([0, 0, 0, 0, 1, 1, 1, 1]);
        End();
        (await NextAsync()).ShouldBe([2, 2, 2, 2]);
        End();

        await Task.WhenAll(others.Append(first));
    }

    [Fact]
    public async Task It_rests_for_as_long_as_the_last_took()
    {
        var first = RunAsync(1);
        await NextAsync();
        _clock.Advance(TimeSpan.FromMilliseconds(30));
        End();
        await first;
        await Eventually.ShouldBe(() => _clock.Waiting == 1);
        var second = RunAsync(2);

        _clock.Advance(TimeSpan.FromMilliseconds(29));
        _under.ShouldBeEmpty();
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        (await NextAsync()).ShouldBe([2]);
        End();
        await second;
    }

    [Fact]
    public async Task It_does_not_rest_while_enough_waits_for_a_full_one()
    {
        var first = RunAsync(1);
        await NextAsync();
        var full = RunAsync([.. Enumerable.Range(0, Most)]);
        _clock.Advance(TimeSpan.FromSeconds(1));

        End();

        (await NextAsync()).Count.ShouldBe(Most);
        End();
        await Task.WhenAll(first, full);
    }

    [Fact]
    public async Task One_that_spoils_the_others_fails_alone()
    {
        var first = RunAsync(1);
        await NextAsync();
        var (good, bad, late) = (RunAsync(2), RunAsync(3), RunAsync(4));
        End();
        (await NextAsync()).ShouldBe([2, 3, 4]);

        End(new FormatException("3"));
        for (var left = 3; left > 0; left--)
        {
            var alone = await NextAsync();
            End(alone is [3] ? new FormatException("3") : null);
        }

        await Task.WhenAll(first, good, late);
        (await Should.ThrowAsync<FormatException>(bad)).Message.ShouldBe("3");
    }

    [Fact]
    public async Task What_is_nobodys_fault_is_told_to_all_without_trying_again()
    {
        var first = RunAsync(1);
        await NextAsync();
        var others = new[] { RunAsync(2), RunAsync(3) };
        End();
        await NextAsync();

        End(new TimeoutException());

        await first;
        foreach (var other in others)
            await Should.ThrowAsync<TimeoutException>(other);
        _under.ShouldBeEmpty();
    }

    [Fact]
    public async Task None_is_lost_and_none_done_twice_however_many_come_at_once()
    {
        var done = new ConcurrentBag<int>();
        var joined = new Joined<int>(
            async (items, _) =>
            {
                await Task.Yield();
                foreach (var item in items)
                    done.Add(item);
            },
            TimeProvider.System,
            Most,
            atOnce: 2
        );

        await Parallel.ForAsync(
            0,
            5_000,
            new ParallelOptions { MaxDegreeOfParallelism = 100, CancellationToken = Stop },
            async (number, stop) => await joined.RunAsync([number], stop)
        );

        done.Order().ShouldBe(Enumerable.Range(0, 5_000));
    }

    private Task RunAsync(params int[] items) => _joined.RunAsync(items, Stop);

    private Task WorkAsync(IReadOnlyList<int> items, CancellationToken stop)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _under.Enqueue((items, done));
        return done.Task.WaitAsync(stop);
    }

    // The clock stands still, so that nothing rests unless a test has moved it.
    private async Task<IReadOnlyList<int>> NextAsync()
    {
        await Eventually.ShouldBe(() => !_under.IsEmpty);
        return _under.Single().Items;
    }

    private void End(Exception? fault = null)
    {
        _under.TryDequeue(out var one).ShouldBeTrue();
        if (fault is null)
            one.Done.SetResult();
        else
            one.Done.SetException(fault);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
