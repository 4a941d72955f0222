namespace LeadSync.Mapping.Transforms;

/// <summary>Reads <c>number</c>: which signs stand where.</summary>
internal static class NumberReader
{
    public static Transform? Read(StepOptions options)
    {
        if (!options.Members("decimal", "group", "ignore"))
            return null;
        var point = Sign(options, "decimal", ".,") ?? '.';
        var group = Sign(options, "group", ".,' ");
        if (group == point)
        {
            options.Fault("group", "is the sign before decimals too", "Give two signs that differ.");
            return null;
        }
        return options.Texts("ignore") is { } ignore ? new ReadNumber(point, group, ignore) : null;
    }

    private static char? Sign(StepOptions options, string name, string signs)
    {
        if (options.Member(name) is not { } member)
            return null;
        if (member.Text() is not { } text)
            return null;
        if (text.Length == 1 && signs.Contains(text[0], StringComparison.Ordinal))
            return text[0];
        member.Fault(
            "is none of the signs that stand there",
            $"Use one of these, in quotes: {string.Join(" ", signs.Select(sign => $"'{sign}'"))}."
        );
        return null;
    }
}
