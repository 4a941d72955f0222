using System.Security.Cryptography;
using LeadSync.Connector.Sealing;

namespace LeadSync.Connector.Tests.Sealing;

public sealed class When_a_secret_is_sealed
{
    private static readonly Guid Connection = new("019c0000-0000-7000-8000-000000000001");
    private static readonly SealedField Field = new("acme", Connection, "client_secret", 1);
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public void It_opens_again() => Field.OpenText(_key, Field.Seal(_key, "s3cret ü")).ShouldBe("s3cret ü");

    [Fact]
    public void It_never_looks_the_same_twice() =>
        Field.Seal(_key, "s3cret").SequenceEqual(Field.Seal(_key, "s3cret")).ShouldBeFalse();

    [Fact]
    public void Another_key_does_not_open_it() =>
        ShouldNotOpen(Field, RandomNumberGenerator.GetBytes(32), Field.Seal(_key, "s"));

    [Fact]
    public void It_does_not_open_as_anything_else()
    {
        var text = Field.Seal(_key, "s3cret");

        ShouldNotOpen(Field with { Workspace = "globex" }, _key, text);
        ShouldNotOpen(Field with { ConnectionId = Guid.CreateVersion7() }, _key, text);
        ShouldNotOpen(Field with { Field = "access_token" }, _key, text);
        ShouldNotOpen(Field with { KeyVersion = 2 }, _key, text);
    }

    [Fact]
    public void A_single_changed_bit_or_a_cut_is_noticed()
    {
        var text = Field.Seal(_key, "s3cret");
        for (var at = 0; at < text.Length; at++)
        {
            var changed = text.ToArray();
            changed[at] ^= 1;
            ShouldNotOpen(Field, _key, changed);
        }

        ShouldNotOpen(Field, _key, text[..10]);
    }

    private static void ShouldNotOpen(SealedField field, byte[] key, byte[] text) =>
        Should.Throw<CryptographicException>(() => field.Open(key, text));
}
