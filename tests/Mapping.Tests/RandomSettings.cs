using System.Text.Json.Nodes;

namespace LeadSync.Mapping.Tests;

/// <summary>Settings with all that they may say, which the CRM of <see cref="MappingUnderTest"/> takes.</summary>
internal sealed class RandomSettings(Random random)
{
    // What YAML could take for something else, and what people have in their forms.
    private static readonly string[] Texts =
    [
        "x",
        "lastName",
        "null",
        "~",
        "yes",
        "true",
        "007",
        "1e3",
        "0x1F",
        "- a",
        "a: b",
        "# not a comment",
        "'quoted'",
        "\"",
        "{a}",
        "two\nlines",
        "tab\there",
        " spaces ",
        "Größe",
        "名前",
        "😀",
        "…",
        "!tag",
        "&anchor",
        "*alias",
        "%",
        "@",
        "\u0085",
        "\u2028",
        "\\n",
    ];

    private static readonly string[] Connections = ["salesforce", "sandbox"];
    private static readonly string[] Keys = ["VP Sales", "007", "yes", "名前", "a: b"];

    // A constant or default is more than white space.
    private static readonly string[] Values = [.. Texts.Where(text => !string.IsNullOrWhiteSpace(text))];

    public JsonObject Next() =>
        new()
        {
            ["sources"] = Some(1, 3, i => new JsonObject { ["name"] = $"source-{i}", ["enabled"] = Perhaps }),
            ["mappings"] = new JsonArray([
                .. Connections.Select(connection => new JsonObject
                {
                    ["connection"] = connection,
                    ["object"] = "Lead",
                    ["fields"] = new JsonArray([.. Entries(required: true)]),
                }),
            ]),
            ["routes"] = new JsonArray(Route()),
            ["pulls"] = new JsonArray(
                new JsonObject
                {
                    ["connection"] = "salesforce",
                    ["object"] = "Lead",
                    ["source"] = "source-0",
                    ["enabled"] = Perhaps,
                    ["fields"] = new JsonArray(
                        Pulled("LastName", "lastName", One("crm", "whenEmpty", "newest")),
                        Pulled("HasOptedOutOfEmail", $"to {Text}", "optOut")
                    ),
                }
            ),
        };

    private static JsonObject Pulled(string from, string to, string wins) =>
        new()
        {
            ["from"] = from,
            ["to"] = string.Concat(to.Where(character => !char.IsControl(character))),
            ["wins"] = wins,
        };

    private JsonObject Route()
    {
        var route = new JsonObject
        {
            ["source"] = "source-0",
            ["connection"] = One("salesforce", "sandbox"),
            ["enabled"] = true,
            ["createAs"] = Perhaps
                ? "Lead"
                : new JsonObject
                {
                    ["cases"] = Some(1, 2, _ => new JsonObject { ["when"] = Condition(3), ["object"] = "Lead" }),
                    ["else"] = "Lead",
                },
            ["alsoImported"] = Perhaps,
        };
        if (Perhaps)
            route["sync"] = "completed";
        if (route["sync"] is not null && Perhaps)
            route["idleMinutes"] = random.Next(1, 43_201);
        if (Perhaps)
            route["filter"] = Condition(3);
        if (Perhaps)
            route["mapping"] = new JsonArray(
                new JsonObject { ["object"] = "Lead", ["fields"] = new JsonArray([.. Entries(required: false)]) }
            );
        return route;
    }

    private JsonObject Condition(int deep)
    {
        if (deep > 1 && random.Next(3) == 0)
            return new JsonObject { [One("all", "any")] = Some(1, 3, _ => Condition(deep - 1)) };
        var test = One("is", "isNot", "isOneOf", "contains", "isEmpty", "isNotEmpty", "greaterThan", "lessThan");
        return new JsonObject
        {
            ["field"] = Text,
            [test] = test switch
            {
                "isOneOf" => Some(1, 3, _ => Value),
                "isEmpty" or "isNotEmpty" => true,
                "greaterThan" or "lessThan" => Perhaps
                    ? JsonValue.Create(random.Next(100) / 10m)
                    : JsonValue.Create(One("2026-01-31", "2026-01-31T09:30:00Z")),
                _ => Value,
            },
        };
    }

