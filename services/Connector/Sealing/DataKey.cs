namespace LeadSync.Connector.Sealing;

/// <summary>The key that seals one connection's secrets; it stays the same for as long as the connection is there.</summary>
public sealed class DataKey(string workspace, Guid connectionId, int version, byte[] key, byte[] sealedKey)
{
    // What it seals is bound to its own version, of which there is one: a new version of the master key seals this key anew
    // and leaves what it has sealed as it is.
    private const int OwnVersion = 1;

    /// <summary>The version of the master key that seals this one.</summary>
    public int Version { get; } = version;

    /// <summary>This key as it may be stored.</summary>
    public byte[] SealedKey { get; } = sealedKey;

    /// <param name="field">Whose text it is: the name of its column.</param>
    public byte[] Seal(string field, string secret) => Field(field).Seal(key, secret);

    /// <exception cref="System.Security.Cryptography.CryptographicException">
    /// It was sealed with another key, for something else, or was changed since.
    /// </exception>
    public string Open(string field, byte[] sealedText) => Field(field).OpenText(key, sealedText);

    public override string ToString() => $"{nameof(DataKey)} of {connectionId}";

    private SealedField Field(string field) => new(workspace, connectionId, field, OwnVersion);
}
