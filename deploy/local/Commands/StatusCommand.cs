using System.Globalization;
using LeadSync.Local.Processes;
using Spectre.Console;

namespace LeadSync.Local.Commands;

/// <summary><c>./run status</c>: what runs where.</summary>
public static class StatusCommand
{
    public static async Task RunAsync(
        Checkout checkout,
        HttpClient http,
        IAnsiConsole console,
        CancellationToken cancellationToken
    )
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("service", "state", "address", "process", "log");
        foreach (var service in LocalService.All.Select(service => new ServiceProcess(checkout, service)))
        {
            var running = service.IsRunning;
            table.AddRow(
                new Text(service.Service.Name),
                new Text(running ? await StateAsync(service, http, cancellationToken) : "down"),
                new Text(running ? service.Address : ""),
                new Text(running ? service.ProcessId.ToString(CultureInfo.InvariantCulture) : ""),
                new Text(File.Exists(service.Log) ? service.Log : "")
            );
        }
        console.Write(table);
        await new Servers(checkout).DoAsync("status", cancellationToken);
        console.Say($"state folder: {checkout.State}");
    }

    private static async Task<string> StateAsync(
        ServiceProcess service,
        HttpClient http,
        CancellationToken cancellationToken
    )
    {
        try
        {
            using var response = await http.GetAsync(
                new Uri(service.Url, service.Service.ReadyPath),
                cancellationToken
            );
            return response.IsSuccessStatusCode
                ? "ready"
                : $"not ready: {await response.Content.ReadAsStringAsync(cancellationToken)}";
        }
        catch (HttpRequestException)
        {
            return "does not answer";
        }
    }
}
