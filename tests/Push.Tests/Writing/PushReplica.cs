using System.Diagnostics;
using LeadSync.Testing;

namespace LeadSync.Push.Tests.Writing;

/// <summary>Another replica of the service, in a process of its own: it can be killed.</summary>
public sealed class PushReplica : IDisposable
{
    private readonly Process _process;

    /// <summary>Starts it on the database, broker, org and settings of the one under test.</summary>
    public PushReplica(PushUnderTest push)
    {
        var settings = new Dictionary<string, string?>(push.Settings, StringComparer.OrdinalIgnoreCase)
        {
            ["environment"] = "Production",
            ["urls"] = "http://127.0.0.1:0",
            ["LEADSYNC_POSTGRES"] = Servers.Postgres,
            ["LEADSYNC_RABBITMQ"] = push.Broker.Uri.ToString(),
            ["LEADSYNC_RABBITMQ_MANAGEMENT"] = Servers.RabbitMqManagement.ToString(),
            ["LEADSYNC_SERVICE_KEY"] = Convert.ToBase64String(Servers.ServiceKey),
            ["LEADSYNC_MASTER_KEY"] = Convert.ToBase64String(Servers.MasterKey),
            ["Database:Create"] = "true",
            ["Database:Name"] = push.Database.Name,
        };
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(Program)!,
        };
        start.ArgumentList.Add(Program);
        foreach (var (key, value) in settings.Where(setting => setting.Value is not null))
            start.ArgumentList.Add($"--{key}={value}");
        _process = Process.Start(start)!;
        // Nobody reads what it says; a full pipe would stop it.
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    // The build that this test was built with: the same configuration, below services/.
    private static string Program
    {
        get
        {
            var output = new DirectoryInfo(AppContext.BaseDirectory);
            return Path.Combine(
                Checkout.Root,
                "services",
                "Push",
                "bin",
                output.Parent!.Name,
                output.Name,
                "LeadSync.Push.dll"
            );
        }
    }

    /// <summary>As a power cut would: no chance to finish anything.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
