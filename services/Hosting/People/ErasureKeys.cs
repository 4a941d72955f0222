using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LeadSync.Hosting.People;

/// <summary>
/// The keys that the erased are recognised by: HMAC-SHA256 with a secret of the installation, told apart by workspace and
/// kind. Whoever has a database alone cannot try addresses against them. The same in every service.
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

    /// <param name="recordId">15 or 18 characters; both name the same record.</param>
    public byte[] OfRecord(string workspace, Guid connectionId, string name, string recordId) =>
        Of("record", workspace, connectionId.ToString("N"), name, recordId.Length == 18 ? recordId[..15] : recordId);

    /// <summary>
    /// What stands in the place of an erased lead's id where its history is kept: always the same for one lead, so that what
    /// belongs together stays together, and of no use for finding it.
    /// </summary>
    public string NameFor(LeadKey lead) =>
        "erased-" + Convert.ToHexStringLower(Of("name", lead.Workspace, lead.Source, lead.LeadId).AsSpan(0, 16));

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

public static class ErasureKeysSetup
{
    private const string Setting = "LEADSYNC_ERASURE_KEY";

    /// <summary>
    /// For a service that must recognise the erased. The secret is <c>LEADSYNC_ERASURE_KEY</c>, the same for all services;
    /// unset, the service key. With another secret than before nobody who was erased earlier is recognised.
    /// </summary>
    public static void AddErasureKeys(this IHostApplicationBuilder builder) =>
        builder.Services.AddSingleton(new ErasureKeys(Read(builder.Configuration)));

    private static byte[] Read(IConfiguration configuration)
    {
        if (configuration[Setting] is not { Length: > 0 } text)
            return ServiceKey.Read(configuration);
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length >= 32
            ? bytes[..length]
            : throw new OptionsValidationException(
                Setting,
                typeof(string),
                [$"Setting '{Setting}' must be at least 32 random bytes in base64 (openssl rand -base64 32)."]
            );
    }
}
