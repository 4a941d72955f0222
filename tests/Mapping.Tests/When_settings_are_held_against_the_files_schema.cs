using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Hosting.Config;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Transforms;
using LeadSync.Testing;

namespace LeadSync.Mapping.Tests;

public sealed class When_settings_are_held_against_the_files_schema
{
    private static readonly JsonElement Schema = JsonElement.Parse(
        File.ReadAllText(Path.Combine(Checkout.Root, "docs", "config.schema.json"))
    );

    private static readonly JsonSchemaCheck Check = new(Schema);

    public static TheoryData<string> Titles => [.. DocumentedExample.All.Select(example => example.Title)];

    private static JsonNode Example(string title) =>
        ConfigYaml.ToJson(DocumentedExample.All.Single(one => one.Title == title).Settings)!;

    private static string? Refusal(JsonNode settings) => Check.Refusal(JsonSerializer.SerializeToElement(settings));

    [Theory]
    [MemberData(nameof(Titles))]
    public void Each_worked_example_is_accepted_and_with_any_member_misspelt_it_is_not(string title)
    {
        Refusal(Example(title)).ShouldBeNull();

        var places = Places(Example(title), []).ToList();
        places.Count.ShouldBeGreaterThan(10);
        foreach (var place in places)
        {
            var settings = Example(title);
            var members = place[..^1]
                .Aggregate(settings, (node, part) => part is int at ? node[at]! : node[(string)part]!);
            var value = members[(string)place[^1]]!.DeepClone();
            members.AsObject().Remove((string)place[^1]);
            members[$"{place[^1]}x"] = value;

            Refusal(settings).ShouldNotBeNull(string.Join('.', place));
        }
    }

    // Every member of every object; what a value map maps is the captured values' own.
    private static IEnumerable<object[]> Places(JsonNode node, object[] at)
    {
        if (node is JsonArray list)
            return list.SelectMany((one, index) => one is null ? [] : Places(one, [.. at, index]));
        if (node is not JsonObject members)
            return [];
        return members.SelectMany(member =>
            member.Key == "map"
                ?
                [
                    [.. at, member.Key],
                ]
                : Places(member.Value!, [.. at, member.Key]).Prepend([.. at, member.Key])
        );
    }

    [Fact]
    public void Whatever_can_be_saved_is_accepted()
    {
        var seed = Random.Shared.Next();
        var settings = new RandomSettings(new Random(seed));
        for (var round = 0; round < 300; round++)
        {
            var node = settings.Next();

            var refusal = Refusal(node);
            refusal.ShouldBeNull($"seed {seed.ToString(CultureInfo.InvariantCulture)}\n{node.ToJsonString()}");
        }
    }

    [Theory]
    [InlineData("""{"field":"A"}""")]
    [InlineData("""{"field":"A","from":"a","constant":1}""")]
    [InlineData("""{"field":"A","constant":1,"default":2}""")]
    [InlineData("""{"field":"A","from":"$other"}""")]
    [InlineData("""{"field":"A","from":"a","rule":"sometimes"}""")]
    [InlineData("""{"field":"A","from":"a","rule":"onlyWhile"}""")]
    [InlineData("""{"field":"A","from":"a","while":{"values":["New"]}}""")]
    [InlineData("""{"field":"A","from":"a","consent":"b"}""")]
    [InlineData("""{"field":"A","from":"a","defaultRule":"overwrite"}""")]
    [InlineData("""{"field":"A","from":"a","transforms":["upper"]}""")]
    [InlineData("""{"field":"A","from":"a","transforms":[{"case":"title"}]}""")]
    [InlineData("""{"field":"A","from":"a","transforms":[{"trim":null,"case":"name"}]}""")]
    [InlineData("""{"field":"A","from":"a","transforms":[{"values":{"fallback":"keep"}}]}""")]
    [InlineData("""{"field":"A","from":"a","transforms":[{"state":{"to":"code"}}]}""")]
    [InlineData("""{"field":"A","from":"a","transforms":[{"truncate":0}]}""")]
    public void What_no_reader_takes_is_refused(string entry)
    {
        var file = JsonNode.Parse($$"""{"mappings":[{"connection":"c","object":"Lead","fields":[{{entry}}]}]}""")!;
        var reader = new SettingReader();

        ConfigDocument.Read(reader, JsonSerializer.SerializeToElement(file));

        reader.Faults.ShouldNotBeEmpty();
        Refusal(file).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("""{"field":"a"}""")]
    [InlineData("""{"field":"a","is":1,"isNot":2}""")]
    [InlineData("""{"all":[],"any":[]}""")]
    [InlineData("""{"all":[{"field":"a","is":1}],"field":"b"}""")]
    [InlineData("""{"field":"a","isEmpty":false}""")]
    [InlineData("""{"field":"a","greaterThan":"many"}""")]
    [InlineData("""{"field":"a","like":"b"}""")]
    public void A_condition_that_no_reader_takes_is_refused(string condition)
    {
        var file = JsonNode.Parse(
            $$"""{"routes":[{"source":"s","connection":"c","createAs":"Lead","filter":{{condition}}}]}"""
        )!;
        var reader = new SettingReader();

        ConfigDocument.Read(reader, JsonSerializer.SerializeToElement(file));

        reader.Faults.ShouldNotBeEmpty();
        Refusal(file).ShouldNotBeNull();
    }

    [Fact]
    public void It_names_every_step()
    {
        var alone = Schema.GetProperty("$defs").GetProperty("step").GetProperty("anyOf")[0].GetProperty("enum");
        var others = Schema.GetProperty("$defs").GetProperty("stepWithOptions").GetProperty("properties");

        alone
            .EnumerateArray()
            .Select(step => step.GetString()!)
            .Union(others.EnumerateObject().Select(step => step.Name), StringComparer.Ordinal)
            .ShouldBe(TransformReader.Names, ignoreOrder: true);
    }
}
