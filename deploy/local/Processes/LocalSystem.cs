using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LeadSync.Local.Demo;
using Spectre.Console;

namespace LeadSync.Local.Processes;

/// <summary>All services of this checkout, together.</summary>
public sealed class LocalSystem(Checkout checkout, Keys keys, HttpClient http, IAnsiConsole console, TimeProvider clock)
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);
    private readonly HashSet<ServiceProcess> _started = [];

    public IReadOnlyList<ServiceProcess> Services { get; } =
    [.. LocalService.All.Select(service => new ServiceProcess(checkout, service))];

    /// <summary>The services that this command has started, and so stops at its end.</summary>
    public IReadOnlyCollection<ServiceProcess> Started => _started;

    /// <summary>Whether some of it ran before: then another command's system is added to, and not this one's to stop.</summary>
    public bool Joined { get; private set; }

    public ServiceProcess this[LocalService service] => Services.Single(process => process.Service == service);

    /// <summary>Starts what does not run, and anew what runs something older than what is built or with other settings.</summary>
    /// <exception cref="CommandException">A service died or was not ready in time; its log has been shown.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Joined = Services.Any(service => service.IsRunning);
        for (var lastTry = false; ; lastTry = true)
        {
            var taken = new HashSet<int>();
            foreach (var service in Services)
            {
                service.SettlePort(taken);
                taken.Add(service.Port);
            }

            var settings = Services.ToDictionary(service => service, Settings);
            var old = Services.Where(service => !service.RunsWith(Fingerprint(service, settings[service]))).ToList();
            await Task.WhenAll(old.Select(service => service.StopAsync(cancellationToken, startsAnew: true)));
            foreach (var service in old)
            {
                service.Start(settings[service], Fingerprint(service, settings[service]));
                _started.Add(service);
            }

            var ready = await Task.WhenAll(Services.Select(service => WaitUntilReadyAsync(service, cancellationToken)));
            var failed = Services.Zip(ready).Where(pair => pair.Second is not null).ToList();
            if (failed.Count == 0)
                return;

            // Somebody may have taken a port between our look and the service's own: then others are chosen, once.
            if (!lastTry && failed.Exists(pair => !pair.First.IsRunning && !Ports.IsFree(pair.First.Port)))
                continue;
            foreach (var (service, why) in failed)
                ShowFailure(service, why!);
            throw new CommandException(
                $"{string.Join(", ", failed.Select(pair => pair.First.Service.Name))} did not become ready."
            );
        }
    }

    /// <summary>Stops services: the door first, so that nothing new comes in while the others finish what they have.</summary>
    public static async Task StopAsync(IEnumerable<ServiceProcess> services, CancellationToken cancellationToken)
    {
        var running = services.Where(service => service.IsRunning).ToList();
        foreach (var gateway in running.Where(service => service.Service == LocalService.Gateway))
            await gateway.StopAsync(cancellationToken);
        await Task.WhenAll(
            running
                .Where(service => service.Service != LocalService.Simulator)
                .Select(service => service.StopAsync(cancellationToken))
        );
        await Task.WhenAll(running.Select(service => service.StopAsync(cancellationToken)));
    }

    public void ShowFailure(ServiceProcess service, string why)
    {
        console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"[red]{service.Service.Name} {why}[/]; the last lines of its log:"
        );
        foreach (var line in service.LastLines(30))
            console.Say($"    {line}");
        console.Say($"  log: {service.Log}");
    }

    private Dictionary<string, string> Settings(ServiceProcess service)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["ASPNETCORE_URLS"] = service.Address };
        if (service.Service == LocalService.Simulator)
        {
            var data = Path.Combine(checkout.State, "simulator");
            PrivateFile.CreateFolder(data);
            settings["Simulator__DataFolder"] = data;
            settings["Simulator__ClientId"] = SimulatorClient.ClientId;
            settings["Simulator__ClientSecret"] = keys.SimulatedOrg;
            settings["Simulator__CallbackUrls"] = $"{this[LocalService.Gateway].Address}/oauth/salesforce/callback";
            return settings;
        }

        settings["LEADSYNC_POSTGRES"] = Checkout.Required("LEADSYNC_POSTGRES");
        settings["LEADSYNC_RABBITMQ"] = Checkout.Required("LEADSYNC_RABBITMQ");
        settings["LEADSYNC_RABBITMQ_MANAGEMENT"] =
            Environment.GetEnvironmentVariable("LEADSYNC_RABBITMQ_MANAGEMENT") ?? "";
        settings["LEADSYNC_SERVICE_KEY"] = keys.Service;
        settings["Database__Create"] = "true";
        foreach (var peer in Services.Where(peer => peer.Service != LocalService.Simulator))
            settings[$"Services__{peer.Service.Name}"] = peer.Address;
        if (service.Service == LocalService.Connector)
        {
            settings["LEADSYNC_MASTER_KEY"] = keys.Master;
            // People log in at the simulated org too, with the app that it knows.
            settings["OAuth__PublicUrl"] = this[LocalService.Gateway].Address;
            settings["OAuth__SalesforceLogin"] = this[LocalService.Simulator].Address;
            settings["OAuth__SalesforceSandboxLogin"] = this[LocalService.Simulator].Address;
            settings["OAuth__SalesforceClientId"] = SimulatorClient.ClientId;
            settings["OAuth__SalesforceClientSecret"] = keys.SimulatedOrg;
        }
        // The simulator stands where no CRM may be: on this machine, over plain http.
        if (service.Service == LocalService.Connector || service.Service == LocalService.Push)
            settings["Crm__DevelopmentHosts__0"] = "127.0.0.1";
        if (service.Service == LocalService.Gateway)
            settings["Gateway__BootstrapKey"] = keys.Api;
        return settings;
    }

    // What it is started with and what is built now; a hash, for settings are secrets.
    private string Fingerprint(ServiceProcess service, IReadOnlyDictionary<string, string> settings)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in settings.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            text.Append(name).Append('=').Append(value).Append('\n');
        var folder = new DirectoryInfo(Path.GetDirectoryName(service.Service.Program(checkout))!);
        if (!folder.Exists)
            throw new CommandException($"{service.Service.Name} is not built: {folder.FullName} is missing.");
        var built = folder.EnumerateFiles().Where(file => file.Extension is ".dll" or ".json");
        foreach (var file in built.OrderBy(file => file.Name, StringComparer.Ordinal))
            text.Append(file.Name).Append(file.LastWriteTimeUtc.Ticks).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    // Null when ready, else why not.
    private async Task<string?> WaitUntilReadyAsync(ServiceProcess service, CancellationToken cancellationToken)
    {
        var since = Stopwatch.StartNew();
        var answer = "it does not answer";
        while (since.Elapsed < ReadyWithin)
        {
            if (!service.IsRunning)
                return $"died {since.Elapsed.TotalSeconds:0.0} s after its start";
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                limit.CancelAfter(TimeSpan.FromSeconds(5));
                using var response = await http.GetAsync(new Uri(service.Url, service.Service.ReadyPath), limit.Token);
                if (response.IsSuccessStatusCode)
                {
                    var how = Started.Contains(service)
                        ? $"ready in {since.Elapsed.TotalSeconds:0.0} s"
                        : "ready already";
                    console.MarkupLineInterpolated(
                        CultureInfo.InvariantCulture,
                        $"  {service.Service.Name, -13} {service.Address, -23} [green]{how}[/]"
                    );
                    return null;
                }
                answer = await response.Content.ReadAsStringAsync(limit.Token);
            }
            catch (HttpRequestException) { }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested) { }
            await Task.Delay(TimeSpan.FromMilliseconds(250), clock, cancellationToken);
        }
        return $"is not ready after {ReadyWithin.TotalSeconds:0} s ({answer.Trim()})";
    }
}
