using System.Globalization;
using LeadSync.Local.Broker;
using LeadSync.Local.Demo;
using LeadSync.Local.Leads;
using LeadSync.Local.Processes;
using Spectre.Console;

namespace LeadSync.Local.Commands;

/// <summary><c>./run</c>: starts the system, captures a list of leads, shows what became of each, and keeps running.</summary>
/// <param name="Once">End after the table instead, and stop what was started.</param>
/// <param name="LeadsFile">The user's own list; null: the sample that comes with the project.</param>
public sealed record RunOptions(bool Once, string? LeadsFile);

public sealed class RunCommand(Checkout checkout, HttpClient http, IAnsiConsole console, TimeProvider clock)
{
    private const string Connection = "salesforce";
    private const int MostShown = 20;
    private readonly Keys _keys = new(Path.Combine(checkout.State, "keys"));

    /// <returns>The exit code: 0 when every accepted lead got its outcome.</returns>
    public async Task<int> RunAsync(RunOptions options, CancellationToken cancellationToken)
    {
        var system = new LocalSystem(checkout, _keys, http, console, clock);
        try
        {
            // Before anything is started: a list that cannot be read needs no system.
            var leads = Read(options.LeadsFile);
            console.Say("starting the services …");
            await system.StartAsync(cancellationToken);

            var complete = await ShowOutcomesAsync(system, leads, cancellationToken);
            if (options.Once)
                return complete ? 0 : 1;

            ShowWhereToLook(system);
            await KeepRunningAsync(system, cancellationToken);
            return complete ? 0 : 1;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return 130;
        }
        finally
        {
            await StopWhatWasStartedAsync(system);
        }
    }

    private LeadFile Read(string? path)
    {
        var own = path is not null;
        path ??= Path.Combine(checkout.Root, "deploy", "local", "sample-leads.csv");
        LeadFile file;
        try
        {
            file = LeadFile.Read(File.ReadAllBytes(path));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new CommandException($"{path} cannot be read as a list of leads: {fault.Message}");
        }
        if (own)
            LeadFileReport.Show(console, path, file, MostShown);
        return file.Leads.Count > 0 ? file : throw new CommandException($"{path} holds no lead.");
    }

    private async Task<bool> ShowOutcomesAsync(LocalSystem system, LeadFile leads, CancellationToken cancellationToken)
    {
        var gateway = new GatewayClient(http, system[LocalService.Gateway].Url, _keys.Api);
        var org = system[LocalService.Simulator].Url;
        var simulator = new SimulatorClient(http, org);

        console.Say("connecting the simulated org, applying deploy/local/demo.yaml …");
        var client = new OrgClient(SimulatorClient.ClientId, _keys.SimulatedOrg);
        if (await gateway.ConnectAsync(Connection, org, client, cancellationToken) is { } deauthorised)
        {
            ShowHowToReconnect(system[LocalService.Gateway].Address, org, deauthorised);
            return false;
        }
        var demo = Path.Combine(checkout.Root, "deploy", "local", "demo.yaml");
        await gateway.ApplyAsync(await File.ReadAllTextAsync(demo, cancellationToken), cancellationToken);

        var callsBefore = await simulator.CallsAsync(cancellationToken);
        var (captured, outcome) = await console
            .Status()
            .StartAsync(
                $"capturing {leads.Leads.Count} leads …",
                async status =>
                {
                    var total = leads.Leads.Count;
                    var result = await new LeadCapture(gateway, clock).CaptureAsync(
                        leads.Leads,
                        count => status.Status($"capturing: {count} of {total}"),
                        cancellationToken
                    );
                    return (
                        result,
                        await new OutcomeWatch(gateway, clock).WaitAsync(
                            result,
                            counts => status.Status($"outcomes: {counts.Attempted} of {result.Accepted}"),
                            cancellationToken
                        )
                    );
                }
            );
        var callsAfter = await simulator.CallsAsync(cancellationToken);

        LeadFileReport.ShowRejected(console, captured.Rejected, MostShown);
        console.Write(
            OutcomeTable.Make(
                outcome,
                captured,
                leads.BadRows.Count,
                callsAfter is null || callsBefore is null ? null : callsAfter - callsBefore
            )
        );
        if (outcome.Missing > 0)
        {
            console.MarkupLineInterpolated(
                CultureInfo.InvariantCulture,
                $"[red]{outcome.Missing} leads have no outcome.[/] Logs: {checkout.Logs}"
            );
            console.Say("./run status tells what runs; ./run deadletters what could not be read.");
        }
        return outcome.Missing == 0;
    }

