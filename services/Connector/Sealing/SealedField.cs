using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace LeadSync.Connector.Sealing;

/// <summary>
/// Whose secret a sealed text is. It is bound to all of this, so that a value copied to another row or column, or sealed
/// under another key version, does not open.
/// </summary>
public readonly record struct SealedField(string Workspace, Guid ConnectionId, string Field, int KeyVersion)
{
    /// <summary>AES-256-GCM: a random nonce of 12 bytes, the tag of 16, the cipher text.</summary>
    public byte[] Seal(byte[] key, ReadOnlySpan<byte> secret)
    {
        var sealedText = new byte[NonceBytes + TagBytes + secret.Length];
        var nonce = sealedText.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(
            nonce,
            secret,
            sealedText.AsSpan(NonceBytes + TagBytes),
            sealedText.AsSpan(NonceBytes, TagBytes),
            AssociatedData()
        );
        return sealedText;
    }

    public byte[] Seal(byte[] key, string secret) => Seal(key, Encoding.UTF8.GetBytes(secret));

    /// <exception cref="CryptographicException">It was sealed with another key, for something else, or was changed since.</exception>
    public byte[] Open(byte[] key, ReadOnlySpan<byte> sealedText)
    {
        if (sealedText.Length < NonceBytes + TagBytes)
            throw new CryptographicException($"Opening the {Field} of connection {ConnectionId}: it is cut off.");
        var secret = new byte[sealedText.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(key, TagBytes);
        aes.Decrypt(
            sealedText[..NonceBytes],
            sealedText[(NonceBytes + TagBytes)..],
            sealedText.Slice(NonceBytes, TagBytes),
            secret,
            AssociatedData()
        );
        return secret;
    }

    public string OpenText(byte[] key, ReadOnlySpan<byte> sealedText) => Encoding.UTF8.GetString(Open(key, sealedText));

    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    // Each part behind its length, so that no two different fields run together.
    private byte[] AssociatedData()
    {
        var data = new MemoryStream();
        Span<byte> number = stackalloc byte[4];
        foreach (var part in (string[])[Workspace, ConnectionId.ToString("N"), Field])
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(number, bytes.Length);
            data.Write(number);
            data.Write(bytes);
        }
        BinaryPrimitives.WriteInt32BigEndian(number, KeyVersion);
        data.Write(number);
        return data.ToArray();
    }
}
