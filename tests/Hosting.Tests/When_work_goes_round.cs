using LeadSync.Testing;

namespace LeadSync.Hosting.Tests;

public sealed class When_work_goes_round : IDisposable
{
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);
    private readonly FakeClock _clock = new();
    private readonly CapturedLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task All_that_there_is_to_do_is_done_before_it_rests()
    {
        var rounds = new Queue<bool>([true, true, false, false]);
        using var stop = new CancellationTokenSource();

        var running = RunAsync(() => rounds.Dequeue(), stop.Token);
        await Eventually.ShouldBe(() => _clock.Waiting == 1);
        rounds.Count.ShouldBe(1);
        _clock.Advance(Rest);
        await Eventually.ShouldBe(() => rounds.Count == 0 && _clock.Waiting == 1);
        await stop.CancelAsync();

        await running;
        _logs.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_fault_is_told_without_its_message_and_does_not_end_it()
    {
        var rounds = new Queue<Func<bool>>([
            () => throw new IOException("ann@x.com"),
            () => throw new InvalidOperationException("ann@x.com"),
            () => false,
        ]);
        using var stop = new CancellationTokenSource();

        var running = RunAsync(() => rounds.Dequeue()(), stop.Token);
        foreach (var left in new[] { 2, 1, 0 })
        {
            await Eventually.ShouldBe(() => rounds.Count == left && _clock.Waiting == 1);
            _clock.Advance(left == 0 ? TimeSpan.Zero : Rest);
        }
        await stop.CancelAsync();
        await running;

        _logs.Lines.Count.ShouldBe(2);
        _logs.Lines[0].ShouldBe("Warning test: Counting sheep: IOException; trying again");
        _logs.Lines[1].ShouldStartWith("Error test: Counting sheep: InvalidOperationException");
        _logs.Lines[1].ShouldContain(nameof(When_work_goes_round));
        _logs.Lines.ShouldAllBe(line => !line.Contains("ann"));
    }

    [Fact]
    public async Task Of_an_outage_it_is_told_once_and_of_the_next_again()
    {
        Func<bool> away = () => throw new IOException("away");
        var rounds = new Queue<Func<bool>>([away, away, away, () => false, away, away]);
        using var stop = new CancellationTokenSource();

        var running = RunAsync(() => rounds.Dequeue()(), stop.Token);
        for (var left = 5; left >= 0; left--)
        {
            await Eventually.ShouldBe(() => rounds.Count == left && _clock.Waiting == 1);
            if (left > 0)
                _clock.Advance(Rest);
        }
        await stop.CancelAsync();
        await running;

        _logs.Lines.Count.ShouldBe(2, string.Join('\n', _logs.Lines));
    }

    private Task RunAsync(Func<bool> round, CancellationToken stopping) =>
        Rounds.RunAsync(
            "Counting sheep",
            Rest,
            _ => Task.FromResult(round()),
            _clock,
            _logs.CreateLogger("test"),
            stopping
        );
}