    /// <summary>Leads that were captured now would be held: no outcome would come, however long anyone waited.</summary>
    private void ShowHowToReconnect(string gateway, Uri org, Guid connection)
    {
        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"[red]The connection '{Connection}' was deauthorised: leads for it are held, and nothing was captured now.[/]"
        );
        console.Say("While this runs, reconnect it, and say what is to become of what was held, send or discard:");
        console.Say(
            $"  curl -X PUT {gateway}/v1/connections/{connection}/credentials -H \"Authorization: Bearer $(cat {_keys.ApiPath})\" \\"
        );
        console.Say(
            $$"""    -H 'Content-Type: application/json' -d '{"instanceUrl":"{{org.ToString().TrimEnd('/')}}","clientId":"{{SimulatorClient.ClientId}}","clientSecret":"'"$(cat {{_keys.SimulatedOrgPath}})"'","waiting":"send"}'"""
        );
        console.Say("Then ./run again. Or start afresh: ./run reset.");
    }

    private void ShowWhereToLook(LocalSystem system)
    {
        var gateway = system[LocalService.Gateway].Address;
        var management = ManagementAddress();
        console.Say();
        console.Say("Where to look next");
        var key = $"-H \"Authorization: Bearer $(cat {_keys.ApiPath})\"";
        Show("capture a lead", $"curl {gateway}/v1/leads {key} -H 'Content-Type: application/json' \\");
        Show(
            "",
            """  -d '{"source":"import","leadId":"me","fields":{"lastName":"Me","company":"Mine","email":"me@example.com"}}'"""
        );
        Show("counts", $"curl '{gateway}/v1/counts?source={LeadCapture.Source}' {key}");
        Show("simulated org", $"curl '{system[LocalService.Simulator].Address}/control/journal/summary'");
        Show("over the bus", "./run publisher demo import   makes a broker login for a product");
        Show("dead letters", "./run deadletters");
        if (management is not null)
            Show("broker", $"{management}   deploy/local/servers.sh env run tells the login");
        Show("logs", checkout.Logs);
        console.Say("Running until Ctrl-C or, from another terminal, ./run stop.");

        void Show(string name, string what) => console.Say($"  {name, -15} {what}");
    }

    private string? ManagementAddress() =>
        Environment.GetEnvironmentVariable("LEADSYNC_RABBITMQ_MANAGEMENT") is { Length: > 0 }
            ? ManagementApi.FromEnvironment(http).Address
            : null;

    private async Task KeepRunningAsync(LocalSystem system, CancellationToken cancellationToken)
    {
        var running = system.Services.ToHashSet();
        while (running.Count > 0)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), clock, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
                return;
            var ended = running.Where(service => !service.IsRunning && !service.WasReplaced()).ToList();
            if (ended.Count == running.Count)
            {
                console.Say("The services were stopped.");
                return;
            }
            // One that has noted its own end was stopped by ./run stop, which is about to stop the others too.
            foreach (var service in ended.Where(service => running.Remove(service) && !service.WasStopped))
                system.ShowFailure(service, "died; ./run in another terminal starts it again");
        }
    }

    private async Task StopWhatWasStartedAsync(LocalSystem system)
    {
        if (system.Joined)
        {
            console.Say("What ran before goes on running; ./run stop ends it.");
            return;
        }

        // What comes after Ctrl-C is not to be cut short by the same Ctrl-C.
        var started = system.Started.Where(service => service.IsRunning).ToList();
        if (started.Count > 0)
        {
            console.Say($"stopping {string.Join(", ", started.Select(service => service.Service.Name))} …");
            await LocalSystem.StopAsync(started, CancellationToken.None);
        }
        if (checkout.StartedServers)
            await new Servers(checkout).DoAsync("down", CancellationToken.None);
    }
}
