using System.Diagnostics;
using System.Security.Cryptography;
using Xunit;

namespace LeadSync.Testing;

/// <summary>
/// A whole broker for one test class, which may therefore be killed, or made to think that it runs out of memory. It takes
/// some ten seconds to come up and wants Debian's RabbitMQ on this machine.
/// </summary>
public sealed class PrivateBroker : IAsyncLifetime
{
    private const string Server = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    private readonly string _home =
        $"/var/tmp/leadsync-broker-{Environment.ProcessId}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
    private TestBroker? _broker;

    /// <summary>A virtual host on it.</summary>
    public TestBroker Broker =>
        _broker ?? throw new InvalidOperationException("The broker was not started: RabbitMQ is not installed.");

    /// <summary>Where it is not, a test skips.</summary>
    public static bool IsInstalled => File.Exists(Server);

    public async ValueTask InitializeAsync()
    {
        if (!IsInstalled)
            return;
        await ServersAsync("up test");
        var places = (
            await BashAsync(
                """eval "$("$SERVERS" env test)"; printf '%s\n%s\n' "$LEADSYNC_RABBITMQ" "$LEADSYNC_RABBITMQ_MANAGEMENT" """
            )
        ).Split('\n');
        _broker = new TestBroker(new Uri(places[0]), new Uri(places[1]));
        await _broker.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!Directory.Exists(_home))
            return;
        await ServersAsync("wipe test");
        Directory.Delete(_home, recursive: true);
    }

    /// <summary>Ends it as a crash does.</summary>
    public Task KillAsync() => ServersAsync("kill test rabbitmq");

    /// <summary>Starts it again, with the same data on the same port, and waits until it answers.</summary>
    public Task RestartAsync() => ServersAsync("start test rabbitmq");

    /// <summary>Raises or clears the memory alarm, under which a broker lets nobody publish.</summary>
    public Task AlarmAsync(bool on) =>
        BashAsync(
            $"""
            state=$("$SERVERS" home test)
            user=()
            (("$(id -u)" != 0)) || user=(setpriv --reuid="$(id -u rabbitmq)" --regid="$(id -g rabbitmq)" --init-groups --)
            cd /
            "${"{user[@]}"}" env HOME="$state/rabbitmq/home" ERL_EPMD_PORT="$(cat "$state/port.rabbitmq-epmd")" \
              RABBITMQ_NODENAME=leadsync_test@localhost RABBITMQ_CONF_ENV_FILE=/dev/null \
              /usr/lib/rabbitmq/bin/rabbitmqctl set_vm_memory_high_watermark {(on ? "0.00001" : "0.4")}
            """
        );

    private Task<string> ServersAsync(string command) => BashAsync($"\"$SERVERS\" {command}");

    private async Task<string> BashAsync(string script)
    {
        var start = new ProcessStartInfo("bash", ["-euc", script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["SERVERS"] = Path.Combine(Checkout.Root, "deploy", "local", "servers.sh");
        start.Environment["LEADSYNC_HOME"] = _home;
        // No second PostgreSQL, but a broker of our own whatever the tests share.
        start.Environment["LEADSYNC_POSTGRES"] = "none";
        start.Environment.Remove("LEADSYNC_RABBITMQ");
        start.Environment.Remove("LEADSYNC_RABBITMQ_MANAGEMENT");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{script}: {await output}{await errors}");
    }
}
