namespace LeadSync.Local;

/// <summary>Where this copy of LeadSync is and where its state lives; told by <c>./run</c>, which knows both.</summary>
/// <param name="Root">The checkout.</param>
/// <param name="State">Folder of everything that outlives one run: ports, keys, logs, the simulated org.</param>
/// <param name="OwnPostgres">False when <c>LEADSYNC_POSTGRES</c> names an existing server.</param>
/// <param name="OwnRabbitMq">False when <c>LEADSYNC_RABBITMQ</c> names an existing server.</param>
/// <param name="StartedServers">Whether this command has started PostgreSQL or RabbitMQ, and so stops them at its end.</param>
public sealed record Checkout(string Root, string State, bool OwnPostgres, bool OwnRabbitMq, bool StartedServers)
{
    public string Logs => Path.Combine(State, "logs");

    public static Checkout FromEnvironment() =>
        new(
            Required("LEADSYNC_CHECKOUT"),
            Required("LEADSYNC_STATE"),
            !IsSet("LEADSYNC_EXISTING_POSTGRES"),
            !IsSet("LEADSYNC_EXISTING_RABBITMQ"),
            IsSet("LEADSYNC_STARTED_SERVERS")
        );

    /// <summary>A variable that <c>./run</c> sets.</summary>
    /// <exception cref="CommandException">It is missing: the program was not started by <c>./run</c>.</exception>
    public static string Required(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
            ? value
            : throw new CommandException($"{variable} is not set. Start this through ./run, which sets it.");

    private static bool IsSet(string variable) => Environment.GetEnvironmentVariable(variable) == "true";
}

/// <summary>A command cannot go on; the message tells its user why and what to do.</summary>
public sealed class CommandException(string message) : Exception(message);
