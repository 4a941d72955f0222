using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using LeadSync.Testing;

namespace LeadSync.WholeSystem;

/// <summary>A service as it really runs: a process of its own, which can be killed.</summary>
/// <param name="settings">Its environment, read when it starts: by then every service has an address.</param>
/// <param name="program">Its assembly, in place of the one that was built beside this.</param>
public sealed class RunningService(
    string name,
    Func<IReadOnlyDictionary<string, string>> settings,
    string? program = null
) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler());
    private Process? _process;

    public string Name => name;

    public Uri Address { get; } = new($"http://127.0.0.1:{FreePort()}");

    /// <summary>Of the newest start; before the first there is none.</summary>
    public int ProcessId => _process!.Id;

    public string Log { get; } = Path.Combine(Path.GetTempPath(), $"{Servers.NewName()}-{name}.log");

    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = Path.GetDirectoryName(Program)! };
        // exec: the process that is killed is the service, not a shell before it.
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec dotnet \"$0\" >> \"$1\" 2>&1");
        start.ArgumentList.Add(Program);
        start.ArgumentList.Add(Log);
        foreach (var (key, value) in settings())
            start.Environment[key] = value;
        start.Environment["ASPNETCORE_URLS"] = Address.ToString();
        _process = Process.Start(start)!;
        await ReadyAsync();
    }

    /// <summary>As a power cut would: no chance to finish anything.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Stops it where it is, as a machine does that pauses: it notices nothing, until <see cref="ContinueAsync"/>.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    public Task ContinueAsync() => SignalAsync("CONT");

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("/bin/kill", ["-s", signal, $"{_process!.Id}"]);
        await kill.WaitForExitAsync();
        kill.ExitCode.ShouldBe(0);
    }

    public async Task<HttpStatusCode> ReadinessAsync()
    {
        using var answer = await _http.GetAsync(new Uri(Address, "/health/ready"));
        return answer.StatusCode;
    }

    /// <summary>Whether the process answers at all.</summary>
    public async Task<bool> IsAliveAsync()
    {
        using var answer = await _http.GetAsync(new Uri(Address, "/health/live"));
        return answer.StatusCode == HttpStatusCode.OK;
    }

    private Task ReadyAsync() =>
        Eventually.ShouldPass(
            async () =>
            {
                if (_process!.HasExited)
                    throw new ShouldAssertException($"{name} died: {await File.ReadAllTextAsync(Log)}");
                using var answer = await _http.GetAsync(new Uri(Address, "/health/ready"));
                answer.StatusCode.ShouldBe(
                    HttpStatusCode.OK,
                    $"{name} is not ready: {await answer.Content.ReadAsStringAsync()}"
                );
            },
            TimeSpan.FromSeconds(90)
        );

    // The build that this test was built with: the same configuration, below services/.
    private string Program
    {
        get
        {
            if (program is not null)
                return program;
            var output = new DirectoryInfo(AppContext.BaseDirectory);
            var configuration = output.Parent!.Name;
            var root = output;
            while (!File.Exists(Path.Combine(root.FullName, "LeadSync.slnx")))
                root = root.Parent!;
            return Path.Combine(
                root.FullName,
                "services",
                name,
                "bin",
                configuration,
                output.Name,
                $"LeadSync.{name}.dll"
            );
        }
    }

    // Not one that the system would give: those it also gives to whoever calls out, before the service has taken it, or while
    // it is killed.
    private static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(10_000, 20_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken; try another.
            }
        }
    }

    public void Dispose()
    {
        // Also one that is frozen.
        if (_process is { HasExited: false })
            _process.Kill();
        _process?.Dispose();
        _http.Dispose();
        File.Delete(Log);
    }
}
