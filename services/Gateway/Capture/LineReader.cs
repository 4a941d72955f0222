using System.Buffers;
using System.IO.Pipelines;

namespace LeadSync.Gateway.Capture;

/// <summary>
/// Cuts a body into lines as it arrives. Holds one line at most: a line that is too long is skipped as it comes. Empty lines
/// and a byte order mark are passed over.
/// </summary>
public sealed class LineReader(PipeReader body, int maxLineBytes)
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private bool _atStart = true;
    private bool _skipping;
    private bool _ended;

    /// <summary>
    /// What has arrived, up to <paramref name="most"/> lines and at least one; nothing when the body has ended.
    /// </summary>
    /// <param name="take">Makes something of a line; its bytes are gone when it returns.</param>
    /// <param name="tooLong">Makes something of a line that was too long.</param>
    public async ValueTask<IReadOnlyList<T>> NextAsync<T>(
        int most,
        Func<ReadOnlySequence<byte>, T> take,
        Func<T> tooLong,
        CancellationToken cancellationToken
    )
    {
        var taken = new List<T>();
        while (taken.Count == 0 && !_ended)
        {
            var read = await body.ReadAsync(cancellationToken);
            var rest = Cut(read.Buffer, read.IsCompleted, most, take, tooLong, taken);
            _ended = read.IsCompleted && rest.IsEmpty;
            // Lines that are left because enough were taken must not be waited for: they count as not looked at.
            body.AdvanceTo(rest.Start, taken.Count >= most ? rest.Start : rest.End);
        }
        return taken;
    }

    /// <summary>The lines of a body that is there as a whole, up to <paramref name="most"/>.</summary>
    public static IReadOnlyList<T> Cut<T>(
        ReadOnlySequence<byte> body,
        int maxLineBytes,
        int most,
        Func<ReadOnlySequence<byte>, T> take,
        Func<T> tooLong
    )
    {
        var taken = new List<T>();
        new LineReader(PipeReader.Create(body), maxLineBytes).Cut(body, isLast: true, most, take, tooLong, taken);
        return taken;
    }

    private ReadOnlySequence<byte> Cut<T>(
        ReadOnlySequence<byte> buffer,
        bool isLast,
        int most,
        Func<ReadOnlySequence<byte>, T> take,
        Func<T> tooLong,
        List<T> taken
    )
    {
        if (_atStart && !SkipByteOrderMark(ref buffer, isLast))
            return buffer;

        while (taken.Count < most && !buffer.IsEmpty)
        {
            ReadOnlySequence<byte> line;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                line = buffer.Slice(0, end);
                buffer = buffer.Slice(buffer.GetPosition(1, end));
            }
            else if (isLast)
            {
                line = buffer;
                buffer = buffer.Slice(buffer.End);
            }
            else if (_skipping || buffer.Length > maxLineBytes)
            {
                // Its end is not there yet; what is there need not be kept.
                _skipping = true;
                return buffer.Slice(buffer.End);
            }
            else
            {
                return buffer;
            }

            if (_skipping || line.Length > maxLineBytes)
            {
                _skipping = false;
                taken.Add(tooLong());
            }
            else if (!IsBlank(line))
            {
                taken.Add(take(line));
            }
        }
        // A line too long that ends with the body.
        if (isLast && buffer.IsEmpty && _skipping && taken.Count < most)
        {
            _skipping = false;
            taken.Add(tooLong());
        }
        return buffer;
    }

    private bool SkipByteOrderMark(ref ReadOnlySequence<byte> buffer, bool isLast)
    {
        if (buffer.Length < ByteOrderMark.Length && !isLast)
            return false;
        _atStart = false;
        Span<byte> start = stackalloc byte[ByteOrderMark.Length];
        if (buffer.Length >= start.Length)
        {
            buffer.Slice(0, start.Length).CopyTo(start);
            if (start.SequenceEqual(ByteOrderMark))
                buffer = buffer.Slice(start.Length);
        }
        return true;
    }

    private static bool IsBlank(ReadOnlySequence<byte> line)
    {
        foreach (var part in line)
        {
            if (part.Span.ContainsAnyExcept(" \t\r"u8))
                return false;
        }
        return true;
    }
}
