using System.Collections.Frozen;
using System.Security.Cryptography;

namespace LeadSync.Connector.Sealing;

/// <summary>
/// What seals the data key of every connection. It never touches a credential itself, so that changing it means sealing the
/// data keys anew and nothing else (<see cref="RotateKeys"/>). While one version replaces another several are known: the
/// current one seals, each opens what it has sealed.
/// </summary>
/// <param name="current">The version that seals from now on.</param>
/// <param name="keys">Every known version, 32 bytes each.</param>
public sealed class MasterKey(int current, IReadOnlyDictionary<int, byte[]> keys)
{
    internal const int Bytes = 32;
    private readonly FrozenDictionary<int, byte[]> _keys = keys.ToFrozenDictionary();

    /// <summary>The version that seals; kept with all that it seals.</summary>
    public int Version { get; } = current;

    /// <summary>Every version that can open, in growing order.</summary>
    public IReadOnlyList<int> Versions { get; } = [.. keys.Keys.Order()];

    /// <summary>Reads it from the settings; see <see cref="MasterKeyText"/>.</summary>
    public static MasterKey Read(IConfiguration configuration) => MasterKeyText.Read(configuration);

    /// <summary>Makes the data key of a new connection.</summary>
    public DataKey NewDataKey(string workspace, Guid connectionId) =>
        Seal(workspace, connectionId, RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Opens the data key of a connection.</summary>
    /// <param name="keyVersion">The version that sealed it.</param>
    /// <exception cref="InvalidOperationException">That version is not among the settings.</exception>
    /// <exception cref="CryptographicException">It was sealed with another key, for something else, or was changed since.</exception>
    public DataKey OpenDataKey(string workspace, Guid connectionId, int keyVersion, byte[] sealedKey) =>
        new(
            workspace,
            connectionId,
            keyVersion,
            DataKeyField(workspace, connectionId, keyVersion).Open(Key(keyVersion), sealedKey),
            sealedKey
        );

    /// <summary>The same data key, sealed by the current version.</summary>
    /// <exception cref="InvalidOperationException">As <see cref="OpenDataKey"/>.</exception>
    /// <exception cref="CryptographicException">As <see cref="OpenDataKey"/>.</exception>
    public DataKey Rewrap(string workspace, Guid connectionId, int keyVersion, byte[] sealedKey) =>
        Seal(
            workspace,
            connectionId,
            DataKeyField(workspace, connectionId, keyVersion).Open(Key(keyVersion), sealedKey)
        );

    /// <summary>A text that only this version of this key opens.</summary>
    public byte[] SealCheck(int keyVersion) => CheckField(keyVersion).Seal(Key(keyVersion), "LeadSync");

    /// <summary>Whether <see cref="SealCheck"/> of this very key and version made it.</summary>
    public bool Opens(int keyVersion, byte[] check)
    {
        try
        {
            CheckField(keyVersion).Open(Key(keyVersion), check);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    public override string ToString() => nameof(MasterKey);

    private DataKey Seal(string workspace, Guid connectionId, byte[] key) =>
        new(
            workspace,
            connectionId,
            Version,
            key,
            DataKeyField(workspace, connectionId, Version).Seal(Key(Version), key)
        );

    private byte[] Key(int version) =>
        _keys.TryGetValue(version, out var key)
            ? key
            : throw new InvalidOperationException(
                $"Version {version} of the master key is not among the settings ({string.Join(", ", Versions)} are)."
            );

    private static SealedField CheckField(int keyVersion) => new("", Guid.Empty, "check", keyVersion);

    private static SealedField DataKeyField(string workspace, Guid connectionId, int keyVersion) =>
        new(workspace, connectionId, "data_key", keyVersion);
}
