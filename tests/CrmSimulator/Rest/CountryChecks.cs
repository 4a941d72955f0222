using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>Addresses of an org with state and country picklists: names and codes must be listed, and are kept in step.</summary>
internal static class CountryChecks
{
    private static readonly string[] Parts = ["Country", "CountryCode", "State", "StateCode"];

    public static IEnumerable<ApiError> Check(
        IReadOnlyList<Country> countries,
        SObject type,
        RecordInput input,
        Record? self
    )
    {
        foreach (var prefix in Features.AddressesOf(type.Name))
        {
            if (Check(countries, type, input, self, prefix) is { } error)
                yield return error;
        }
    }

    private static ApiError? Check(
        IReadOnlyList<Country> countries,
        SObject type,
        RecordInput input,
        Record? self,
        string prefix
    )
    {
        string? Text(string name) =>
            (input.Names(prefix + name) ? input[prefix + name] : self?[prefix + name]) as string;

        var touched = Parts.Where(name => input.Names(prefix + name));
        if (!touched.Any())
            return null;
        var country = countries.FirstOrDefault(one =>
            Is(one.Name, input[$"{prefix}Country"]) || Is(one.Code, input[$"{prefix}CountryCode"])
        );
        if (country is null && (input[$"{prefix}Country"] ?? input[$"{prefix}CountryCode"]) is not null)
            return Problem("country", "countries", $"{prefix}Country");
        country ??= countries.FirstOrDefault(one => Is(one.Name, Text("Country")));
        var given = (input[$"{prefix}State"] ?? input[$"{prefix}StateCode"]) as string;
        if (given is not null && country is null)
        {
            return new(
                "FIELD_INTEGRITY_EXCEPTION",
                "A country must be specified before specifying a state value for field: State/Province",
                [$"{prefix}State"]
            );
        }

        var states = country?.States ?? new Dictionary<string, string>(StringComparer.Ordinal);
        var state = states.FirstOrDefault(one => Is(one.Key, given) || Is(one.Value, given));
        if (given is not null && state.Key is null)
            return Problem("state", "states", $"{prefix}State");
        Put(type, input, prefix, "Country", country?.Code, country?.Name);
        if (given is not null)
            Put(type, input, prefix, "State", state.Key, state.Value);
        return null;
    }

    private static void Put(SObject type, RecordInput input, string prefix, string name, string? code, string? label)
    {
        if (code is null)
            return;
        input.Put(type.FindEvenHidden($"{prefix}{name}")!, label);
        input.Put(type.FindEvenHidden($"{prefix}{name}Code")!, code);
    }

    private static bool Is(string listed, object? given) =>
        given is string text && string.Equals(listed, text, StringComparison.OrdinalIgnoreCase);

    private static ApiError Problem(string one, string many, string field) =>
        new(
            "FIELD_INTEGRITY_EXCEPTION",
            $"There's a problem with this {one}, even though it may appear correct. Please select a {one} from the list of valid {many}.",
            [field]
        );
}
