using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Tests;

public sealed class When_an_id_is_read
{
    [Theory]
    [InlineData("00D5e000001N20Q", "00D5e000001N20QEAS")]
    [InlineData("00D5e000001N20QEAS", "00D5e000001N20QEAS")]
    [InlineData("00d5E000001n20qeas", "00D5e000001N20QEAS")]
    public void It_is_made_long_and_its_case_mended_from_the_checksum(string text, string expected)
    {
        RecordId.TryRead(text, out var id).ShouldBeTrue();

        id.ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("00D5e000001N20QEA")]
    [InlineData("00D5e000001N20QE!S")]
    [InlineData("00D5e000001N20QE9S")]
    [InlineData("00D5e000001N20QFAS")]
    [InlineData("00D5e000001N20-")]
    public void What_cannot_be_one_is_refused(string? text)
    {
        RecordId.TryRead(text, out _).ShouldBeFalse();
    }
}
