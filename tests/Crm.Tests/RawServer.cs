using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LeadSync.Crm.Tests;

/// <summary>Answers the first request with bytes that no web server would send, then closes the connection.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _answering;

    private RawServer(string answer)
    {
        _listener.Start();
        _answering = AnswerAsync(answer);
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public static RawServer Answering(string answer) => new(answer);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        try
        {
            await _answering;
        }
        // Nobody came, or the client was gone first.
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException) { }
    }

    private async Task AnswerAsync(string answer)
    {
        using var client = await _listener.AcceptTcpClientAsync();
        await using var stream = client.GetStream();
        // All of the request, so that closing does not reset the connection under the answer.
        var request = "";
        var buffer = new byte[64 * 1024];
        while (!IsWhole(request) && await stream.ReadAsync(buffer) is > 0 and var read)
            request += Encoding.UTF8.GetString(buffer, 0, read);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(answer));
    }

    private static bool IsWhole(string request)
    {
        var end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return false;
        var length = request
            .Split("\r\n")
            .FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        return length is null
            || request.Length
                >= end + 4 + int.Parse(length.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