    private IEnumerable<JsonNode?> Entries(bool required)
    {
        JsonObject[] all =
        [
            Entry(
                "LastName",
                required,
                "trim",
                Step("case", One("upper", "lower", "name")),
                Step("splitName", "last"),
                "truncate"
            ),
            Entry("Company", required, "collapseSpaces", Step("truncate", random.Next(1, 200))),
            Entry("Title", false, Step("join", Text), ValueMap()),
            Entry("Description", false, "stripHtml"),
            Of(
                "Phone",
                "from",
                Text,
                Step(
                    "phone",
                    Perhaps
                        ? "digits"
                        : new JsonObject
                        {
                            ["to"] = "e164",
                            ["country"] = "DE",
                            ["countryFrom"] = Text,
                        }
                )
            ),
            Of(
                "NumberOfEmployees",
                "from",
                Text,
                Step(
                    "number",
                    new JsonObject
                    {
                        ["decimal"] = ",",
                        ["group"] = One(".", "'", " "),
                        ["ignore"] = Words,
                    }
                )
            ),
            Of(
                "Birthdate__c",
                "from",
                Text,
                Step("date", new JsonObject { ["formats"] = new JsonArray("dd.MM.yyyy"), ["zone"] = "Europe/Berlin" })
            ),
            Of("Called__c", "from", One("$firstCapturedAt", "$lastCapturedAt")),
            Of(
                "FirstName",
                "template",
                One("{a}[, {b}]", "{{{a}}}", "{$source}: {名前}"),
                Step("country", One("code", "name"))
            ),
            Of(
                "HasOptedOutOfEmail",
                "from",
                Text,
                Step("boolean", new JsonObject { ["true"] = new JsonArray("ja"), ["false"] = new JsonArray("nein") })
            ),
            Of("Status", "constant", "Open"),
            Of("Products__c", "from", Text),
        ];
        all[1]["default"] = Value;
        all[1]["defaultRule"] = One("overwrite", "onlyWhenEmpty", "onlyOnCreate", "untilEdited");
        all[2]["default"] = Value;
        all[2]["rule"] = One("overwrite", "onlyWhenEmpty", "onlyOnCreate", "untilEdited");
        all[2]["precedence"] = new JsonArray("source-0");
        all[9]["rule"] = "optOut";
        all[9]["consent"] = Text;
        all[10]["rule"] = "onlyWhile";
        all[10]["while"] = new JsonObject { ["field"] = "Status", ["values"] = new JsonArray("Open") };
        all[11]["adds"] = true;
        // Required ones, some others, and a conversation in the place of a text.
        if (Perhaps)
            all[3] = Of(
                "Description",
                "from",
                "$conversation",
                Step(
                    "conversation",
                    new JsonObject
                    {
                        ["times"] = Perhaps,
                        ["zone"] = "UTC",
                        ["length"] = 500,
                    }
                )
            );
        return all.Where((_, at) => (required && at < 2) || at == 2 || Perhaps).OrderBy(_ => random.Next());
    }

    private JsonObject Entry(string field, bool isText, params JsonNode[] steps) =>
        !isText && random.Next(3) == 0
            ? Of(field, "from", Text)
            : Of(field, "from", Text, [.. steps.Where(_ => Perhaps)]);

    private static JsonObject Of(string field, string origin, JsonNode value, params JsonNode[] steps)
    {
        var entry = new JsonObject { ["field"] = field, [origin] = value };
        if (steps.Length > 0)
            entry["transforms"] = new JsonArray(steps);
        return entry;
    }

    private static JsonObject Step(string name, JsonNode options) => new() { [name] = options };

    private JsonObject ValueMap()
    {
        var map = new JsonObject();
        foreach (var key in Keys.Where(_ => Perhaps))
            map[key] = Value;
        return Step("values", new JsonObject { ["map"] = map, ["fallback"] = One("keep", "default", "fail") });
    }

    private JsonArray Words => Some(0, 2, i => JsonValue.Create($"{Values[random.Next(Values.Length)].Trim()}{i}"));

    private bool Perhaps => random.Next(2) == 0;

    private string Text => Texts[random.Next(Texts.Length)];

    private string One(params ReadOnlySpan<string> of) => of[random.Next(of.Length)];

    private JsonNode Value =>
        random.Next(4) switch
        {
            0 => JsonValue.Create(random.Next(-5, 100_000)),
            1 => JsonValue.Create(random.Next(100) / 10m),
            2 => JsonValue.Create(random.Next(2) == 0),
            _ => JsonValue.Create(Values[random.Next(Values.Length)]),
        };

    private JsonArray Some(int least, int most, Func<int, JsonNode> one) =>
        new([.. Enumerable.Range(0, random.Next(least, most + 1)).Select(one)]);
}
