using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace LeadSync.Local.Processes;

/// <summary>
/// One service as a process that outlives the command that started it. What is known of it (process id, port, what it was
/// started with) is kept in a file; a process id is believed only when that process was started with this state folder.
/// </summary>
public sealed class ServiceProcess
{
    private const int Terminate = 15;
    private const int Kill = 9;
    private const long LargestLog = 20_000_000;

    private readonly Checkout _checkout;
    private readonly string _file;
    private Kept _kept;

    public ServiceProcess(Checkout checkout, LocalService service)
    {
        _checkout = checkout;
        Service = service;
        _file = Path.Combine(checkout.State, "services", $"{service.Name.ToLowerInvariant()}.json");
        _kept = Read();
    }

    public LocalService Service { get; }

    /// <summary>Its port, now or when it ran last; 0 when it never did.</summary>
    public int Port => _kept.Port;

    public Uri Url => new(Address);

    /// <summary>Its URL as people write it.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    public string Log => Service.Log(_checkout);

    public int ProcessId => _kept.ProcessId;

    public bool IsRunning => _kept.ProcessId > 0 && IsOurs(_kept.ProcessId);

    /// <summary>Whether it has ended because somebody asked for it.</summary>
    public bool WasStopped => Read().ProcessId == 0;

    /// <summary>
    /// Whether another command has started it anew, or is about to: from now on this is that process, with its port.
    /// </summary>
    public bool WasReplaced()
    {
        _kept = Read();
        return _kept.StartsAnew || IsRunning;
    }

    /// <summary>Whether it runs what is built now with these settings.</summary>
    public bool RunsWith(string fingerprint) =>
        IsRunning && string.Equals(_kept.Fingerprint, fingerprint, StringComparison.Ordinal);

    /// <summary>Settles its port: a running service keeps its own, another its last one or the preferred one while free.</summary>
    public void SettlePort(IReadOnlySet<int> taken)
    {
        if (IsRunning)
            return;
        var port = Ports.Choose(_kept.Port > 0 ? _kept.Port : Service.PreferredPort, taken);
        _kept = _kept with { ProcessId = 0, Port = port };
    }

    /// <summary>Starts it in a session of its own, so that Ctrl-C in the terminal reaches this command only.</summary>
    public void Start(IReadOnlyDictionary<string, string> environment, string fingerprint)
    {
        var program = Service.Program(_checkout);
        PrivateFile.CreateFolder(_checkout.Logs);
        if (File.Exists(Log) && new FileInfo(Log).Length > LargestLog)
            File.Move(Log, $"{Log}.1", overwrite: true);

        // Each step becomes the next, so the process id is that of the service in the end.
        var start = new ProcessStartInfo("/bin/sh")
        {
            WorkingDirectory = Path.GetDirectoryName(program)!,
            ArgumentList = { "-c", """exec setsid "$0" "$1" >>"$2" 2>&1 </dev/null""", "dotnet", program, Log },
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        start.Environment["LEADSYNC_STATE"] = _checkout.State;

        using var process = Process.Start(start) ?? throw new CommandException($"{Service.Name} could not be started.");
        _kept = new Kept(process.Id, Port, fingerprint);
        PrivateFile.Write(_file, JsonSerializer.Serialize(_kept));
    }

    /// <summary>Asks it to finish what it has in hand and to stop; after 40 seconds it is ended.</summary>
    /// <param name="startsAnew">It is about to be started again: whoever watches it goes on watching.</param>
    public async Task StopAsync(CancellationToken cancellationToken, bool startsAnew = false)
    {
        if (!IsRunning)
            return;
        // Noted first: whoever watches this process must not take its end for a crash.
        var processId = _kept.ProcessId;
        PrivateFile.Write(_file, JsonSerializer.Serialize(_kept with { ProcessId = 0, StartsAnew = startsAnew }));
        _ = kill(processId, Terminate);
        for (var waited = 0; IsRunning && waited < 400; waited++)
            await Task.Delay(100, cancellationToken);
        if (IsRunning)
            _ = kill(_kept.ProcessId, Kill);
        _kept = _kept with { ProcessId = 0 };
    }

    /// <summary>The last lines of its log.</summary>
    public IReadOnlyList<string> LastLines(int count) =>
        File.Exists(Log) ? [.. File.ReadLines(Log, Encoding.UTF8).TakeLast(count)] : [];

    // Empty for a moment while one program becomes the next: looked at again until it is one or the other.
    private bool IsOurs(int processId)
    {
        bool? isOurs = null;
        SpinWait.SpinUntil(() => (isOurs = Look(processId)) is not null, TimeSpan.FromSeconds(2));
        return isOurs ?? false;
    }

    // Null: it cannot be told now.
    private bool? Look(int processId)
    {
        try
        {
            var folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}");
            var command = File.ReadAllText($"{folder}/cmdline");
            var environment = File.ReadAllText($"{folder}/environ");
            if (command.Length > 0 && environment.Length > 0)
            {
                return command.Contains(Service.Program(_checkout), StringComparison.Ordinal)
                    && environment.Split('\0').Contains($"LEADSYNC_STATE={_checkout.State}", StringComparer.Ordinal);
            }
            // After the name in parentheses comes the state; Z has ended and waits to be reaped.
            var status = File.ReadAllText($"{folder}/stat");
            return status[(status.LastIndexOf(')') + 1)..].TrimStart().StartsWith('Z') ? false : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private Kept Read()
    {
        try
        {
            return JsonSerializer.Deserialize<Kept>(File.ReadAllText(_file)) ?? new Kept(0, 0, "");
        }
        catch (Exception fault) when (fault is IOException or JsonException)
        {
            return new Kept(0, 0, "");
        }
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int processId, int signal);

    private sealed record Kept(int ProcessId, int Port, string Fingerprint, bool StartsAnew = false);
}
