using System.Net.Sockets;

namespace LeadSync.Crash.Wire;

/// <summary>One connection of a service through a <see cref="Link"/>, both directions.</summary>
public sealed class Passage(Link link, Socket service, Socket server, Conversation conversation, Tripwire wire)
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);
    private const int Looks = 250;

    public Link Link => link;

    public Conversation Conversation => conversation;

    /// <summary>The socket on the service's side, for who wants to know whose it is.</summary>
    public Socket Service => service;

    /// <summary>Carries bytes until both sides have ended.</summary>
    public async Task RunAsync()
    {
        try
        {
            await Task.WhenAll(
                PumpAsync(service, server, conversation.FromService),
                PumpAsync(server, service, conversation.ToService)
            );
        }
        finally
        {
            service.Dispose();
            server.Dispose();
        }
    }

    /// <summary>Cuts the connection as a router does that has forgotten it: both sides see a reset.</summary>
    public void Reset()
    {
        CutService();
        Cut(server);
    }

    /// <summary>Resets the service's side only; what it has sent still goes on to the server.</summary>
    public void CutService() => Cut(service);

    private async Task PumpAsync(Socket from, Socket to, Func<ReadOnlyMemory<byte>, IReadOnlyList<Piece>> read)
    {
        var buffer = new byte[1 << 16];
        try
        {
            int got;
            while ((got = await from.ReceiveAsync(buffer)) > 0)
            {
                foreach (var piece in read(buffer.AsMemory(0, got)))
                {
                    if (piece.Point is { } point && await wire.PassAsync(point, this) == Verdict.Drop)
                    {
                        Reset();
                        return;
                    }
                    await link.Open;
                    await SendAsync(to, piece.Bytes);
                }
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // One side is gone: the other hears of it below, as it would without us in between.
        }
        await link.Open;
        if (to == server)
            await AnsweredAsync();
        try
        {
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // It is gone as well.
        }
    }

    // A web server that hears of the end before it has answered may leave undone what it was asked; the CRM does not.
    private async Task AnsweredAsync()
    {
        for (var look = 0; look < Looks && conversation.AwaitsAnswer && server.Connected; look++)
            await Wall.WaitAsync(BetweenLooks);
    }

    private static async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await to.SendAsync(bytes)..];
    }

    private static void Cut(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // It was gone already.
        }
        socket.Dispose();
    }
}
