using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace LeadSync.Gateway.Tests;

/// <summary>
/// A request of lines that is written piece by piece while its answer is read. Spoken by hand, because HttpClient sends the
/// whole body before it looks at the answer (HTTP/1.1).
/// </summary>
public sealed class OpenRequest : IDisposable
{
    private readonly TcpClient _connection;
    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;

    private OpenRequest(TcpClient connection)
    {
        _connection = connection;
        _stream = connection.GetStream();
        // Latin 1: a byte is a character, so that the lengths of chunks can be counted in characters.
        _reader = new StreamReader(_stream, Encoding.Latin1);
    }

    public static async Task<OpenRequest> BeginAsync(Uri address, string key)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(address.Host, address.Port);
        var request = new OpenRequest(connection);
        await request.SendAsync(
            $"POST /v1/leads HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {key}\r\n"
                + $"Content-Type: {Http.Lines}\r\nTransfer-Encoding: chunked\r\n\r\n"
        );
        return request;
    }

    public Task WriteAsync(string text) => SendAsync($"{Encoding.UTF8.GetByteCount(text):x}\r\n{text}\r\n");

    public Task EndAsync() => SendAsync("0\r\n\r\n");

    /// <summary>Reads up to the answer's body, and gives the status.</summary>
    public async Task<int> AnswerAsync()
    {
        var status = (await _reader.ReadLineAsync())!.Split(' ')[1];
        while (!string.IsNullOrEmpty(await _reader.ReadLineAsync())) { }
        return int.Parse(status, CultureInfo.InvariantCulture);
    }

    /// <summary>The next line of the answer, which Gateway sends as one chunk where it has nothing more to say; null at the end.</summary>
    public async Task<JsonElement?> NextAsync()
    {
        var size = int.Parse((await _reader.ReadLineAsync())!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var chunk = new char[size + 2];
        await _reader.ReadBlockAsync(chunk);
        return size == 0 ? null : JsonElement.Parse(new string(chunk));
    }

    public void Dispose()
    {
        _reader.Dispose();
        _connection.Dispose();
    }

    private async Task SendAsync(string text)
    {
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(text));
        await _stream.FlushAsync();
    }
}
