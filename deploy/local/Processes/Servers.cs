using System.Diagnostics;

namespace LeadSync.Local.Processes;

/// <summary>PostgreSQL and RabbitMQ of this checkout, through <c>servers.sh</c>, which owns them.</summary>
public sealed class Servers(Checkout checkout)
{
    /// <summary>Runs one of its commands; what it says goes to the terminal.</summary>
    /// <exception cref="CommandException">It ended with an error, which it has shown.</exception>
    public async Task DoAsync(string command, CancellationToken cancellationToken)
    {
        // servers.sh stops what is ours also where the variables that name existing servers are set.
        var start = new ProcessStartInfo(Path.Combine(checkout.Root, "deploy", "local", "servers.sh"))
        {
            ArgumentList = { command, "run" },
        };
        Forget(start, "LEADSYNC_POSTGRES", checkout.OwnPostgres);
        Forget(start, "LEADSYNC_RABBITMQ", checkout.OwnRabbitMq);
        using var process = Process.Start(start) ?? throw new CommandException("servers.sh could not be started.");
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new CommandException($"servers.sh {command} run ended with exit code {process.ExitCode}.");
    }

    // For servers.sh these variables mean an existing server; ./run has set them to our own for the services.
    private static void Forget(ProcessStartInfo start, string variable, bool own)
    {
        if (own)
            start.Environment.Remove(variable);
    }
}
