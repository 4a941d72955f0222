using System.Net.Sockets;
using MassTransit;
using Npgsql;
using RabbitMQ.Client.Exceptions;

namespace LeadSync.Hosting;

/// <summary>Tells what passes by itself from what does not.</summary>
public static class Faults
{
    /// <summary>
    /// Whether a fault lies in the database, the broker, the network or a peer, not in what was being done: it passes, and
    /// what was being done is to be repeated.
    /// </summary>
    public static bool IsInfrastructure(Exception fault) =>
        fault switch
        {
            PostgresException postgres => IsPassing(postgres.SqlState),
            NpgsqlException npgsql => npgsql.IsTransient
                || npgsql.InnerException is IOException or SocketException or TimeoutException,
            // A mandatory message that no queue took: the topology is broken, the message is not.
            MessageReturnedException or MessageNotAcknowledgedException => true,
            ConnectionException or TransportException or TransportUnavailableException => true,
            AlreadyClosedException
            or BrokerUnreachableException
            or OperationInterruptedException
            or RabbitMQ.Client.Exceptions.PublishException => true,
            HttpRequestException or SocketException or IOException or TimeoutException => true,
            // Our own time limits, or a stop; the caller knows which. The second is what MassTransit makes of the first.
            OperationCanceledException or ConsumerCanceledException => true,
            AggregateException many => many.InnerExceptions.All(IsInfrastructure),
            _ => false,
        };

    /// <summary>
    /// A fault without its message, which may quote what a person typed: its types from the outside in, with the database's
    /// code where there is one.
    /// </summary>
    public static string Name(Exception fault)
    {
        var name = fault is PostgresException postgres
            ? $"{nameof(PostgresException)} {postgres.SqlState}"
            : fault.GetType().Name;
        return fault.InnerException is { } inner ? $"{name} > {Name(inner)}" : name;
    }

    /// <summary>For the log, where the fault is our own and must be found: its name and where it was thrown, not its message.</summary>
    public static string Trace(Exception fault) => $"{Name(fault)}{Environment.NewLine}{fault.StackTrace}";

    // By class, PostgreSQL documentation appendix A: 08 connection, 40 rollback (deadlock, serialisation), 53 resources,
    // 55 object not in prerequisite state (lock timeout), 57 operator intervention (shutdown, cancelled), 58 system error,
    // 25006 read only: a standby that was not promoted yet. And what no item can cause, because our statements are fixed
    // text, but a wrong deployment can: 28 login refused, 3D no such database, 42 no such table or no right to it.
    // Thousands of leads must not be rejected because of that.
    private static bool IsPassing(string sqlState) =>
        sqlState.Length == 5
        && (
            sqlState[..2] is "08" or "28" or "3D" or "40" or "42" or "53" or "55" or "57" or "58" || sqlState == "25006"
        );
}
