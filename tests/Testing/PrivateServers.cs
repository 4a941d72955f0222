using System.Diagnostics;
using System.Security.Cryptography;
using Xunit;

namespace LeadSync.Testing;

/// <summary>
/// A PostgreSQL and a RabbitMQ for one test class, which may therefore be killed. They take some ten seconds to come up and
/// want Debian's packages on this machine, as <c>deploy/local/servers.sh</c> does.
/// </summary>
/// <param name="postgres">False: only the broker is started.</param>
/// <param name="home">Where they are kept, for whoever must find them after a crash; by default a new folder.</param>
public sealed class PrivateServers(bool postgres = true, string? home = null) : IAsyncLifetime
{
    private readonly string _home =
        home
        ?? $"/var/tmp/leadsync-servers-{Environment.ProcessId}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
    private string[] _places = [];

    /// <summary>Where they are not, a test skips.</summary>
    public static bool AreInstalled =>
        File.Exists("/usr/lib/rabbitmq/bin/rabbitmq-server") && Directory.Exists("/usr/lib/postgresql");

    /// <summary>Connection string of a login that may make databases and logins.</summary>
    public string Postgres => Place(0);

    /// <summary>The broker, as amqp URI of a login that may make virtual hosts.</summary>
    public Uri RabbitMq => new(Place(1));

    /// <summary>The broker's management HTTP API with the same login.</summary>
    public Uri RabbitMqManagement => new(Place(2));

    private string Place(int index) =>
        _places.Length > 0 ? _places[index] : throw new InvalidOperationException("These servers were not started.");

    public async ValueTask InitializeAsync()
    {
        await ServersAsync("up test");
        _places = (
            await BashAsync(
                """
                eval "$("$SERVERS" env test)"
                printf '%s\n' "$LEADSYNC_POSTGRES" "$LEADSYNC_RABBITMQ" "$LEADSYNC_RABBITMQ_MANAGEMENT"
                """
            )
        ).Split('\n');
    }

    public async ValueTask DisposeAsync()
    {
        if (!Directory.Exists(_home))
            return;
        await ServersAsync("wipe test");
        Directory.Delete(_home, recursive: true);
    }

    /// <summary>Ends a server as a crash does.</summary>
    /// <param name="server"><c>postgres</c> or <c>rabbitmq</c>.</param>
    public Task KillAsync(string server) => ServersAsync($"kill test {server}");

    /// <summary>Starts a server again, with the same data on the same port, and waits until it answers.</summary>
    /// <param name="server"><c>postgres</c> or <c>rabbitmq</c>.</param>
    public Task StartAsync(string server) => ServersAsync($"start test {server}");

    /// <summary>Raises or clears the broker's memory alarm, under which it lets nobody publish.</summary>
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
        // Servers of our own, whatever the tests share.
        foreach (var shared in (string[])["LEADSYNC_POSTGRES", "LEADSYNC_RABBITMQ", "LEADSYNC_RABBITMQ_MANAGEMENT"])
            start.Environment.Remove(shared);
        if (!postgres)
            start.Environment["LEADSYNC_POSTGRES"] = "none";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{script}: {await output}{await errors}");
    }
}
