using LeadSync.Connector.Sealing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace LeadSync.Connector.Tests.Sealing;

public sealed class When_the_master_key_is_read
{
    private static readonly string A = Convert.ToBase64String(Enumerable.Repeat((byte)1, 32).ToArray());
    private static readonly string B = Convert.ToBase64String(Enumerable.Repeat((byte)2, 32).ToArray());

    [Fact]
    public void A_single_key_is_version_1()
    {
        var key = Read(A);

        key.Version.ShouldBe(1);
        key.Versions.ShouldBe([1]);
    }

    [Fact]
    public void Of_several_the_first_is_the_current_one()
    {
        var key = Read($"7:{A},\n 3:{B}");

        key.Version.ShouldBe(7);
        key.Versions.ShouldBe([3, 7]);
    }

    [Fact]
    public void It_may_stand_in_a_file()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, $"2:{A}\n1:{B}\n");

        var key = Read(null, file);

        File.Delete(file);
        key.Version.ShouldBe(2);
        key.Versions.ShouldBe([1, 2]);
    }

    [Theory]
    [InlineData("1:{A},1:{B}", "version 1 twice")]
    [InlineData("1:{A},2:{A}", "the key of version 2 twice")]
    [InlineData("{A},{B}", "VERSION:KEY")]
    [InlineData("0:{A}", "VERSION:KEY")]
    [InlineData("two:{A}", "VERSION:KEY")]
    [InlineData("2:c2hvcnQ=", "exactly 32 random bytes")]
    [InlineData(" , ", "is empty")]
    public void What_is_wrong_is_told_without_the_key(string text, string told)
    {
        var given = text.Replace("{A}", A).Replace("{B}", B);

        var fault = Should.Throw<OptionsValidationException>(() => Read(given));

        fault.Message.ShouldContain(told);
        fault.Message.ShouldNotContain(A);
        fault.Message.ShouldNotContain(B);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told_by_its_name() =>
        Should
            .Throw<OptionsValidationException>(() => Read(null, "/nowhere/master-key"))
            .Message.ShouldContain("/nowhere/master-key");

    [Fact]
    public void Given_twice_it_is_refused() =>
        Should
            .Throw<OptionsValidationException>(() => Read(A, "/nowhere/master-key"))
            .Message.ShouldContain("both given");

    private static MasterKey Read(string? text, string? file = null) =>
        MasterKey.Read(
            new ConfigurationBuilder()
                .AddInMemoryCollection([new(MasterKeyText.Setting, text), new(MasterKeyText.FileSetting, file)])
                .Build()
        );
}
