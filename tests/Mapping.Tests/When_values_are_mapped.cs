using System.Text.Json;
using LeadSync.Mapping.Transforms;

namespace LeadSync.Mapping.Tests;

public sealed class When_values_are_mapped
{
    private static readonly string[] Entries = ["saas", "SAAS", "boats"];

    private static string Map(string fallback) =>
        $$$"""{"values":{"map":{"VP Sales":"Vice President","saas":"Software","1":"Low","yes":true},"fallback":"{{{fallback}}}"}}""";

    [Theory]
    [InlineData("VP Sales", "Vice President")]
    [InlineData("  vp   SALES ", "Vice President")]
    [InlineData("SaaS", "Software")]
    [InlineData(1, "Low")]
    [InlineData("Yes", "true")]
    [InlineData("", Steps.Nothing)]
    public void Case_and_space_are_not_told_apart(object value, string expected) =>
        Steps.Of(Map("keep"), value).ShouldBe(expected);

    [Theory]
    [InlineData("keep", "CEO")]
    [InlineData("default", Steps.Nothing)]
    [InlineData("fail", Steps.Refused)]
    public void What_the_map_lacks_falls_back_as_stated(string fallback, string expected) =>
        Steps.Of(Map(fallback), "CEO").ShouldBe(expected);

    [Fact]
    public void Taking_the_default_is_said_without_the_value()
    {
        var remark = Steps.Apply(Map("default"), "CEO").ShouldBeOfType<Transformed.None>().Remark.ShouldNotBeNull();

        remark.Code.ShouldBe("FALLBACK_TAKEN");
        remark.Text.ShouldNotContain("CEO");
    }

    [Fact]
    public void What_is_refused_is_named_for_the_report_alone()
    {
        var refused = Steps.Apply(Map("fail"), " Chief  Sales ").ShouldBeOfType<Transformed.Refused>();

        refused.Misfit.ShouldBe("Chief  Sales");
        refused.Reason.ShouldNotContain("Chief");
    }

    [Theory]
    [InlineData("keep", """["Software","boats"]""")]
    [InlineData("default", """["Software"]""")]
    [InlineData("fail", Steps.Refused)]
    public void Of_a_list_each_entry_is_looked_up(string fallback, string expected) =>
        Steps.Of(Map(fallback), Entries).ShouldBe(expected);

    [Theory]
    [InlineData("""{"values":{"map":{"a":"1"," A ":"2"}}}""", "step.values.map. A  stands above already")]
    [InlineData("""{"values":{"map":{"a":null}}}""", "step.values.map.a has no value")]
    [InlineData("""{"values":{"map":{"a":{}}}}""", "step.values.map.a is not a text, a number")]
    [InlineData("""{"values":{"map":["a"]}}""", "step.values.map is not a set of values")]
    [InlineData("""{"values":{"map":{},"fallback":"drop"}}""", "step.values.fallback is none of the words")]
    [InlineData("""{"values":{"table":{}}}""", "step.values.table is not known here")]
    [InlineData("values", "step.values needs a map")]
    public void A_map_that_is_none_is_told_with_its_place(string step, string expected) =>
        Steps.Faults(step).ShouldContain(expected);

    [Fact]
    public void It_is_written_as_it_was_read()
    {
        var step = Map("fail");

        Steps.Read(step).Write().ToJsonString().ShouldBe(JsonElement.Parse(step).GetRawText());
    }
}
