using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LeadSync.Crash.Wire;

/// <summary>Whose process a connection on this machine belongs to, as Linux tells in <c>/proc</c>.</summary>
public static class SocketOwner
{
    /// <summary>The one of these processes that holds the other end of a connection which we accepted; null when none does.</summary>
    public static int? Find(Socket accepted, IEnumerable<int> processes)
    {
        var theirs = ((IPEndPoint)accepted.RemoteEndPoint!).Port;
        var ours = ((IPEndPoint)accepted.LocalEndPoint!).Port;
        if (Inode(theirs, ours) is not { } inode)
            return null;
        foreach (var process in processes)
        {
            if (Holds(process, $"socket:[{inode}]"))
                return process;
        }
        return null;
    }

    // sl, local address, remote address, state, queues, timer, retransmits, user, timeout, inode.
    private static string? Inode(int local, int remote) =>
        File.ReadLines("/proc/net/tcp")
            .Concat(File.Exists("/proc/net/tcp6") ? File.ReadLines("/proc/net/tcp6") : [])
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(parts => parts.Length > 9 && HasPort(parts[1], local) && HasPort(parts[2], remote))
            .Select(parts => parts[9])
            .FirstOrDefault();

    private static bool HasPort(string address, int port) =>
        address.EndsWith($":{port.ToString("X4", CultureInfo.InvariantCulture)}", StringComparison.Ordinal);

    private static bool Holds(int process, string link)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{process}/fd").Any(file => new FileInfo(file).LinkTarget == link);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
