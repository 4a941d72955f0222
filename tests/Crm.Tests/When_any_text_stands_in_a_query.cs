using LeadSync.Crm.Salesforce;
using LeadSync.CrmSimulator.Soql;
using Condition = LeadSync.CrmSimulator.Soql.Condition;
using Literal = LeadSync.CrmSimulator.Soql.Literal;

namespace LeadSync.Crm.Tests;

/// <summary>
/// Texts made by chance go through the builder and come back from the simulator's parser, which shares no code with it: as the
/// very texts, in the very query that was meant.
/// </summary>
public sealed class When_any_text_stands_in_a_query
{
    private const int InEachQuery = 10;
    private static readonly DateOnly Today = new(2026, 7, 1);

    // What could end a literal, escape its end, or be read as SOQL, beside plain text and the rest of Unicode.
    private static readonly string[] Pieces =
    [
        "'",
        "''",
        "\\",
        "\\'",
        "\\\\",
        "\"",
        "%",
        "_",
        "\\%",
        "\n",
        "\r",
        "\t",
        "\b",
        "\f",
        "\0",
        "\u001b",
        "\u0085",
        "\u2028",
        "\u2029",
        "\\u0027",
        "u0027",
        ") OR (Id != '",
        "') OR Name LIKE '%",
        " OR ",
        "--",
        "/*",
        ";",
        "{",
        "}",
        "@{x}",
        ":",
        "?",
        "null",
        "😀",
        "é",
        "\u202e",
        "\ufeff",
        "\ud800",
    ];

    [Fact]
    public void A_hundred_thousand_texts_come_back_as_they_were() =>
        Texts.Trials(
            100_000 / InEachQuery,
            random =>
            {
                string[] texts = [.. Enumerable.Range(0, InEachQuery).Select(_ => Text(random))];

                var found = Values(new Soql("Lead", ["Id"]).In("Email", texts).Build().Single());
                var filtered = Values(Typed(FieldComparison.Is, texts));

                found.ShouldBe(texts);
                filtered.ShouldBe(texts);
            }
        );

    [Fact]
    public void A_text_that_is_looked_for_within_others_stands_for_itself() =>
        Texts.Trials(
            20_000,
            random =>
            {
                var text = "x" + Text(random);
                var other = Text(random);

                var starts = Pattern(Typed(FieldComparison.StartsWith, text));
                var contains = Pattern(Typed(FieldComparison.Contains, text));

                starts.Matches(text + other).ShouldBeTrue();
                starts.Matches("y" + text).ShouldBeFalse();
                contains.Matches(other + text + other).ShouldBeTrue();
                contains
                    .Matches(other)
                    .ShouldBe(other.ToLowerInvariant().Contains(text.ToLowerInvariant(), StringComparison.Ordinal));
            }
        );

    [Fact]
    public void Every_single_character_comes_back()
    {
        string[] characters = [.. Enumerable.Range(0, char.MaxValue + 1).Select(code => ((char)code).ToString())];

        new Soql("Lead", ["Id"]).In("Email", characters).Build().SelectMany(Values).ShouldBe(characters);
    }

    private static string Typed(FieldComparison comparison, params string[] texts) =>
        SoqlQuery.Write(
            new RecordQuery(Say.LeadSchema, []) { Where = [new("LastName", comparison, texts)] },
            ordered: false
        );

    /// <summary>The texts of a query that has one condition: that a field is one of them. Any other query fails.</summary>
    private static IEnumerable<string> Values(string query) =>
        Parser
            .Parse(query, Today)
            .Where.ShouldBeOfType<Condition.OneOf>()
            .Values.Select(value => value.ShouldBeOfType<Literal.Text>().Value);

    private static LikePattern Pattern(string query) =>
        Parser.Parse(query, Today).Where.ShouldBeOfType<Condition.Like>().Pattern;

    private static string Text(Random random) =>
        string.Concat(
            Enumerable
                .Range(0, random.Next(0, 12))
                .Select(_ =>
                    random.Next(3) switch
                    {
                        0 => ((char)random.Next(' ', '~' + 1)).ToString(),
                        1 => ((char)random.Next(0, char.MaxValue + 1)).ToString(),
                        _ => Pieces[random.Next(Pieces.Length)],
                    }
                )
        );
}
