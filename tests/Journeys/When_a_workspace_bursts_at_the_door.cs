using LeadSync.Hosting.Bus;
using LeadSync.Testing;
using LeadSync.WholeSystem;
using LeadSync.WholeSystem.Load;

namespace LeadSync.Journeys;

/// <summary>
/// One workspace brings 100,000 leads at once, over AMQP and over HTTP, or has them wait in its lane, while ten others bring one
/// lead a second each. Takes
/// some minutes, so it runs only when asked for:
/// <c>./test --explicit only --filter-class '*When_a_workspace_bursts_at_the_door' --show-live-output on</c>.
/// </summary>
public sealed class When_a_workspace_bursts_at_the_door(ITestOutputHelper output) : IAsyncLifetime
{
    // No fixture: that would be started whether or not the test is asked for.
    private readonly House _house = new();

    private const int Leads = 100_000;
    private const int Others = 10;
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Loud = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Seconds = TimeSpan.FromSeconds(10);

    public ValueTask InitializeAsync() => _house.InitializeAsync();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact(Explicit = true)]
    public async Task The_others_are_served_within_seconds()
    {
        using var greedy = await Tenant.AddAsync(_house, "greedy");
        var tenants = new List<Tenant>();
        for (var number = 1; number <= Others; number++)
            tenants.Add(await Tenant.AddAsync(_house, $"modest-{number}"));
        var others = new SteadyLeads(_house, tenants);
        await others.SendAsync("warm", TimeSpan.FromSeconds(5));

        await others.SendAsync("quiet", Quiet);
        var unloaded = await TellAsync(others, "quiet", greedy);

        var burst = new Burst(_house, greedy);
        foreach (
            var (run, begin) in new (string, Func<Task>)[]
            {
                ("amqp", () => burst.PublishAsync("greedy-amqp", Leads)),
                (
                    "http",
                    async () => output.WriteLine($"told to wait {await burst.PostAsync("greedy-http", Leads)} times")
                ),
            }
        )
        {
            var since = TimeProvider.System.GetTimestamp();
            var sending = begin();
            var steady = others.SendAsync(run, Loud);
            await sending;
            output.WriteLine(
                $"{Leads} leads over {run} taken within {TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.0} s"
            );
            await steady;
            var loaded = await TellAsync(others, run, greedy);
            // Against the quiet, for a machine that does other things beside this is slow in that too.
            loaded.Ninetyninth.ShouldBeLessThan(unloaded.Ninetyninth + Seconds);
        }

        foreach (var tenant in tenants)
            tenant.Dispose();
    }

    [Fact(Explicit = true)]
    public async Task The_others_are_served_within_seconds_while_its_lane_is_worked_off()
    {
        using var greedy = await Tenant.AddAsync(_house, "greedy");
        var tenants = new List<Tenant>();
        for (var number = 1; number <= Others; number++)
            tenants.Add(await Tenant.AddAsync(_house, $"modest-{number}"));
        var others = new SteadyLeads(_house, tenants);
        await others.SendAsync("warm", TimeSpan.FromSeconds(5));
        await others.SendAsync("quiet", Quiet);
        var unloaded = await TellAsync(others, "quiet", greedy);
        var burst = new Burst(_house, greedy);
        // With its first lead it has a lane.
        await burst.PublishAsync("greedy-first", 1);
        await Eventually.ShouldBe(() => greedy.Org.Records("Lead").Count == 1);
        await greedy.PauseAsync();
        await burst.PublishAsync("greedy-lane", Leads);
        await Eventually.ShouldBe(async () => await greedy.WaitingAsync() >= Leads, within: TimeSpan.FromMinutes(10));

        await greedy.ResumeAsync();
        await others.SendAsync("lane", Loud);

        var loaded = await TellAsync(others, "lane", greedy);
        loaded.Ninetyninth.ShouldBeLessThan(unloaded.Ninetyninth + Seconds);
        foreach (var tenant in tenants)
            tenant.Dispose();
    }

    private async Task<Spread> TellAsync(SteadyLeads others, string run, Tenant greedy)
    {
        await Eventually.ShouldBe(() => others.Took(run).Missing.Count == 0, within: TimeSpan.FromMinutes(10));
        var (took, _) = others.Took(run);
        var load = (await File.ReadAllTextAsync("/proc/loadavg")).Trim();
        var waiting =
            await _house.Broker.CountAsync("mapping.capture", House.Shares)
            + await _house.Broker.CountAsync("push.lead-mapped", House.Shares);
        foreach (var share in took.GroupBy(one => Share(one.Tenant) == Share(greedy)))
        {
            var which = share.Key ? "in the share of the burst" : "in other shares";
            output.WriteLine($"{run}: {which} {Spread.Of(share.Select(one => one.Took))}");
        }
        output.WriteLine(
            $"{run}: {greedy.Org.Records("Lead").Count} of the burst are in the CRM, {waiting} messages wait; load {load}"
        );
        return Spread.Of(took.Select(one => one.Took));
    }

    private static string Share(Tenant tenant) => Shares.KeyOf(tenant.Workspace, House.Shares);
}
