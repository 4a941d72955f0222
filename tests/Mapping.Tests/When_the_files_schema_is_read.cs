using System.Text.Json;
using LeadSync.Mapping.Config;
using LeadSync.Testing;

namespace LeadSync.Mapping.Tests;

/// <summary>docs/config.schema.json against what the reader itself knows.</summary>
public sealed class When_the_files_schema_is_read
{
    private static JsonElement Schema { get; } =
        JsonElement.Parse(File.ReadAllText(Path.Combine(Checkout.Root, "docs", "config.schema.json")));

    // A member that is nowhere known, in a setting of each kind: the reader answers with those that it knows there.
    [Theory]
    [InlineData("", """{ "x?": 1 }""", "x?")]
    [InlineData("source", """{ "sources": [{ "name": "a", "x?": 1 }] }""", "sources[0].x?")]
    [InlineData(
        "leadField",
        """{ "sources": [{ "name": "a", "fields": [{ "name": "b", "type": "text", "x?": 1 }] }] }""",
        "sources[0].fields[0].x?"
    )]
    [InlineData("mapping", """{ "mappings": [{ "object": "Lead", "x?": 1 }] }""", "mappings[0].x?")]
    [InlineData("entry", """{ "mappings": [{ "fields": [{ "x?": 1 }] }] }""", "mappings[0].fields[0].x?")]
    [InlineData("route", """{ "routes": [{ "source": "a", "x?": 1 }] }""", "routes[0].x?")]
    [InlineData(
        "mappingOverride",
        """{ "routes": [{ "mapping": [{ "object": "Lead", "x?": 1 }] }] }""",
        "routes[0].mapping[0].x?"
    )]
    [InlineData("pull", """{ "pulls": [{ "source": "a", "x?": 1 }] }""", "pulls[0].x?")]
    [InlineData("pulledField", """{ "pulls": [{ "fields": [{ "x?": 1 }] }] }""", "pulls[0].fields[0].x?")]
    [InlineData(
        "createByCondition",
        """{ "routes": [{ "createAs": { "else": "Lead", "x?": 1 } }] }""",
        "routes[0].createAs.x?"
    )]
    public void It_names_what_is_known_and_nothing_else(string definition, string file, string path)
    {
        var reader = new SettingReader();

        // The rules are read by Push: RuleJson and its tests.
        ConfigDocument.Read(reader, JsonElement.Parse(file), "rules");

        var known = reader
            .Faults.Single(fault => fault.Field == path)
            .Fix["Known are: ".Length..]
            .TrimEnd('.')
            .Split(", ");
        Properties(definition).ShouldBe(known, ignoreOrder: true);
    }

    [Theory]
    [InlineData(
        "leadField",
        "type",
        """{ "sources": [{ "name": "a", "fields": [{ "name": "b", "type": "X", "values": ["v"] }] }] }"""
    )]
    [InlineData(
        "pulledField",
        "wins",
        """{ "pulls": [{ "connection": "c", "object": "o", "source": "a", "fields": [{ "from": "A", "to": "b", "wins": "X" }] }] }"""
    )]
    [InlineData(
        "route",
        "sync",
        """{ "routes": [{ "source": "a", "connection": "c", "createAs": "Lead", "sync": "X" }] }"""
    )]
    public void Each_choice_that_it_gives_is_taken_and_another_is_not(string definition, string member, string file)
    {
        foreach (
            var choice in Definition(definition)
                .GetProperty("properties")
                .GetProperty(member)
                .GetProperty("enum")
                .EnumerateArray()
        )
            Faults(file.Replace("\"X\"", choice.GetRawText(), StringComparison.Ordinal), member)
                .ShouldBeEmpty(choice.GetString());

        Faults(file, member).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("source", """{ "sources": [{}] }""")]
    [InlineData("leadField", """{ "sources": [{ "name": "a", "fields": [{}] }] }""")]
    [InlineData("mapping", """{ "mappings": [{}] }""")]
    [InlineData("route", """{ "routes": [{}] }""")]
    [InlineData(
        "mappingOverride",
        """{ "routes": [{ "source": "a", "connection": "c", "createAs": "Lead", "mapping": [{}] }] }"""
    )]
    [InlineData("pull", """{ "pulls": [{}] }""")]
    public void What_it_requires_is_missed(string definition, string file)
    {
        var reader = new SettingReader();

        ConfigDocument.Read(reader, JsonElement.Parse(file));

        reader
            .Faults.Where(fault => fault.Reason == "is missing")
            .Select(fault => fault.Field[(fault.Field.LastIndexOf('.') + 1)..])
            .ShouldBe(
                Definition(definition).GetProperty("required").EnumerateArray().Select(name => name.GetString()),
                ignoreOrder: true
            );
    }

    private static IReadOnlyList<string> Faults(string file, string member)
    {
        var reader = new SettingReader();
        ConfigDocument.Read(reader, JsonElement.Parse(file));
        return
        [
            .. reader
                .Faults.Select(fault => fault.Field)
                .Where(field => field.EndsWith($".{member}", StringComparison.Ordinal)),
        ];
    }

    private static JsonElement Definition(string name) =>
        name.Length == 0 ? Schema : Schema.GetProperty("$defs").GetProperty(name);

    private static IReadOnlyList<string> Properties(string definition) =>
        [.. Definition(definition).GetProperty("properties").EnumerateObject().Select(property => property.Name)];
}
