using System.Text.Json;
using System.Text.RegularExpressions;

namespace LeadSync.Mapping.Transforms;

/// <summary>Reads what <c>lookup</c> needs: <c>{ object: Campaign, by: Name }</c>.</summary>
internal static partial class LookUpReader
{
    public static Transform? Read(StepOptions options)
    {
        if (options.IsAbsent)
        {
            options.Fault("does not say what to look up", "Write it as lookup: { object: Campaign, by: Name }.");
            return null;
        }
        if (!options.Members("object", "by"))
            return null;
        var (name, by) = (ApiName(options, "object"), ApiName(options, "by"));
        return name is null || by is null ? null : new LookUp(name, by);
    }

    private static string? ApiName(StepOptions options, string member)
    {
        if (
            options.Member(member)?.Node is { ValueKind: JsonValueKind.String } given
            && given.GetString() is { } name
            && Names().IsMatch(name)
        )
            return name;
        options.Fault(member, "is no API name", "Use an API name of the CRM, as Campaign or Name.");
        return null;
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_]{0,79}\z", RegexOptions.CultureInvariant, 100)]
    private static partial Regex Names();
}
