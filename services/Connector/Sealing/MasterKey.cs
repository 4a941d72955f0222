using System.Security.Cryptography;
using LeadSync.Hosting;
using Microsoft.Extensions.Options;

namespace LeadSync.Connector.Sealing;

/// <summary>
/// The key that seals the data key of every connection: <c>LEADSYNC_MASTER_KEY</c>. It never touches a credential itself, so
/// that changing it means sealing the data keys anew and nothing else.
/// </summary>
public sealed class MasterKey
{
    public const string Setting = "LEADSYNC_MASTER_KEY";
    private const int Bytes = 32;
    private readonly byte[] _key;

    private MasterKey(byte[] key) => _key = key;

    /// <summary>Which master key this is; kept with all that it seals.</summary>
    public int Version => 1;

    public static MasterKey Read(IConfiguration configuration)
    {
        var text = configuration.Required(Setting, "32 random bytes in base64 (openssl rand -base64 32)");
        var key = new byte[Bytes + 3];
        if (!Convert.TryFromBase64String(text, key, out var length) || length != Bytes)
        {
            throw new OptionsValidationException(
                Setting,
                typeof(string),
                [$"Setting '{Setting}' must be exactly {Bytes} random bytes in base64 (openssl rand -base64 32)."]
            );
        }
        return new MasterKey(key[..length]);
    }

    /// <summary>Makes the data key of a new connection.</summary>
    public DataKey NewDataKey(string workspace, Guid connectionId)
    {
        var key = RandomNumberGenerator.GetBytes(Bytes);
        return new DataKey(
            workspace,
            connectionId,
            Version,
            key,
            DataKeyField(workspace, connectionId).Seal(_key, key)
        );
    }

    /// <summary>Opens the data key of a connection.</summary>
    public DataKey OpenDataKey(string workspace, Guid connectionId, byte[] sealedKey) =>
        new(workspace, connectionId, Version, DataKeyField(workspace, connectionId).Open(_key, sealedKey), sealedKey);

    /// <summary>A text that only this key opens.</summary>
    public byte[] SealCheck() => CheckField.Seal(_key, "LeadSync");

    /// <summary>Whether <see cref="SealCheck"/> of this very key made it.</summary>
    public bool Opens(byte[] check)
    {
        try
        {
            CheckField.Open(_key, check);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    public override string ToString() => nameof(MasterKey);

    private SealedField CheckField => new("", Guid.Empty, "check", Version);

    private SealedField DataKeyField(string workspace, Guid connectionId) =>
        new(workspace, connectionId, "data_key", Version);
}

/// <summary>The key that seals one connection's secrets.</summary>
public sealed class DataKey(string workspace, Guid connectionId, int version, byte[] key, byte[] sealedKey)
{
    /// <summary>The version of the master key that seals this one.</summary>
    public int Version { get; } = version;

    /// <summary>This key as it may be stored.</summary>
    public byte[] SealedKey { get; } = sealedKey;

    public byte[] Seal(string field, string secret) => Field(field).Seal(key, secret);

    public string Open(string field, byte[] sealedText) => Field(field).OpenText(key, sealedText);

    public override string ToString() => $"{nameof(DataKey)} of {connectionId}";

    private SealedField Field(string field) => new(workspace, connectionId, field, Version);
}
