using System.Text.RegularExpressions;
using LeadSync.Contracts;
using LeadSync.Crm.Salesforce;

namespace LeadSync.Conventions.Tests;

/// <summary>How the code is named and what it never does.</summary>
public sealed partial class The_code
{
    private static readonly string[] Roots = ["contracts", "services", "tests", "deploy"];

    // Folders are what a service does; a folder of a technical kind spreads one change over many.
    private static readonly string[] TechnicalKinds =
    [
        "Helpers",
        "Utils",
        "Utilities",
        "Managers",
        "Common",
        "Shared",
        "Misc",
        "Consumers",
        "Handlers",
        "Repositories",
        "Models",
        "Dtos",
        "Interfaces",
        "Enums",
        "Extensions",
    ];

    [Fact]
    public void Folders_say_what_is_done_in_them() =>
        Tree.Folders(Roots).Intersect(TechnicalKinds, StringComparer.OrdinalIgnoreCase).ShouldBeEmpty();

    [Fact]
    public void Types_say_what_they_are() =>
        Tree.Lines(Tree.Files("services", "*.cs").Concat(Tree.Files("contracts", "*.cs")), EmptyName()).ShouldBeEmpty();

    [Fact]
    public void Nothing_is_left_for_later() =>
        Tree.Lines(
                Roots
                    .SelectMany(root => Tree.Files(root, "*.cs"))
                    .Where(path => !path.EndsWith("The_code.cs", StringComparison.Ordinal)),
                LeftForLater()
            )
            .ShouldBeEmpty();

    [Fact]
    public void Sql_is_written_in_lower_case() =>
        Sql(literal => ShoutedSql().IsMatch(literal.Text)).Where(place => !IsOfSoql(place)).ShouldBeEmpty();

    // Migrator makes databases and logins, whose names no statement takes as parameters.
    [Fact]
    public void Sql_takes_values_as_parameters_only() =>
        Sql(literal => IsSql(literal) && (literal.IsJoined || literal.Holes.Any(hole => !IsFixedText(hole))))
            .Where(place => !place.StartsWith("services/Hosting/Data/Migrator.cs:", StringComparison.Ordinal))
            .Where(place => !IsOfSoql(place))
            .ShouldBeEmpty();

    [Fact]
    public void Nothing_is_ever_deleted_in_a_crm() =>
        Tree.Lines(Tree.Files("services/Crm", "*.cs").Concat(Tree.Files("services/Push", "*.cs")), DeleteVerb())
            .ShouldBeEmpty();

    [Fact]
    public void Tests_wait_in_one_place_only() =>
        Tree.Lines(
                Tree.Files("tests", "*.cs")
                    .Where(path =>
                        path != "tests/Testing/Eventually.cs"
                        && !path.StartsWith("tests/CrmSimulator/", StringComparison.Ordinal)
                    ),
                Waits()
            )
            .ShouldBeEmpty();

    [Fact]
    public void Every_failure_that_a_crm_can_give_is_in_the_catalogue() =>
        SalesforceErrors.Codes.Except(FailureCatalogue.All.Keys, StringComparer.Ordinal).ShouldBeEmpty();

    [Fact]
    public void Kinds_of_failure_are_made_in_the_catalogue_only() =>
        Tree.Lines(Tree.Files("services", "*.cs"), NewKind()).ShouldBeEmpty();

    private static IEnumerable<string> Sql(Func<Literal, bool> isWrong) =>
        from path in Tree.Files("services", "*.cs")
        from literal in Tree.Literals(path)
        where isWrong(literal)
        select $"{path}: {literal.Text.Trim().Split('\n')[0]}";

    // What Salesforce calls SQL begins in one file, which takes names only and escapes every text.
    private static bool IsOfSoql(string place) =>
        place.StartsWith("services/Crm/Salesforce/SoqlText.cs:", StringComparison.Ordinal);

    // A constant (Columns, ConnectionStatus.Connected), or a choice between two literals.
    private static bool IsFixedText(string hole) => FixedText().IsMatch(hole);

    private static bool IsSql(Literal literal) => SqlStatement().IsMatch(literal.Text);

    [GeneratedRegex(
        """^([A-Z]\w*(\.[A-Z]\w*)*|[^?"]*\?\s*"[^"]*"\s*:\s*"[^"]*"\s*\)?\s*)\z""",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        Timeout.Infinite
    )]
    private static partial Regex FixedText();

    [GeneratedRegex(
        @"^\s*(with\s+(recursive\s+)?\w+\s+as\b|select\s.+\sfrom\s|insert\s+into\s|update\s+\w+(\s+\w+)?\s+set\s|delete\s+from\s|merge\s+into\s)",
        RegexOptions.Singleline
            | RegexOptions.IgnoreCase
            | RegexOptions.ExplicitCapture
            | RegexOptions.CultureInvariant,
        Timeout.Infinite
    )]
    private static partial Regex SqlStatement();

    [GeneratedRegex(
        @"\b(SELECT\s+[\w*].*\sFROM|INSERT\s+INTO|DELETE\s+FROM|ON\s+CONFLICT|ORDER\s+BY|FOR\s+UPDATE)\b",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        Timeout.Infinite
    )]
    private static partial Regex ShoutedSql();

    [GeneratedRegex(
        @"\b(class|struct|interface|enum|record)\s+\w*(Manager|Helper|Helpers|Util|Utils|Base|Data|Info)\b",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        Timeout.Infinite
    )]
    private static partial Regex EmptyName();

    [GeneratedRegex(
        @"\b(TODO|FIXME|HACK|XXX)\b",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        Timeout.Infinite
    )]
    private static partial Regex LeftForLater();

    [GeneratedRegex(
        @"HttpMethod\.Delete|""DELETE""|([Cc]lient|[Hh]ttp)\.DeleteAsync",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        Timeout.Infinite
    )]
    private static partial Regex DeleteVerb();

    [GeneratedRegex(
        @"\b(Task\.Delay|Thread\.Sleep)\(",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        Timeout.Infinite
    )]
    private static partial Regex Waits();

    [GeneratedRegex(@"new FailureKind\(", RegexOptions.CultureInvariant, Timeout.Infinite)]
    private static partial Regex NewKind();
}
