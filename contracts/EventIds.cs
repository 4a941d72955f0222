using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LeadSync.Contracts;

/// <summary>Ids of happenings that follow from others.</summary>
public static class EventIds
{
    /// <summary>
    /// The id of the happening of this kind that follows from these facts: a UUID v8 (RFC 9562) over their SHA-256. Parts
    /// are length-prefixed, so that no two different lists of parts run together.
    /// </summary>
    public static Guid Derive(string kind, params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, kind);
        foreach (var part in parts)
            Append(hash, part);

        Span<byte> digest = stackalloc byte[32];
        hash.GetHashAndReset(digest);
        digest[6] = (byte)((digest[6] & 0x0F) | 0x80);
        digest[8] = (byte)((digest[8] & 0x3F) | 0x80);
        return new Guid(digest[..16], bigEndian: true);
    }

    /// <summary>The id of what follows for one version of a lead at one connection.</summary>
    public static Guid Derive(string kind, LeadKey lead, Guid connectionId, long version) =>
        Derive(
            kind,
            lead.Workspace,
            lead.Source,
            lead.LeadId,
            connectionId.ToString("N"),
            version.ToString(CultureInfo.InvariantCulture)
        );

    private static void Append(IncrementalHash hash, string part)
    {
        var bytes = Encoding.UTF8.GetBytes(part);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
