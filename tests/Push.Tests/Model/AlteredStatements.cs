using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace LeadSync.Push.Tests.Model;

/// <summary>
/// Stands between the engine and its database and alters statements on their way: a fault is planted where the engine keeps
/// its state, and not a line of it is touched. Speaks as much of PostgreSQL's protocol (version 3) as that takes: it reads
/// the client's messages, and changes the text of those that prepare a statement.
/// </summary>
internal sealed class AlteredStatements : IAsyncDisposable
{
    private const byte Parse = (byte)'P';
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<string, string> _alter;
    private readonly NpgsqlConnectionStringBuilder _server;
    private readonly Task _accepting;
    private int _altered;

    /// <param name="alter">Gives the statement that is sent instead; the same for most.</param>
    public AlteredStatements(string connectionString, Func<string, string> alter)
    {
        (_server, _alter) = (new NpgsqlConnectionStringBuilder(connectionString), alter);
        _listener.Start();
        ConnectionString = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Host = "127.0.0.1",
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString;
        _accepting = AcceptAsync();
    }

    public string ConnectionString { get; }

    /// <summary>How many statements were altered: none means that the engine does not send what was to be changed.</summary>
    public int Altered => _altered;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var pairs = new List<Task>();
        try
        {
            while (true)
                pairs.Add(JoinAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(pairs);
        }
    }

    private async Task JoinAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            (client.NoDelay, server.NoDelay) = (true, true);
            try
            {
                await server.ConnectAsync(_server.Host!, _server.Port, _end.Token);
                var (asked, answered) = (client.GetStream(), server.GetStream());
                // Whichever ends first ends both.
                await await Task.WhenAny(
                    ForwardAsync(client, asked, answered),
                    answered.CopyToAsync(asked, _end.Token)
                );
            }
            catch (Exception fault) when (fault is OperationCanceledException or IOException or SocketException)
            {
                // The test is over, or one side closed the connection.
            }
        }
    }

    private async Task ForwardAsync(TcpClient client, NetworkStream from, NetworkStream to)
    {
        await using var waiting = new BufferedStream(to, 64 * 1024);
        // The first message has no kind: it opens the session.
        for (var kind = 0; ; kind = 1)
        {
            var head = new byte[kind + 4];
            await from.ReadExactlyAsync(head, _end.Token);
            var body = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(kind)) - 4];
            await from.ReadExactlyAsync(body, _end.Token);
            if (kind == 1 && head[0] == Parse)
                body = AlterParse(body);
            BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(kind), body.Length + 4);
            await waiting.WriteAsync(head, _end.Token);
            await waiting.WriteAsync(body, _end.Token);
            if (client.Available == 0)
                await waiting.FlushAsync(_end.Token);
        }
    }

    // The statement's name, its text, each ended by a zero; then the types of its parameters.
    private byte[] AlterParse(byte[] body)
    {
        var textAt = Array.IndexOf(body, (byte)0) + 1;
        var restAt = Array.IndexOf(body, (byte)0, textAt);
        var text = Encoding.UTF8.GetString(body, textAt, restAt - textAt);
        var altered = _alter(text);
        if (altered == text)
            return body;
        Interlocked.Increment(ref _altered);
        return [.. body.AsSpan(0, textAt), .. Encoding.UTF8.GetBytes(altered), .. body.AsSpan(restAt)];
    }
}
