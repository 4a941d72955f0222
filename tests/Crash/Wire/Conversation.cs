namespace LeadSync.Crash.Wire;

/// <summary>Bytes that go on together.</summary>
/// <param name="Point">The failpoint that is reached when everything before them has gone on and they have not; null: none.</param>
public sealed record Piece(ReadOnlyMemory<byte> Bytes, string? Point = null);

/// <summary>
/// What is understood of the talk on one connection: just enough to name its moments. Both directions are read by one object,
/// because what an answer means follows from what was asked.
/// </summary>
public abstract class Conversation
{
    private readonly Lock _gate = new();

    /// <summary>The number by which the server knows this connection, where it has told; else null.</summary>
    public int? ServerProcessId { get; protected set; }

    /// <summary>The server has been asked something and has not begun to answer.</summary>
    public virtual bool AwaitsAnswer => false;

    /// <summary>Takes bytes that the service sent and gives, in order, those that may go on.</summary>
    public IReadOnlyList<Piece> FromService(ReadOnlyMemory<byte> bytes)
    {
        lock (_gate)
            return [.. Sent(bytes)];
    }

    /// <summary>The same for bytes that the server sent.</summary>
    public IReadOnlyList<Piece> ToService(ReadOnlyMemory<byte> bytes)
    {
        lock (_gate)
            return [.. Answered(bytes)];
    }

    protected abstract IEnumerable<Piece> Sent(ReadOnlyMemory<byte> bytes);

    protected abstract IEnumerable<Piece> Answered(ReadOnlyMemory<byte> bytes);
}
