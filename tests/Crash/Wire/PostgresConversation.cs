using System.Buffers.Binary;
using System.Text;

namespace LeadSync.Crash.Wire;

/// <summary>A statement by which a commit is known.</summary>
/// <param name="Fragment">Text that stands in it and in none of the service's other statements.</param>
/// <param name="Label">The middle of the failpoint's name.</param>
public sealed record Statement(string Fragment, string Label);

/// <summary>
/// PostgreSQL's protocol (version 3). A commit is named after the statements in its transaction: <c>SERVICE.LABEL.sent</c> is
/// reached before the server sees it, <c>SERVICE.LABEL.committed</c> when the server has done it and the service has not heard.
/// A statement outside a transaction is a commit of its own.
/// </summary>
/// <param name="statements">Of several that a transaction has, the first of this list names it.</param>
public sealed class PostgresConversation(string service, IReadOnlyList<Statement> statements) : Conversation
{
    private const int EncryptionRequestByTls = 80877103;
    private const int EncryptionRequestByGss = 80877104;
    private const int Version3 = 196608;
    private readonly Frames _sent = new(bytes => bytes.Length < 5 ? null : 1 + Int32(bytes, 1));
    private readonly Frames _begin = new(bytes => bytes.Length < 4 ? null : Int32(bytes, 0));
    private readonly Frames _answered = new(bytes => bytes.Length < 5 ? null : 1 + Int32(bytes, 1));
    private readonly Dictionary<string, string> _prepared = new(StringComparer.Ordinal);
    private readonly HashSet<string> _labels = new(StringComparer.Ordinal);

    // What each "ready for query" that is to come will mean: the label of what is committed then, or nothing.
    private readonly Queue<string?> _awaited = new();
    private bool _isStarted;
    private bool _isInTransaction;
    private bool _hasFailed;
    private bool _hasChanged;
    private int _oneByteAnswers;

    protected override IEnumerable<Piece> Sent(ReadOnlyMemory<byte> bytes)
    {
        if (!_isStarted)
        {
            foreach (var frame in _begin.Take(bytes))
            {
                Begin(frame);
                yield return new Piece(frame);
            }
            yield break;
        }
        foreach (var frame in _sent.Take(bytes))
            yield return new Piece(frame, Read(frame) is { } label ? $"{service}.{label}.sent" : null);
    }

    protected override IEnumerable<Piece> Answered(ReadOnlyMemory<byte> bytes)
    {
        if (_oneByteAnswers > 0)
        {
            _oneByteAnswers--;
            yield return new Piece(bytes[..1].ToArray());
            bytes = bytes[1..];
        }
        foreach (var frame in _answered.Take(bytes))
            yield return new Piece(frame, Hear(frame) is { } label ? $"{service}.{label}.committed" : null);
    }

    private void Begin(ReadOnlyMemory<byte> frame)
    {
        switch (Int32(frame, 4))
        {
            case EncryptionRequestByTls or EncryptionRequestByGss:
                _oneByteAnswers++;
                break;
            case Version3:
                _isStarted = true;
                _awaited.Enqueue(null);
                break;
        }
    }

    private string? Read(ReadOnlyMemory<byte> frame)
    {
        var body = frame[5..];
        switch ((char)frame.Span[0])
        {
            case 'P':
                var name = Text(ref body);
                _prepared[name] = Text(ref body);
                return null;
            case 'B':
                Text(ref body);
                Note(_prepared.GetValueOrDefault(Text(ref body), ""));
                return null;
            case 'Q':
                return ReadQuery(Text(ref body));
            case 'S':
                return Await(_isInTransaction ? null : Label());
            default:
                return null;
        }
    }

    private string? ReadQuery(string sql)
    {
        if (sql.StartsWith("BEGIN", StringComparison.OrdinalIgnoreCase))
        {
            _isInTransaction = true;
            _labels.Clear();
            return Await(null);
        }
        if (sql.StartsWith("COMMIT", StringComparison.OrdinalIgnoreCase))
        {
            _isInTransaction = false;
            return Await(Label());
        }
        if (sql.StartsWith("ROLLBACK", StringComparison.OrdinalIgnoreCase))
        {
            _isInTransaction = false;
            _labels.Clear();
            return Await(null);
        }
        Note(sql);
        return Await(_isInTransaction ? null : Label());
    }

    private string? Await(string? label)
    {
        _awaited.Enqueue(label);
        return label;
    }

    private void Note(string sql) =>
        _labels.UnionWith(
            statements
                .Where(statement => sql.Contains(statement.Fragment, StringComparison.Ordinal))
                .Select(statement => statement.Label)
        );

    private string? Label()
    {
        var label = statements.FirstOrDefault(statement => _labels.Contains(statement.Label))?.Label;
        _labels.Clear();
        return label;
    }

    private string? Hear(ReadOnlyMemory<byte> frame)
    {
        switch ((char)frame.Span[0])
        {
            case 'K':
                ServerProcessId = Int32(frame, 5);
                return null;
            case 'E':
                _hasFailed = true;
                return null;
            case 'C':
                _hasChanged |= HasChanged(frame[5..]);
                return null;
            case 'Z':
                var label = _awaited.TryDequeue(out var awaited) && _hasChanged && !_hasFailed ? awaited : null;
                _hasFailed = _hasChanged = false;
                return label;
            default:
                return null;
        }
    }

    // COMMIT, or a statement and how many rows it was about: one that was about none has come to nothing.
    private static bool HasChanged(ReadOnlyMemory<byte> body) =>
        !Text(ref body).EndsWith(" 0", StringComparison.Ordinal);

    private static int Int32(ReadOnlyMemory<byte> bytes, int at) =>
        BinaryPrimitives.ReadInt32BigEndian(bytes.Span[at..]);

    // A text that ends with a zero; what follows it is left.
    private static string Text(ref ReadOnlyMemory<byte> body)
    {
        var end = body.Span.IndexOf((byte)0);
        var text = Encoding.UTF8.GetString(body.Span[..end]);
        body = body[(end + 1)..];
        return text;
    }
}
