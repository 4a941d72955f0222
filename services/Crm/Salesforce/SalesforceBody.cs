using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace LeadSync.Crm.Salesforce;

/// <summary>
/// A JSON body being written into memory from the pool, and sent from there. It knows whether sending it has begun: a
/// request whose body never began to leave cannot have been acted upon.
/// </summary>
internal sealed class SalesforceBody : IBufferWriter<byte>, IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(64 * 1024);
    private int _length;
    private int _sending;

    /// <summary>Writes the whole body.</summary>
    public static SalesforceBody Write<T>(T value, Action<Utf8JsonWriter, T> write)
    {
        var body = new SalesforceBody();
        using var writer = new Utf8JsonWriter(body);
        write(writer, value);
        return body;
    }

    /// <summary>Some of it may have left this machine. Stays so when the same body is sent again.</summary>
    public bool MayHaveLeft { get; private set; }

    public HttpContent ToContent() => new Content(this);

    public void Advance(int count) => _length += count;

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var needed = _length + Math.Max(sizeHint, 1);
        if (needed > _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _bytes.Length * 2));
            _bytes.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }
        return _bytes.AsMemory(_length);
    }

    public void Dispose()
    {
        // While a connection may still read from it, as after a timeout, the memory must not go to another tenant's call:
        // then it is left to the garbage collector.
        if (Volatile.Read(ref _sending) == 0 && Interlocked.Exchange(ref _bytes, []) is { Length: > 0 } bytes)
            ArrayPool<byte>.Shared.Return(bytes);
    }

    private sealed class Content : HttpContent
    {
        private readonly SalesforceBody _body;

        public Content(SalesforceBody body)
        {
            _body = body;
            Headers.ContentType = new MediaTypeHeaderValue("application/json", "UTF-8");
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(
            Stream stream,
            TransportContext? context,
            CancellationToken cancellationToken
        )
        {
            _body.MayHaveLeft = true;
            Interlocked.Increment(ref _body._sending);
            await stream.WriteAsync(_body._bytes.AsMemory(0, _body._length), cancellationToken);
            // Not in a finally: a write that broke off may still hold the memory.
            Interlocked.Decrement(ref _body._sending);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _body._length;
            return true;
        }
    }
}
