using System.Net;
using System.Net.Sockets;

namespace LeadSync.Local.Processes;

/// <summary>Finds ports that nobody listens on.</summary>
public static class Ports
{
    private const int Step = 100;

    /// <summary>The preferred port, else the next free one a hundred further, and so on: 5080, 5180, 5280 …</summary>
    /// <param name="taken">Ports that other services of this run have settled for.</param>
    public static int Choose(int preferred, IReadOnlySet<int> taken)
    {
        for (var port = preferred; port <= IPEndPoint.MaxPort; port += Step)
        {
            if (!taken.Contains(port) && IsFree(port))
                return port;
        }
        throw new CommandException($"No port is free among {preferred}, {preferred + Step}, {preferred + 2 * Step} …");
    }

    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
