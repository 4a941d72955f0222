using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace LeadSync.Crash.Wire;

/// <summary>
/// All that a service has with one server passes here: it listens on a port of its own, is given to the service for the
/// server's, and connects onwards.
/// </summary>
public sealed class Link : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<int> _port;
    private readonly Func<Conversation> _talk;
    private readonly Tripwire _wire;
    private readonly Task _accepting;
    private readonly ConcurrentDictionary<Passage, bool> _passages = new();
    private TaskCompletionSource _open = Opened();

    /// <param name="service">Whose it is, as failpoints name it; of several, the one that speaks most.</param>
    /// <param name="port">The server's port on this machine, asked for at each connection.</param>
    public Link(string service, Func<int> port, Func<Conversation> talk, Tripwire wire)
    {
        (Service, _port, _talk, _wire) = (service, port, talk, wire);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Service { get; }

    /// <summary>The port on the loopback interface that the service is given.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Ends at once, but for a black hole.</summary>
    internal Task Open => _open.Task;

    /// <summary>From now on it takes everything and passes nothing on, as a network does that has lost its way; until <see cref="Lift"/>.</summary>
    public void Swallow() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Resets every connection that is open now.</summary>
    public void ResetAll()
    {
        foreach (var passage in _passages.Keys)
            passage.Reset();
    }

    /// <summary>What was taken goes on.</summary>
    public void Lift() => _open.TrySetResult();

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket service;
            try
            {
                service = await _listener.AcceptSocketAsync();
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
            {
                return;
            }
            _ = CarryAsync(service);
        }
    }

    private async Task CarryAsync(Socket service)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            service.NoDelay = server.NoDelay = true;
            await server.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _port()));
        }
        catch (SocketException)
        {
            // Nobody listens there: refused, as nearly as one who has accepted can.
            service.LingerState = new LingerOption(enable: true, seconds: 0);
            service.Dispose();
            server.Dispose();
            return;
        }
        var passage = new Passage(this, service, server, _talk(), _wire);
        _passages[passage] = true;
        await passage.RunAsync();
        _passages.TryRemove(passage, out _);
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    public async ValueTask DisposeAsync()
    {
        Lift();
        _listener.Stop();
        await _accepting;
    }
}
