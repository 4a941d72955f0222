namespace LeadSync.Push.Holds;

/// <summary>What must not be written to now: a connection, or of it one source, one object, or one source's one object.</summary>
/// <param name="Source">Empty: every source.</param>
/// <param name="Object">Empty: every object.</param>
public sealed record Hold(Guid ConnectionId, string Source, string Object)
{
    /// <summary>Whether the whole connection is held.</summary>
    public bool IsWhole => Source.Length == 0 && Object.Length == 0;

    /// <summary>Whether it holds a call that carries leads of this source for this object.</summary>
    /// <param name="objectName">Empty for a call that only reads: then a hold on one object does not matter.</param>
    public bool Covers(string source, string objectName) =>
        (Source.Length == 0 || Source == source) && (Object.Length == 0 || Object == objectName);
}

/// <summary>What a call carries: leads of a source, for an object; the object is empty when the call only reads.</summary>
public readonly record struct Cargo(string Source, string Object);

/// <summary>A call was not sent, because a hold was set meanwhile. Nothing is lost: what it carried waits.</summary>
public sealed class HeldException(Guid connectionId) : Exception($"Calls to connection {connectionId} are held.");
