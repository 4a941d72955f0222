using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LeadSync.Contracts;
using LeadSync.Hosting.Config;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Connections;
using LeadSync.Mapping.Fields;
using LeadSync.Mapping.Leads;
using LeadSync.Testing;

namespace LeadSync.Mapping.Tests;

/// <summary>A worked example of docs/mapping.md: settings, what is captured one after the other, and what is wanted then.</summary>
internal sealed partial record DocumentedExample(string Title, string Settings, JsonArray Captured, JsonNode Wanted)
{
    private static readonly DateTimeOffset Start = new(2026, 1, 31, 9, 0, 0, TimeSpan.Zero);
    private static readonly Guid Connection = Guid.CreateVersion7();

    public static IReadOnlyList<DocumentedExample> All { get; } = Read();

    private static List<DocumentedExample> Read()
    {
        var page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "mapping.md")).ReplaceLineEndings("\n");
        return
        [
            .. SectionPattern()
                .Matches(page)
                .Select(section => new DocumentedExample(
                    section.Groups["title"].Value,
                    Block(section.Value, "yaml"),
                    JsonNode.Parse(Block(section.Value, "json captured"))!.AsArray(),
                    JsonNode.Parse(Block(section.Value, "json wanted"))!
                )),
        ];
    }

    [GeneratedRegex(
        @"^### (?<title>Example \d+: .*)$(?s:.*?)(?=^### |\z)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        5_000
    )]
    private static partial Regex SectionPattern();

    private static string Block(string section, string kind)
    {
        var begin = section.IndexOf($"```{kind}\n", StringComparison.Ordinal) + kind.Length + 4;
        return section[begin..section.IndexOf("```", begin, StringComparison.Ordinal)];
    }

    /// <summary>Its settings; a fault of any of them fails the test.</summary>
    private ConfigDocument Document(IReadOnlyDictionary<string, CrmSchema> org)
    {
        var reader = new SettingReader();
        var document = ConfigDocument.Read(reader, JsonSerializer.SerializeToElement(ConfigYaml.ToJson(Settings)));
        var around = new ConfigSurroundings(
            [new CrmConnection(Connection, "salesforce", "both")],
            org.ToDictionary(schema => (Connection, schema.Key), schema => (CrmSchema?)schema.Value),
            new HashSet<string>(StringComparer.Ordinal),
            new HashSet<(Guid, string)>()
        );
        reader.Faults.Concat(ConfigRules.Check(document, around)).ShouldBeEmpty();
        return document;
    }

    /// <summary>What is wanted after each capture, in the form of the page.</summary>
    public JsonArray Play(IReadOnlyDictionary<string, CrmSchema> org)
    {
        var document = Document(org);
        var mappings = document
            .Mappings.Select(mapping => new ObjectMapping(
                mapping.Object,
                [.. mapping.Fields.Select(field => field.Entry with { SavedAt = Start.AddDays(-1) })],
                org[mapping.Object]
            ))
            .ToList();
        var route = document.Routes.ShouldHaveSingleItem();
        var lead = new WorkingLead(1, new LeadKey("acme", route.Source, "1"), 1, new LeadState());
        var wanted = new JsonArray();
        for (var i = 0; i < Captured.Count; i++)
        {
            var at = Start.AddMinutes(i);
            lead.Apply(Patch(route.Source, Captured[i]!.AsObject(), at, i), at);
            var createAs = route.Terms.CreateAsFor(lead.State);
            wanted.Add(
                route.Terms.WaitsUntil(lead.State, at, at) is not null
                    ? "waits"
                    : Said(createAs, FieldMapper.Map(lead.ToMap(), mappings, createAs))
            );
        }
        return wanted;
    }

    private static CapturedLead Patch(string source, JsonObject captured, DateTimeOffset at, int number) =>
        new()
        {
            EventId = Guid.CreateVersion7(),
            OccurredAt = at,
            Source = source,
            LeadId = "1",
            Fields = captured
                .Where(member => !member.Key.StartsWith('$'))
                .ToDictionary(
                    member => member.Key,
                    member => JsonSerializer.SerializeToElement(member.Value),
                    StringComparer.Ordinal
                ),
            Completed = captured["$completed"]?.GetValue<bool>(),
            Turns = captured["$turns"]
                ?.AsArray()
                .Select(turn => new ConversationTurn(
                    "c",
                    $"{number}",
                    at,
                    turn![0]!.GetValue<string>(),
                    turn[1]!.GetValue<string>()
                ))
                .ToList(),
        };

    private static JsonObject Said(string createAs, MappingOutcome outcome)
    {
        if (outcome is MappingOutcome.CannotMap cannot)
            return new JsonObject
            {
                ["cannotMap"] = cannot.Kind.Code,
                ["misfits"] = new JsonArray([
                    .. cannot
                        .Faults.Where(fault => fault.Misfit is not null)
                        .Select(fault => (JsonNode)$"{fault.Field}: {fault.Misfit}"),
                ]),
            };
        var mapped = (MappingOutcome.Mapped)outcome;
        var said = new JsonObject { ["createAs"] = createAs };
        foreach (var section in mapped.Sections)
            said[section.Object] = new JsonObject(
                section.Fields.Select(field => KeyValuePair.Create(field.Field, Said(field)))
            );
        if (mapped.Remarks.Count > 0)
            said["remarks"] = new JsonArray([
                .. mapped.Remarks.Select(remark => (JsonNode)$"{remark.Field} {remark.Code} {remark.Text}"),
            ]);
        return said;
    }

    private static JsonNode? Said(MappedField field)
    {
        var value = JsonNode.Parse(field.Value.GetRawText());
        if (field is { Rule: WriteRule.Overwrite, Adds: false })
            return value;
        var said = new JsonObject { ["value"] = value };
        if (field.Rule != WriteRule.Overwrite)
            said["rule"] = JsonSerializer.SerializeToNode(field.Rule, Wire.Json);
        if (field.While is { } condition)
            said["while"] = $"{condition.Field} is {string.Join(" or ", condition.Values)}";
        if (field.Adds)
            said["adds"] = true;
        return said;
    }
}
