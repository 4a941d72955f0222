namespace LeadSync.Crm.Tests;

public sealed class When_a_record_id_comes_in_either_form
{
    // Pairs as Salesforce itself gives them, in its documentation and in recordings of orgs.
    [Theory]
    [InlineData("00D5e000001N20Q", "00D5e000001N20QEAS")]
    [InlineData("0055e000003E8oo", "0055e000003E8ooAAC")]
    [InlineData("012000000000000", "012000000000000AAA")]
    public void The_long_form_follows_from_the_short_one(string shortId, string longId)
    {
        RecordId.TryLengthen(shortId, out var lengthened).ShouldBeTrue();

        lengthened.ShouldBe(longId);
        RecordId.Same(shortId, longId).ShouldBeTrue();
    }

    [Fact]
    public void A_long_id_that_lost_its_case_gets_it_back()
    {
        RecordId.TryLengthen("00d5E000001n20qeas", out var longId).ShouldBeTrue();

        longId.ShouldBe("00D5e000001N20QEAS");
    }

    [Fact]
    public void Short_ids_that_differ_in_case_are_two_records() =>
        RecordId.Same("00Q5e000001N20Q", "00Q5e000001N20q").ShouldBeFalse();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00Q5e000001N20")]
    [InlineData("00Q5e000001N20'")]
    [InlineData("00Q5e000001N20Q999")]
    [InlineData("00Q5e000001N20QE!S")]
    public void What_can_be_no_id_is_refused_and_equals_nothing(string? text)
    {
        RecordId.TryLengthen(text, out var id).ShouldBeFalse();

        id.ShouldBeNull();
        RecordId.Same(text, text).ShouldBeFalse();
    }
}
