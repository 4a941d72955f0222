using LeadSync.Crash;
using LeadSync.Crash.Trials;

namespace LeadSync.Journeys;

/// <summary>A slice of <c>./crash matrix</c>: a few faults at a few moments, on the binaries as they are.</summary>
public sealed class When_it_fails_at_a_named_moment(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly TrialPlan[] Slice =
    [
        Plan("push.settle.sent", Fault.Kill),
        Plan("push.crm.answer", Fault.Reset),
        Plan("push.crm.request", Fault.EffectLate),
        Plan("push.bus.deliver", Fault.Stall),
        Plan("mapping.intake.committed", Fault.BackendKilled),
        Plan("push.look.answer", Fault.Freeze),
    ];

    // A machine on which everything runs at once.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private readonly CrashHouse _house = new();

    public async ValueTask InitializeAsync() => await _house.StartAsync();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task No_promise_is_broken()
    {
        foreach (var plan in Slice)
        {
            var result = await new Trial(_house, plan).RunAsync(TestContext.Current.CancellationToken, Patience);
            output.WriteLine(result.ToString());
            result.Findings.ShouldBeEmpty();
        }
    }

    private static TrialPlan Plan(string point, Fault fault) =>
        new(7, Points.Find(point), fault, Nth: 1, InUpdates: false);
}
