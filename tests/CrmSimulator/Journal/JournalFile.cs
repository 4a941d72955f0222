using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading.Channels;

namespace LeadSync.CrmSimulator.Journal;

/// <summary>
/// The journal on disk, one JSON object a line. One writer takes whatever has gathered and hands it to the operating
/// system in one write, so many requests share it. That survives the death of the process, not of the machine.
/// </summary>
internal sealed class JournalFile : IAsyncDisposable
{
    private readonly FileStream stream;
    private readonly Channel<Item> queue = Channel.CreateUnbounded<Item>(new() { SingleReader = true });
    private readonly Task writing;

    private JournalFile(FileStream stream)
    {
        this.stream = stream;
        writing = Task.Run(WriteAsync);
    }

    /// <summary>Reads what is there line by line, cuts off a last line that was not finished, and opens it for more.</summary>
    /// <exception cref="IOException">Another simulator has the file open.</exception>
    public static JournalFile Open(string path, Action<JsonElement> restore)
    {
        var opened = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1 << 16);
        try
        {
            long whole = 0;
            var reader = new LineReader(opened);
            while (reader.Next() is { } line)
            {
                using var document = JsonDocument.Parse(line);
                restore(document.RootElement);
                whole = reader.Position;
            }

            opened.SetLength(whole);
            opened.Position = whole;
            return new(opened);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    public Task Append(JournalEntry entry) => Enqueue(entry);

    public void Clear() => _ = Enqueue(null);

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await writing;
        await stream.DisposeAsync();
    }

    private Task Enqueue(JournalEntry? entry)
    {
        var item = new Item(entry, new(TaskCreationOptions.RunContinuationsAsynchronously));
        if (!queue.Writer.TryWrite(item))
            item.Done.SetException(new ObjectDisposedException(nameof(JournalFile)));
        return item.Done.Task;
    }

    private async Task WriteAsync()
    {
        var buffer = new ArrayBufferWriter<byte>(1 << 20);
        var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        await using (json)
        {
            var done = new List<TaskCompletionSource>();
            while (await queue.Reader.WaitToReadAsync())
            {
                while (queue.Reader.TryRead(out var item))
                {
                    done.Add(item.Done);
                    if (item.Entry is null)
                    {
                        buffer.ResetWrittenCount();
                        stream.SetLength(0);
                        continue;
                    }

                    json.Reset();
                    JournalJson.Write(json, item.Entry);
                    await json.FlushAsync();
                    buffer.Write("\n"u8);
                    if (buffer.WrittenCount > 1 << 22)
                        break;
                }

                Finish(buffer, done);
            }
        }
    }

    private void Finish(ArrayBufferWriter<byte> buffer, List<TaskCompletionSource> done)
    {
        try
        {
            stream.Write(buffer.WrittenSpan);
            stream.Flush();
            done.ForEach(one => one.SetResult());
        }
        catch (IOException e)
        {
            done.ForEach(one => one.SetException(e));
        }

        buffer.ResetWrittenCount();
        done.Clear();
    }

    private sealed record Item(JournalEntry? Entry, TaskCompletionSource Done);

    /// <summary>Whole lines as bytes, and how far they reach in the file.</summary>
    private sealed class LineReader(FileStream stream)
    {
        private byte[] buffer = new byte[1 << 20];
        private int start;
        private int end;

        public long Position { get; private set; }

        public ReadOnlyMemory<byte>? Next()
        {
            var searched = start;
            while (true)
            {
                var newline = buffer.AsSpan(searched..end).IndexOf((byte)'\n');
                if (newline >= 0)
                {
                    var line = buffer.AsMemory(start..(searched + newline));
                    start = searched + newline + 1;
                    Position += line.Length + 1;
                    return line;
                }

                searched = Fill(end - start);
                if (searched < 0)
                    return null;
            }
        }

        /// <summary>Keeps the unfinished line at the front and reads more behind it; -1 at the end of the file.</summary>
        private int Fill(int unfinished)
        {
            if (unfinished == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
            Array.Copy(buffer, start, buffer, 0, unfinished);
            (start, end) = (0, unfinished);
            var read = stream.Read(buffer, end, buffer.Length - end);
            end += read;
            return read == 0 ? -1 : unfinished;
        }
    }
}
