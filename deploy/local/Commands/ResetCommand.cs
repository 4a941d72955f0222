using LeadSync.Local.Broker;
using LeadSync.Local.Processes;
using Npgsql;
using Spectre.Console;

namespace LeadSync.Local.Commands;

/// <summary><c>./run reset</c>: stops everything and empties databases, broker and simulated org. Keys and ports stay.</summary>
public static class ResetCommand
{
    public static async Task RunAsync(
        Checkout checkout,
        HttpClient http,
        IAnsiConsole console,
        CancellationToken cancellationToken
    )
    {
        await LocalSystem.StopAsync(
            LocalService.All.Select(service => new ServiceProcess(checkout, service)),
            cancellationToken
        );
        await new Servers(checkout).DoAsync("wipe", cancellationToken);
        if (!checkout.OwnPostgres)
            await EmptyPostgresAsync(Checkout.Required("LEADSYNC_POSTGRES"), console, cancellationToken);
        if (!checkout.OwnRabbitMq)
            await EmptyBrokerAsync(ManagementApi.FromEnvironment(http), console, cancellationToken);

        foreach (var folder in (string[])[Path.Combine(checkout.State, "simulator"), checkout.Logs])
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
        console.Say("Databases, broker and simulated org are empty.");
    }

    // On a server that is not ours only what the services have made there goes: a database and two logins each.
    private static async Task EmptyPostgresAsync(
        string admin,
        IAnsiConsole console,
        CancellationToken cancellationToken
    )
    {
        await using var source = NpgsqlDataSource.Create(admin);
        foreach (var service in LocalService.All.Where(service => service != LocalService.Simulator))
        {
            var name = $"leadsync_{service.Name.ToLowerInvariant()}";
            foreach (
                var statement in (string[])
                    [
                        $"drop database if exists {name} with (force)",
                        $"drop role if exists {name}",
                        $"drop role if exists {name}_owner",
                    ]
            )
            {
                await using var command = source.CreateCommand(statement);
                await command.ExecuteNonQueryAsync(cancellationToken);
            }
            console.Say($"dropped database {name}");
        }
    }

    // What hangs on our exchanges, with its dead letters, and the logins of products; nothing else in that virtual host.
    private static async Task EmptyBrokerAsync(
        ManagementApi broker,
        IAnsiConsole console,
        CancellationToken cancellationToken
    )
    {
        const string Ours = "leadsync.";
        var bound = await broker.BoundQueuesAsync(Ours, cancellationToken);
        var there = await broker.QueuesAsync(cancellationToken);
        foreach (var queue in there.Where(name => bound.Any(one => name == one || name == DeadLetters.QueueOf(one))))
        {
            await broker.DeleteQueueAsync(queue, cancellationToken);
            console.Say($"deleted queue {queue}");
        }
        foreach (var exchange in await broker.ExchangesAsync(cancellationToken))
        {
            if (exchange.StartsWith(Ours, StringComparison.Ordinal))
                await broker.DeleteExchangeAsync(exchange, cancellationToken);
        }
        foreach (var user in await broker.UsersAsync(cancellationToken))
        {
            if (user.StartsWith("product.", StringComparison.Ordinal))
                await broker.DeleteUserAsync(user, cancellationToken);
        }
    }
}
