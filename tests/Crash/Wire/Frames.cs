namespace LeadSync.Crash.Wire;

/// <summary>Cuts a stream into whole frames; what is not whole yet waits for the rest of it.</summary>
/// <param name="lengthOf">How long the frame is that these bytes begin; null while that cannot be told.</param>
public sealed class Frames(Func<ReadOnlyMemory<byte>, int?> lengthOf)
{
    private ReadOnlyMemory<byte> _rest;

    /// <summary>Lazily, so that how long the next is may depend on what the one before it said.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Take(ReadOnlyMemory<byte> bytes)
    {
        // A copy of its own: whoever gave the bytes reads the next ones into the same place.
        _rest = (byte[])[.. _rest.Span, .. bytes.Span];
        while (!_rest.IsEmpty && lengthOf(_rest) is { } length && length <= _rest.Length)
        {
            var frame = _rest[..length];
            _rest = _rest[length..];
            yield return frame;
        }
    }
}
