using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Mapping.Fields;

namespace LeadSync.Mapping.Tests;

public sealed class When_a_template_is_filled
{
    private static FieldTemplate Template(string text) => FieldTemplate.Parse(text, out _).ShouldNotBeNull();

    private static string? Fill(string template, string fields) =>
        Template(template).Fill(Steps.Lead(fields)) is { Value.ValueKind: JsonValueKind.String } filled
            ? filled.Value.GetString()
            : null;

    [Theory]
    [InlineData("{firstName} {lastName}", """{"firstName":"Ada","lastName":"Lovelace"}""", "Ada Lovelace")]
    [InlineData("{firstName} {lastName}", """{"lastName":"Lovelace"}""", "Lovelace")]
    [InlineData("{firstName} {lastName}", """{"firstName":"Ada","lastName":"  "}""", "Ada")]
    [InlineData("{firstName} {lastName}", "{}", null)]
    [InlineData(
        "{street}, {zip} {city}",
        """{"street":"1 Main St","zip":"70116","city":"Orleans"}""",
        "1 Main St, 70116 Orleans"
    )]
    [InlineData("{street}, {zip} {city}", """{"street":"1 Main St","city":"Orleans"}""", "1 Main St, Orleans")]
    [InlineData("{street}, {zip} {city}", """{"zip":"70116"}""", "70116")]
    [InlineData("Dear {salutation} {lastName}!", """{"lastName":"Lovelace"}""", "Dear Lovelace!")]
    [InlineData("{city}[ ({country})]", """{"city":"Berlin","country":"DE"}""", "Berlin (DE)")]
    [InlineData("{city}[ ({country})]", """{"city":"Berlin"}""", "Berlin")]
    [InlineData("{a}[ {b} {c}]", """{"a":"1","b":"2"}""", "1")]
    [InlineData("{first} [{middle} ]{last}", """{"first":"A","last":"C"}""", "A C")]
    [InlineData("{first} [{middle} ]{last}", """{"first":"A","middle":"B","last":"C"}""", "A B C")]
    [InlineData(
        "{utm_source} / {utm_medium} / {utm_campaign}",
        """{"utm_source":"ads","utm_campaign":"x"}""",
        "ads / x"
    )]
    [InlineData("{{{name}}} [[x]]", """{"name":"n"}""", "{n} [x]")]
    [InlineData("{n} of {m}", """{"n":3,"m":true}""", "3 of true")]
    [InlineData("{list}", """{"list":["a","b"]}""", "a; b")]
    [InlineData("{$source}:{$leadId}", "{}", "import:1")]
    public void What_is_missing_takes_what_stands_beside_it_away(string template, string fields, string? expected) =>
        Fill(template, fields).ShouldBe(expected);

    [Fact]
    public void It_was_captured_when_the_newest_of_its_parts_was_even_a_cleared_one()
    {
        var lead = Steps.Lead("""{"firstName":"Ada","lastName":"Lovelace"}""");
        lead.State.Apply(
            new CapturedLead
            {
                EventId = Guid.CreateVersion7(),
                OccurredAt = Steps.Captured.AddHours(1),
                Source = "import",
                LeadId = "1",
                Fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
                {
                    ["firstName"] = JsonElement.Parse("null"),
                },
            }
        );

        var filled = Template("{firstName} {lastName}").Fill(lead)!;

        filled.Value.GetString().ShouldBe("Lovelace");
        filled.At.ShouldBe(Steps.Captured.AddHours(1));
    }

    [Theory]
    [InlineData("""{"a":null,"b":null}""", JsonValueKind.Null)]
    [InlineData("""{"a":null}""", JsonValueKind.Null)]
    [InlineData("""{"a":null,"b":""}""", JsonValueKind.String)]
    public void It_is_cleared_when_all_that_was_captured_of_it_was_cleared(string fields, JsonValueKind expected) =>
        Template("{a} {b}").Fill(Steps.Lead(fields))!.Value.ValueKind.ShouldBe(expected);

    [Theory]
    [InlineData("{a", "has a { at character 1")]
    [InlineData("a}", "has a } at character 2")]
    [InlineData("[{a}", "has a [ at character 1")]
    [InlineData("{a}]", "has a ] at character 4")]
    [InlineData("[{a}[{b}]]", "has a [ at character 5")]
    [InlineData("[x]{a}", "has a part in brackets without a lead field")]
    [InlineData("{}", "has braces without a lead field's name")]
    [InlineData("plain", "has no lead field in braces")]
    [InlineData("{$now}", "begins with a dollar")]
    [InlineData("{$conversation} {a}", "holds $conversation")]
    public void What_is_no_template_is_told_with_its_place(string text, string expected)
    {
        FieldTemplate.Parse(text, out var fault).ShouldBeNull();

        fault.ShouldNotBeNull().Reason.ShouldContain(expected);
    }
}
