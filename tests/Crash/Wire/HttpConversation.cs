using System.Globalization;
using System.Text;

namespace LeadSync.Crash.Wire;

/// <summary>One request as it passed.</summary>
/// <param name="Head">Its request line, without the version: <c>POST /v1/grants</c>.</param>
/// <param name="Body">As it was sent, with what a chunked body has between its chunks.</param>
public sealed record Request(string Head, string Body)
{
    public DateTimeOffset At { get; } = TimeProvider.System.GetUtcNow();
}

/// <summary>
/// HTTP/1.1, one request after the other. A request goes on once all of it is there, so that it can be told what it asks;
/// <c>NAME.request</c> is reached before its first byte goes on, <c>NAME.answer</c> before the first of its answer does.
/// </summary>
/// <param name="nameOf">The name of a request's failpoints; null: it has none.</param>
/// <param name="answered">Told of every answer, with its first bytes.</param>
public sealed class HttpConversation(Func<Request, string?> nameOf, Action<Request, string>? answered = null)
    : Conversation
{
    private readonly Frames _requests = new(LengthOf);
    private volatile Request? _asked;

    public override bool AwaitsAnswer => _asked is not null;

    protected override IEnumerable<Piece> Sent(ReadOnlyMemory<byte> bytes)
    {
        foreach (var whole in _requests.Take(bytes))
        {
            var text = Encoding.UTF8.GetString(whole.Span);
            var line = text[..text.IndexOf('\r', StringComparison.Ordinal)];
            var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
            _asked = new Request(line[..line.LastIndexOf(' ')], text[head..]);
            yield return new Piece(whole, nameOf(_asked) is { } name ? $"{name}.request" : null);
        }
    }

    protected override IEnumerable<Piece> Answered(ReadOnlyMemory<byte> bytes)
    {
        var copy = bytes.ToArray();
        if (_asked is not { } request)
        {
            yield return new Piece(copy);
            yield break;
        }
        // What comes after its first bytes is the rest of the same answer.
        _asked = null;
        answered?.Invoke(request, Encoding.UTF8.GetString(copy));
        yield return new Piece(copy, nameOf(request) is { } name ? $"{name}.answer" : null);
    }

    private static int? LengthOf(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        var end = span.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return null;
        var head = Encoding.ASCII.GetString(span[..end]);
        var body = end + 4;
        if (!head.Contains("transfer-encoding: chunked", StringComparison.OrdinalIgnoreCase))
            return body + ContentLength(head);
        for (var at = body; ; )
        {
            var line = span[at..].IndexOf("\r\n"u8);
            if (line < 0)
                return null;
            var size = int.Parse(span[at..(at + line)], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            at += line + 2 + size + 2;
            if (at > span.Length)
                return null;
            if (size == 0)
                return at;
        }
    }

    private static int ContentLength(string head)
    {
        const string name = "content-length:";
        var line = head.Split("\r\n").FirstOrDefault(one => one.StartsWith(name, StringComparison.OrdinalIgnoreCase));
        return line is null ? 0 : int.Parse(line[name.Length..], CultureInfo.InvariantCulture);
    }
}
