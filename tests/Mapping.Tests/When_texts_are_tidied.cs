using LeadSync.Mapping.Transforms;

namespace LeadSync.Mapping.Tests;

public sealed class When_texts_are_tidied
{
    private static readonly string[] Entries = [" Car", " ", "Boat "];

    [Theory]
    [InlineData("trim", "  Ada \t", "Ada")]
    [InlineData("trim", "a  b", "a  b")]
    [InlineData("trim", " \u00A0\u3000 ", Steps.Nothing)]
    [InlineData("collapseSpaces", " Ada \t\r\n  Lovelace ", "Ada Lovelace")]
    [InlineData("collapseSpaces", "\u3000山田\u3000太郎", "山田 太郎")]
    [InlineData("collapseSpaces", "", Steps.Nothing)]
    [InlineData("""{"case":"upper"}""", "straße ñ", "STRAßE Ñ")]
    [InlineData("""{"case":"lower"}""", "ÉCOLE", "école")]
    [InlineData("stripHtml", "no markup, 3 > 2", "no markup, 3 > 2")]
    [InlineData(
        "stripHtml",
        "<p>Dear <b>Ada</b>,<br>hello &amp; welcome</p><p>LS</p>",
        "Dear Ada,\nhello & welcome\nLS"
    )]
    [InlineData("stripHtml", "<ul><li>Car<li>Boat</ul>", "- Car\n- Boat")]
    [InlineData("stripHtml", "a<script>alert('x')</script><style>p{}</style>b", "ab")]
    [InlineData("stripHtml", "<table><tr><td>1<td>2<tr><td>3</table>", "1 2\n3")]
    [InlineData("stripHtml", "1 < 2 &lt; 3", "1 < 2 < 3")]
    [InlineData("stripHtml", "<img src=x onerror=y>", Steps.Nothing)]
    [InlineData("stripHtml", "<b><i>unclosed", "unclosed")]
    public void A_text_is_as_people_would_write_it(string step, string text, string expected) =>
        Steps.Of(step, text).ShouldBe(expected);

    [Theory]
    [InlineData("ADA LOVELACE", "Ada Lovelace")]
    [InlineData("ada lovelace", "Ada Lovelace")]
    [InlineData("anne-marie o'brien", "Anne-Marie O'Brien")]
    [InlineData("SINÉAD O\u2019CONNOR", "Sinéad O\u2019Connor")]
    [InlineData("GIANNI D'ANGELO", "Gianni D'Angelo")]
    [InlineData("ronald mcdonald", "Ronald McDonald")]
    [InlineData("MACKENZIE SMITH", "MacKenzie Smith")]
    [InlineData("JOSÉ MACHADO", "José Machado")]
    [InlineData("bernie mack", "Bernie Mack")]
    [InlineData("Danny DeVito", "Danny DeVito")]
    [InlineData("Fiona Macleod", "Fiona Macleod")]
    [InlineData("LUDWIG VAN BEETHOVEN", "Ludwig van Beethoven")]
    [InlineData("MARIA DE LA CRUZ", "Maria de la Cruz")]
    [InlineData("VAN DER BERG", "Van der Berg")]
    [InlineData("OSAMA BIN ABDULLAH", "Osama bin Abdullah")]
    [InlineData("JOHN SMITH III", "John Smith III")]
    [InlineData("john smith jr.", "John Smith Jr.")]
    [InlineData("J.R. TOLKIEN", "J.R. Tolkien")]
    [InlineData("ÅSA ØSTERGÅRD", "Åsa Østergård")]
    [InlineData("山田太郎", "山田太郎")]
    [InlineData("ИВАН ПЕТРОВ", "ИВАН ПЕТРОВ")]
    [InlineData("محمد", "محمد")]
    public void A_name_has_the_case_of_names_and_who_knew_how_it_is_spelt_is_left_alone(string name, string expected)
    {
        Steps.Of("""{"case":"name"}""", name).ShouldBe(expected);
        NameCase.Of(expected).ShouldBe(expected);
    }

    [Fact]
    public void Each_entry_of_a_list_is_tidied_and_blank_ones_are_gone() =>
        Steps.Of("trim", Entries).ShouldBe("""["Car","Boat"]""");

    [Theory]
    [InlineData(42)]
    [InlineData(true)]
    public void What_is_no_text_stays_as_it_is(object value) =>
        Steps.Of("trim", value).ShouldBe(value is true ? "true" : "42");

    [Theory]
    [InlineData("""{"join":", "}""", "Car, Boat")]
    [InlineData("""{"join":""}""", "CarBoat")]
    public void A_list_is_joined_with_what_is_stated(string step, string expected) =>
        Steps.Of(step, Entries).ShouldBe(expected);

    [Fact]
    public void A_text_is_cut_to_the_length_of_its_field_and_that_is_said()
    {
        var field = Schemas.Field("Title", "string", 5);

        var cut = Steps.Apply("truncate", "abcdefgh", field).ShouldBeOfType<Transformed.Value>();

        cut.Content.GetString().ShouldBe("abcde");
        cut.Remark.ShouldBe(new Remark("TRUNCATED", "Cut to 5 of 8 characters."));
        Steps.Apply("truncate", "abcde", field).ShouldBeOfType<Transformed.Value>().Remark.ShouldBeNull();
    }

    [Theory]
    [InlineData("ab👩‍👩‍👧‍👦c", 5, "ab")]
    [InlineData("ab👩‍👩‍👧‍👦c", 13, "ab👩‍👩‍👧‍👦")]
    [InlineData("ae\u0301b", 2, "a")]
    [InlineData("🇩🇪🇫🇷", 5, "🇩🇪")]
    [InlineData("नमस्ते", 3, "नम")]
    [InlineData("ab cd", 3, "ab")]
    [InlineData("👩‍👩‍👧‍👦", 4, "👩\u200D")]
    public void Nothing_that_is_seen_as_one_character_is_cut_in_two(string text, int most, string expected) =>
        Steps.Of($$"""{"truncate":{{most}}}""", text).ShouldBe(expected);

    [Fact]
    public void Markup_nested_a_thousand_deep_ends_nothing() =>
        Steps.Of("stripHtml", string.Concat(Enumerable.Repeat("<div><b><p>", 2_000)) + "x").ShouldBe("x");
}
