namespace LeadSync.Mapping.Tests;

public sealed class When_numbers_and_words_are_read
{
    private const string German = """{"number":{"decimal":",","group":".","ignore":["EUR","€"]}}""";
    private const string English = """{"number":{"group":","}}""";

    [Theory]
    [InlineData("number", "1234.5", "1234.5")]
    [InlineData("number", "-7", "-7")]
    [InlineData("number", "\u22127", "-7")]
    [InlineData("number", "1,234", Steps.Refused)]
    [InlineData("number", "1.234,5", Steps.Refused)]
    [InlineData("number", "", Steps.Nothing)]
    [InlineData("number", "twelve", Steps.Refused)]
    [InlineData("number", "1e9", Steps.Refused)]
    [InlineData("number", "99999999999999999999999999999999", Steps.Refused)]
    [InlineData("number", "١٢٣", "123")]
    [InlineData(English, "1,234,567.89", "1234567.89")]
    [InlineData(English, "12,34,567", "1234567")]
    [InlineData(English, "1,23", Steps.Refused)]
    [InlineData(English, "1,2345", Steps.Refused)]
    [InlineData(English, ",123", Steps.Refused)]
    [InlineData(English, "1.234,5", Steps.Refused)]
    [InlineData(German, "1.234,5", "1234.5")]
    [InlineData(German, "1.234", "1234")]
    [InlineData(German, "€ 1.234.567,00", "1234567.00")]
    [InlineData(German, "250 EUR", "250")]
    [InlineData(German, "250 USD", Steps.Refused)]
    [InlineData("""{"number":{"decimal":",","group":" "}}""", "1\u202F234\u00A0567,8", "1234567.8")]
    [InlineData("""{"number":{"group":"'"}}""", "1\u2019234.50", "1234.50")]
    public void A_number_is_read_as_it_is_stated_to_be_written(string step, string text, string expected) =>
        Steps.Of(step, text).ShouldBe(expected);

    [Fact]
    public void What_is_a_number_already_stays_one() => Steps.Of(German, 1.234m).ShouldBe("1.234");

    [Theory]
    [InlineData("boolean", "Yes", "true")]
    [InlineData("boolean", "off", "false")]
    [InlineData("boolean", "1", "true")]
    [InlineData("boolean", 0, "false")]
    [InlineData("boolean", "ja", Steps.Refused)]
    [InlineData("boolean", " ", Steps.Nothing)]
    [InlineData("""{"boolean":{"true":["ja","oui"],"false":["nein"]}}""", "JA", "true")]
    [InlineData("""{"boolean":{"true":["ja","oui"],"false":["nein"]}}""", "nein", "false")]
    [InlineData("""{"boolean":{"true":["ja","oui"],"false":["nein"]}}""", "yes", Steps.Refused)]
    [InlineData("""{"boolean":{"true":["ja"]}}""", "no", "false")]
    public void A_word_is_true_or_false_as_stated(string step, object text, string expected) =>
        Steps.Of(step, text).ShouldBe(expected);

    [Theory]
    [InlineData("""{"number":{"decimal":",","group":","}}""", "step.number.group is the sign before decimals too")]
    [InlineData("""{"number":{"group":"_"}}""", "step.number.group is none of the signs")]
    [InlineData("""{"number":{"ignore":[1]}}""", "step.number.ignore is no list of texts")]
    [InlineData("""{"number":{"locale":"de"}}""", "step.number.locale is not known here")]
    [InlineData("""{"boolean":{"true":["x"],"false":["X"]}}""", "step.boolean has a word that means both")]
    public void What_is_stated_badly_is_told_with_its_place(string step, string expected) =>
        Steps.Faults(step).ShouldContain(expected);
}
