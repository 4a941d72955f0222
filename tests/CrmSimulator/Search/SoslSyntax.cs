using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Rest;

namespace LeadSync.CrmSimulator.Search;

/// <summary>What a search looks for and where. Words are found whole, or by their beginning with a star; all of them must be there.</summary>
internal sealed partial class SoslSyntax
{
    private static readonly string[] EveryObject = ["Lead", "Contact", "Account"];

    /// <param name="Soql">The query that gives the object's records and the fields to show.</param>
    internal sealed record Returned(string Soql, int? Limit);

    private readonly IReadOnlyList<string> words;
    private readonly string within;

    private SoslSyntax(string term, string within, IReadOnlyList<Returned> returning, int? limit)
    {
        words = [.. Words(term, keepStars: true)];
        this.within = within.ToUpperInvariant();
        (Returning, Limit) = (returning, limit);
    }

    public IReadOnlyList<Returned> Returning { get; }
    public int? Limit { get; }

    /// <exception cref="ApiException">MALFORMED_SEARCH.</exception>
    public static SoslSyntax Read(string sosl)
    {
        var match = Whole().Match(sosl);
        if (!match.Success)
        {
            throw Malformed(
                sosl.Contains('{', StringComparison.Ordinal)
                    ? "unexpected token in the search"
                    : "No search term found. The search term must be enclosed in braces."
            );
        }

        var returning = match.Groups["returning"].Success
            ? Item()
                .Matches(match.Groups["returning"].Value)
                .Select(item => ReturnedOf(item.Groups["object"].Value, item.Groups["inner"].Value))
                .ToList()
            : [];
        return new(
            Unescaped(match.Groups["term"].Value),
            match.Groups["in"].Success ? match.Groups["in"].Value : "ALL",
            returning.Count > 0 ? returning : [.. EveryObject.Select(name => ReturnedOf(name, ""))],
            match.Groups["limit"].Success ? int.Parse(match.Groups["limit"].Value, CultureInfo.InvariantCulture) : null
        );
    }

    public static SoslSyntax Of(
        string? term,
        string? within,
        IEnumerable<(string Object, string[]? Fields, int? Limit)> objects,
        int? limit
    )
    {
        if (term is not { Length: >= 2 })
            throw Malformed("search term must be longer than one character");
        var returning = objects
            .Select(one => new Returned(
                $"SELECT {string.Join(',', one.Fields ?? ["Id"])} FROM {one.Object}",
                one.Limit
            ))
            .ToList();
        return new(
            term,
            within ?? "ALL",
            returning.Count > 0 ? returning : [.. EveryObject.Select(name => ReturnedOf(name, ""))],
            limit
        );
    }

    public bool Matches(SObject type, Record record)
    {
        var texts = type
            .VisibleFields.Where(field => field.IsText && IsWithin(field))
            .Select(field => record[field.Name] as string)
            .OfType<string>()
            .Select(text => Words(text, keepStars: false).ToList())
            .ToList();
        return words.Count > 0 && words.All(word => texts.Exists(text => text.Exists(one => Fits(word, one))));
    }

    private bool IsWithin(Field field) =>
        within switch
        {
            "EMAIL" => field.Type == FieldType.Email,
            "PHONE" => field.Type == FieldType.Phone,
            "NAME" => field.NameField || field.PartOf == "Name" || field.Name == "Company",
            _ => true,
        };

    private static bool Fits(string wanted, string word) =>
        wanted.EndsWith('*')
            ? word.StartsWith(wanted[..^1], StringComparison.Ordinal)
            : string.Equals(word, wanted, StringComparison.Ordinal);

    private static IEnumerable<string> Words(string text, bool keepStars) =>
        Word()
            .Matches(text.ToLowerInvariant())
            .Select(match => keepStars ? match.Value : match.Value.TrimEnd('*'))
            .Where(word => word.Trim('*').Length > 0);

    private static Returned ReturnedOf(string objectName, string inner)
    {
        var clause = Clause().Match(inner);
        var fields = (clause.Success ? inner[..clause.Index] : inner).Trim();
        var rest = clause.Success ? inner[clause.Index..] : "";
        return new($"SELECT {(fields.Length == 0 ? "Id" : fields)} FROM {objectName} {rest}", null);
    }

    private static string Unescaped(string term)
    {
        var text = new StringBuilder();
        for (var i = 0; i < term.Length; i++)
            text.Append(term[i] == '\\' && i + 1 < term.Length ? term[++i] : term[i]);
        return text.ToString().Trim('"');
    }

    private static ApiException Malformed(string message) => new(400, new ApiError("MALFORMED_SEARCH", message));

    [GeneratedRegex(
        @"^\s*FIND\s*\{(?<term>(\\.|[^\\}])+)\}(\s*IN\s+(?<in>ALL|NAME|EMAIL|PHONE|SIDEBAR)\s+FIELDS)?(\s+RETURNING\s+(?<returning>\w+\s*(\([^()]*(\([^()]*\)[^()]*)*\))?(\s*,\s*\w+\s*(\([^()]*(\([^()]*\)[^()]*)*\))?)*))?(\s+LIMIT\s+(?<limit>\d{1,5}))?\s*$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        Timeout.Infinite
    )]
    private static partial Regex Whole();

    [GeneratedRegex(
        @"(?<object>\w+)\s*(\((?<inner>[^()]*(\([^()]*\)[^()]*)*)\))?(\s*,\s*|$)",
        RegexOptions.ExplicitCapture,
        Timeout.Infinite
    )]
    private static partial Regex Item();

    [GeneratedRegex(
        @"\b(WHERE|ORDER\s+BY|LIMIT|OFFSET)\b",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        Timeout.Infinite
    )]
    private static partial Regex Clause();

    [GeneratedRegex(@"[\p{L}\p{Nd}]+\*?", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex Word();
}
