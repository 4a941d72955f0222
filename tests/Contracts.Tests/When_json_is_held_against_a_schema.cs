using System.Text.Json.Nodes;

namespace LeadSync.Contracts.Tests;

public sealed class When_json_is_held_against_a_schema(NodeValidator validator) : IClassFixture<NodeValidator>
{
    [Theory]
    [MemberData(nameof(EventFiles.Names), MemberType = typeof(EventFiles))]
    public async Task The_sample_of_an_event_fits(string name)
    {
        var faults = await validator.ValidateAsync(name, [EventFiles.Of(name).Sample]);

        faults.ShouldBe([null]);
    }

    [Theory]
    [MemberData(nameof(EventFiles.Names), MemberType = typeof(EventFiles))]
    public async Task What_is_no_event_does_not_fit(string name)
    {
        var none = new[]
        {
            "{}",
            "[]",
            "null",
            """{"workspace":"acme","items":[]}""",
            """{"workspace":"acme","items":[{}]}""",
        };

        var faults = await validator.ValidateAsync(name, none.Select(json => JsonNode.Parse(json)!));

        faults.ShouldAllBe(fault => fault != null);
    }

    // The schema that products are given must not forbid what we take.
    [Fact]
    public async Task Every_item_that_is_taken_fits_the_public_schema()
    {
        var names = CaptureItems.Good.Keys.ToList();

        var faults = await validator.ValidateAsync(
            "lead-captured",
            names.Select(name => List(CaptureItems.Good[name]))
        );

        names.Zip(faults).ShouldAllBe(pair => pair.Second == null);
    }

    [Fact]
    public async Task Every_item_that_is_refused_by_a_rule_a_schema_can_say_does_not_fit_it()
    {
        // What depends on the publisher, the clock or the calendar, on doubled members (gone once parsed) or on the size.
        string[] beyondSchemas =
        [
            "another source",
            "too large as a whole",
            "a member twice",
            "a field twice",
            "metadata twice",
            "the empty event id",
            "a day that is none",
            "a leap day that is none",
            "a leap second",
            "the hour 24",
            "the year 1",
            "before the year 1",
            "the year 9999",
            "after the year 9999",
            "just too far ahead",
            "a huge number",
            "30 digits",
            "half a surrogate in a lead id",
            "half a surrogate in a field's name",
            "half a surrogate in a value",
        ];
        var names = CaptureItems.Bad.Keys.Except(beyondSchemas, StringComparer.Ordinal).ToList();

        var faults = await validator.ValidateAsync(
            "lead-captured",
            names.Select(name => List(CaptureItems.Bad[name].Json))
        );

        names.Zip(faults).Where(pair => pair.Second is null).Select(pair => pair.First).ShouldBeEmpty();
    }

    private static JsonNode List(string item) => JsonNode.Parse($$"""{"items":[{{item}}]}""")!;
}
