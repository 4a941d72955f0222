using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LeadSync.Contracts;
using LeadSync.Mapping.Leads;

namespace LeadSync.Mapping.People;

/// <summary>
/// The keys that the erased are recognised by: HMAC-SHA256 with a secret of the installation, told apart by workspace and
/// kind. Whoever has the database alone cannot try addresses against them.
/// </summary>
public sealed class ErasureKeys(byte[] secret)
{
    private readonly byte[] _key = HKDF.DeriveKey(
        HashAlgorithmName.SHA256,
        secret,
        outputLength: 32,
        info: "leadsync erasure"u8.ToArray()
    );

    public byte[] OfLead(LeadKey lead) => Of("lead", lead.Workspace, lead.Source, lead.LeadId);

    /// <param name="email">Normalised.</param>
    public byte[] OfEmail(string workspace, string email) => Of("email", workspace, email);

    public byte[] OfRecord(string workspace, Guid connectionId, string name, string recordId) =>
        Of("record", workspace, connectionId.ToString("N"), name, RecordIds.Short(recordId));

    private byte[] Of(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        Span<byte> length = stackalloc byte[4];
        foreach (var part in parts)
        {
            // With its length, so that no two lists of parts run together.
            var bytes = Encoding.UTF8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
        return hash.GetHashAndReset();
    }
}
