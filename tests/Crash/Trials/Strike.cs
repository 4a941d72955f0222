using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using LeadSync.Crash.Checking;
using LeadSync.Crash.Wire;
using Npgsql;

namespace LeadSync.Crash.Trials;

/// <summary>Carries a fault out: its first part while the connection stands still at the failpoint, the rest behind it.</summary>
public sealed class Strike(CrashHouse house, TrialPlan plan, People people)
{
    /// <summary>Longer than a lease, so that others have the work by then.</summary>
    private static readonly TimeSpan PastTheLease = CrashHouse.Lease + TimeSpan.FromSeconds(1);

    /// <summary>Less than the CRM may take to carry a call out, counted from when it was written down.</summary>
    private static readonly TimeSpan WithinLateCommit = CrashHouse.LateCommit - TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    private readonly List<Hold> _holds = [];
    private Func<Task> _rest = () => Task.CompletedTask;

    /// <summary>How long PostgreSQL is away in <see cref="Fault.PostgresAway"/>.</summary>
    public static TimeSpan Away { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The stops that were confirmed while it struck.</summary>
    public IReadOnlyList<Hold> Holds => _holds;

    public Task<Verdict> ActAsync(Crossing crossing) =>
        plan.Fault switch
        {
            Fault.Kill => KillAsync(crossing, late: null),
            Fault.KillLate => KillAsync(
                crossing,
                plan.Point.Kind == PointKind.Crm ? WithinLateCommit : TimeSpan.FromSeconds(1)
            ),
            Fault.Freeze => FreezeAsync(crossing),
            Fault.Reset => Task.FromResult(Verdict.Drop),
            Fault.BlackHole => SwallowAsync(crossing.Passage.Link),
            Fault.Stall => ThenForward(Wall.WaitAsync(Short)),
            Fault.EffectLate => BeLateAsync(crossing.Passage),
            Fault.BackendKilled => ThenForward(KillBackendAsync(crossing.Passage)),
            Fault.PostgresKilled => KillServerAsync("postgres", TimeSpan.Zero),
            Fault.PostgresAway => KillServerAsync("postgres", Away),
            Fault.BrokerKilled => KillServerAsync("rabbitmq", TimeSpan.Zero),
            Fault.Alarm => AlarmAsync(),
            Fault.Edit => ThenForward(people.EditAsync(everybody: true)),
            Fault.Hold => PauseAsync(),
            Fault.Unbind => UnbindAsync(),
            _ => throw new InvalidOperationException($"{plan.Fault} is no fault."),
        };

    /// <summary>What is left to do once the connection goes on: start again, continue, lift.</summary>
    public Task EndAsync() => _rest();

    private async Task<Verdict> KillAsync(Crossing crossing, TimeSpan? late)
    {
        var victim = house.OwnerOf(crossing.Passage, plan.Point.Service);
        await victim.KillAsync();
        _rest = victim.StartAsync;
        if (late is not { } wait)
            return Verdict.Drop;
        await Wall.WaitAsync(wait);
        return Verdict.Forward;
    }

    private async Task<Verdict> FreezeAsync(Crossing crossing)
    {
        var victim = house.OwnerOf(crossing.Passage, plan.Point.Service);
        await victim.FreezeAsync();
        _rest = async () =>
        {
            await Wall.WaitAsync(PastTheLease);
            await victim.ContinueAsync();
        };
        return Verdict.Forward;
    }

    private Task<Verdict> SwallowAsync(Link link)
    {
        link.Swallow();
        _rest = async () =>
        {
            await Wall.WaitAsync(Short);
            link.Lift();
        };
        return Task.FromResult(Verdict.Forward);
    }

    private static async Task<Verdict> BeLateAsync(Passage passage)
    {
        passage.CutService();
        await Wall.WaitAsync(WithinLateCommit);
        return Verdict.Forward;
    }

    private async Task KillBackendAsync(Passage passage)
    {
        await using var connection = new NpgsqlConnection(house.DatabaseOf("Push"));
        await connection.ExecuteAsync(
            "select pg_terminate_backend(@id)",
            new { id = passage.Conversation.ServerProcessId!.Value }
        );
    }

    private async Task<Verdict> KillServerAsync(string server, TimeSpan away)
    {
        await house.OwnServers.KillAsync(server);
        _rest = async () =>
        {
            await Wall.WaitAsync(away);
            await house.OwnServers.StartAsync(server);
        };
        return Verdict.Forward;
    }

    private async Task<Verdict> AlarmAsync()
    {
        await house.OwnServers.AlarmAsync(on: true);
        _rest = async () =>
        {
            await Wall.WaitAsync(Short);
            await house.OwnServers.AlarmAsync(on: false);
        };
        return Verdict.Forward;
    }

    private async Task<Verdict> PauseAsync()
    {
        string[] workspaces = [CrashHouse.Workspace, CrashHouse.OtherWorkspace];
        await Task.WhenAll(workspaces.Select(workspace => TellLanesAsync(workspace, "pause")));
        var from = TimeProvider.System.GetUtcNow();
        _rest = async () =>
        {
            await Wall.WaitAsync(Short);
            var to = TimeProvider.System.GetUtcNow();
            _holds.AddRange(workspaces.Select(workspace => new Hold(house.OrgOf(workspace).Name, from, to)));
            await Task.WhenAll(workspaces.Select(workspace => TellLanesAsync(workspace, "resume")));
        };
        return Verdict.Forward;
    }

    private async Task TellLanesAsync(string workspace, string what)
    {
        var client = house.ClientOf(workspace);
        var lanes = await client.GetFromJsonAsync<JsonElement>("/v1/lanes");
        foreach (var connection in await ConnectionsAsync(client))
        {
            using var answer = await client.PostAsJsonAsync($"/v1/lanes/{connection}/{what}", new { note = "a trial" });
            if (!answer.IsSuccessStatusCode)
                throw new InvalidOperationException($"{what} of a lane: {(int)answer.StatusCode}, {lanes}");
        }
    }

    private static async Task<IEnumerable<Guid>> ConnectionsAsync(HttpClient client) =>
        (await client.GetFromJsonAsync<JsonElement>("/v1/connections"))
            .EnumerateArray()
            .Select(connection => connection.GetProperty("id").GetGuid());

    private async Task<Verdict> UnbindAsync()
    {
        await house.Broker.UnbindSharesAsync(LeadSync.Contracts.Wire.Capture);
        _rest = async () =>
        {
            await Wall.WaitAsync(Short);
            await house.Broker.BindSharesAsync(LeadSync.Contracts.Wire.Capture);
        };
        return Verdict.Forward;
    }

    private static async Task<Verdict> ThenForward(Task act)
    {
        await act;
        return Verdict.Forward;
    }
}
