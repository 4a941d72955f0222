using System.Collections.Frozen;
using System.Text.Json;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Transforms;

/// <summary>
/// Reads one step of a chain: its name alone (<c>trim</c>), or its name with what it needs (<c>case: name</c>). Every fault
/// of form is told with its path.
/// </summary>
public static class TransformReader
{
    private delegate Transform? Read(StepOptions options);

    private static readonly FrozenDictionary<string, Read> Steps = new Dictionary<string, Read>(StringComparer.Ordinal)
    {
        ["trim"] = options => options.None(new TrimSpaces()),
        ["collapseSpaces"] = options => options.None(new CollapseSpaces()),
        ["stripHtml"] = options => options.None(new StripHtml()),
        ["case"] = options =>
            options.Choice(("upper", LetterCase.Upper), ("lower", LetterCase.Lower), ("name", LetterCase.Name))
                is { } to
                ? new ChangeCase(to)
                : null,
        ["splitName"] = options =>
            options.Choice(
                ("first", NamePart.First),
                ("last", NamePart.Last),
                ("salutation", NamePart.Salutation),
                ("suffix", NamePart.Suffix)
            )
                is { } part
                ? new SplitName(part)
                : null,
        ["join"] = options => options.Text() is { } separator ? new JoinEntries(separator) : null,
        ["values"] = ValueMapReader.Read,
        ["lookup"] = LookUpReader.Read,
        ["number"] = NumberReader.Read,
        ["boolean"] = options => options.Members("true", "false") ? BooleanOf(options) : null,
        ["date"] = options =>
            options.Members("formats", "zone")
                ? Times(options, isDay: true) is { } read
                    ? new ReadDate(read.Formats, read.Zone)
                    : null
                : null,
        ["datetime"] = options =>
            options.Members("formats", "zone")
                ? Times(options, isDay: false) is { } read
                    ? new ReadInstant(read.Formats, read.Zone)
                    : null
                : null,
        ["phone"] = options =>
            PlaceReader.Read(options, ("digits", PhoneForm.Digits), ("e164", PhoneForm.E164)) is var (to, country)
                ? new FormatPhone(to, country)
                : null,
        ["country"] = options =>
            options.Choice(("code", PlaceForm.Code), ("code3", PlaceForm.LongCode), ("name", PlaceForm.Name)) is { } to
                ? new NameCountry(to)
                : null,
        ["state"] = options =>
            PlaceReader.Read(options, ("code", PlaceForm.Code), ("name", PlaceForm.Name)) is var (to, country)
                ? options.Country(new NameState(to, country))
                : null,
        ["truncate"] = options =>
            options.IsAbsent ? new Truncate(Length: null)
            : options.Length() is { } length ? new Truncate(length)
            : null,
        ["conversation"] = options =>
            options.Members("times", "zone", "length")
                ? new RenderConversation(options.Flag("times") ?? true, options.Zone(), options.MemberLength("length"))
                : null,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every step's name.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Steps.Keys.Order(StringComparer.Ordinal)];

    public static Transform? ReadStep(SettingReader reader, JsonElement node, string path)
    {
        var (name, options) = node.ValueKind switch
        {
            JsonValueKind.String => (node.GetString()!, (JsonElement?)null),
            JsonValueKind.Object when node.EnumerateObject().Count() == 1 => node.EnumerateObject()
                .Select(member => (member.Name, (JsonElement?)member.Value))
                .First(),
            _ => ("", null),
        };
        if (Steps.TryGetValue(name, out var read))
            return read(new StepOptions(reader, options, SettingReader.Join(path, name)));
        reader.Fault(
            path,
            name.Length == 0 ? "is neither a step's name nor one name with what it needs" : $"is no step ({name})",
            $"Use one of: {string.Join(", ", Names)}; as trim, or as case: name."
        );
        return null;
    }

    private static ReadBoolean? BooleanOf(StepOptions options)
    {
        var (yes, no) = (options.Texts("true"), options.Texts("false"));
        if (yes is null || no is null)
            return null;
        if (yes.Intersect(no, StringComparer.OrdinalIgnoreCase).Any())
        {
            options.Fault("has a word that means both", "Keep it in one of the two lists.");
            return null;
        }
        return new ReadBoolean(yes, no);
    }

    private static (IReadOnlyList<string> Formats, TimeZoneInfo? Zone)? Times(StepOptions options, bool isDay)
    {
        if (options.Texts("formats") is not { } formats)
            return null;
        var zone = options.Zone();
        for (var i = 0; i < formats.Count; i++)
        {
            if (TimeFormats.Fault(formats[i], isDay) is { } fault)
                options.Fault($"formats[{i}]", fault, "Write it as dd.MM.yyyy, with HH:mm for a time.");
            else if (!isDay && zone is null && !TimeFormats.IsUnix(formats[i]) && !TimeFormats.SaysOffset(formats[i]))
                options.Fault(
                    $"formats[{i}]",
                    "says no offset, and no zone is stated",
                    "State the zone in which the source writes its times, as zone: Europe/Berlin."
                );
        }
        return (formats, zone);
    }
}
