using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using LeadSync.Contracts;
using LeadSync.Mapping.Fields;
using LeadSync.Mapping.Transforms;

namespace LeadSync.Mapping.Tests;

public sealed class When_a_step_is_given_any_text
{
    private static readonly string[] All =
    [
        "trim",
        "collapseSpaces",
        "stripHtml",
        """{"case":"upper"}""",
        """{"case":"lower"}""",
        """{"case":"name"}""",
        """{"splitName":"first"}""",
        """{"splitName":"last"}""",
        """{"splitName":"salutation"}""",
        """{"splitName":"suffix"}""",
        """{"join":", "}""",
        """{"values":{"map":{"a":"b"},"fallback":"keep"}}""",
        """{"number":{"decimal":",","group":"."}}""",
        "boolean",
        """{"date":{"formats":["dd.MM.yyyy"]}}""",
        """{"datetime":{"formats":["dd.MM.yyyy HH:mm","unixSeconds"],"zone":"Europe/Berlin"}}""",
        """{"phone":{"to":"e164","country":"DE"}}""",
        """{"phone":"digits"}""",
        """{"country":"code"}""",
        """{"country":"name"}""",
        """{"state":{"to":"code","country":"US"}}""",
        """{"truncate":7}""",
    ];

    // Those that are the same when done twice. Markup that was escaped is markup once it is stripped, names may have
    // commas, a phone's digits are a number of their own, and IN is a country's code and a word.
    private static readonly string[] Idempotent =
    [
        "trim",
        "collapseSpaces",
        """{"case":"upper"}""",
        """{"case":"lower"}""",
        """{"case":"name"}""",
        """{"join":", "}""",
        """{"country":"code"}""",
        """{"state":{"to":"code","country":"US"}}""",
        """{"truncate":7}""",
        "boolean",
        "number",
        "date",
        "datetime",
    ];

    private static readonly CrmField Field = Schemas.Field("Title", "string", 20);

    public static TheoryData<string> EveryStep => [.. All];

    public static TheoryData<string> SameTwice => [.. Idempotent];

    [Theory]
    [MemberData(nameof(EveryStep))]
    public void It_never_fails_and_never_leaves_half_a_character(string step)
    {
        var transform = Steps.Read(step);
        Prop.ForAll(Texts(), text => Check(transform, text)).Check(Seen(step));
        foreach (var text in Corpus.Names)
            Check(transform, text);
    }

    [Theory]
    [MemberData(nameof(EveryStep))]
    public void It_never_fails_on_strings_that_break_programs(string step)
    {
        var transform = Steps.Read(step);
        foreach (var text in Corpus.Naughty())
            Check(transform, text);
    }

    [Theory]
    [MemberData(nameof(SameTwice))]
    public void Done_twice_it_is_the_same_as_done_once(string step)
    {
        var transform = Steps.Read(step);
        Prop.ForAll(Texts(), text => Twice(transform, text)).Check(Seen(step));
        foreach (var text in Corpus.Names)
            Twice(transform, text);
    }

    private static void Check(Transform transform, string text)
    {
        var made = transform.Apply(JsonSerializer.SerializeToElement(text), new Destination(Field, Steps.Lead()));
        if (made is not Transformed.Value(var value, _))
            return;
        var written = Contents.Text(value);
        IsWellFormed(written).ShouldBeTrue($"{transform.Name} of {Escaped(text)} gave {Escaped(written)}");
        // What a step gives goes on to the field, whatever that makes of it.
        FieldFit.Try(value, Field).ShouldNotBeNull();
    }

    private static void Twice(Transform transform, string text)
    {
        var destination = new Destination(Field, Steps.Lead());
        if (transform.Apply(JsonSerializer.SerializeToElement(text), destination) is not Transformed.Value(var once, _))
            return;
        var twice = transform.Apply(once, destination).ShouldBeOfType<Transformed.Value>().Content;
        JsonElement.DeepEquals(twice, once).ShouldBeTrue($"{transform.Name} of {Escaped(text)}");
    }

    // Printable or not, with halves of pairs, and often of the letters that steps look for.
    private static Arbitrary<string> Texts() =>
        Gen.OneOf(
                ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""),
                Gen.Elements(Pieces).ListOf().Select(pieces => string.Concat(pieces))
            )
            .ToArbitrary();

    private static readonly string[] Pieces =
    [
        "a",
        "É",
        " ",
        "\t",
        "\u00A0",
        ",",
        ".",
        "-",
        "'",
        "Mc",
        "VAN ",
        "van ",
        "jr",
        "Dr. ",
        "0",
        "49",
        "+",
        "(0)",
        "1.234",
        "<b>",
        "</p>",
        "&lt;",
        "&#xD800;",
        "&",
        "<",
        "\uD83D",
        "\uDE00",
        "😀",
        "e\u0301",
        "\u200D",
        "山",
        "م",
        "İ",
        "ß",
        "ǅ",
        "\0",
        "31.01.2026",
        "09:30",
        "T",
        "Z",
        "ii",
        "{",
        "]",
    ];

    private static FsCheck.Config Seen(string step) =>
        FsCheck.Config.QuickThrowOnFailure.WithMaxTest(300).WithName(step);

    private static bool IsWellFormed(string text) =>
        text.EnumerateRunes().Sum(rune => rune.Utf16SequenceLength) == text.Length
        && !text.Where((letter, at) => char.IsSurrogate(letter) && !IsPaired(text, at)).Any();

    private static bool IsPaired(string text, int at) =>
        char.IsHighSurrogate(text[at])
            ? at + 1 < text.Length && char.IsLowSurrogate(text[at + 1])
            : at > 0 && char.IsHighSurrogate(text[at - 1]);

    private static string Escaped(string text) => JsonSerializer.Serialize(text);
}
