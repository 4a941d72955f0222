using LeadSync.Local.Processes;
using Spectre.Console;

namespace LeadSync.Local.Commands;

/// <summary><c>./run stop</c>: stops what <c>./run</c> has started; databases, messages and the simulated org stay.</summary>
public static class StopCommand
{
    public static async Task RunAsync(Checkout checkout, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var running = LocalService
            .All.Select(service => new ServiceProcess(checkout, service))
            .Where(service => service.IsRunning)
            .ToList();
        if (running.Count > 0)
            console.Say($"stopping {string.Join(", ", running.Select(service => service.Service.Name))} …");
        await LocalSystem.StopAsync(running, cancellationToken);
        await new Servers(checkout).DoAsync("down", cancellationToken);
    }
}
