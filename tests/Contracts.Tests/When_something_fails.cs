using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using LeadSync.Testing;

namespace LeadSync.Contracts.Tests;

public sealed partial class When_something_fails
{
    private static readonly IReadOnlyList<FailureKind> Declared =
    [
        .. typeof(FailureCatalogue)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.FieldType == typeof(FailureKind))
            .Select(field => (FailureKind)field.GetValue(null)!),
    ];

    [Fact]
    public void Every_kind_of_failure_is_in_the_catalogue_once()
    {
        Declared.ShouldNotBeEmpty();
        FailureCatalogue
            .All.Values.OrderBy(kind => kind.Code, StringComparer.Ordinal)
            .ShouldBe(Declared.OrderBy(kind => kind.Code, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_kind_says_why_and_what_to_do()
    {
        Declared.ShouldAllBe(kind => CodePattern().IsMatch(kind.Code));
        Declared.ShouldAllBe(kind => kind.Cause.EndsWith('.') && kind.Fix.EndsWith('.'));
    }

    [Fact]
    public void The_page_of_failures_is_what_the_catalogue_says() =>
        Written.ShouldBeCurrent(Path.Combine(Checkout.Root, "docs", "failures.md"), Page());

    private static string Page()
    {
        var page = new StringBuilder()
            .Append("# What can fail\n\n")
            .Append(
                "Every code that LeadSync tells of: in events (`SyncFailed`), in HTTP answers (`code`) and on screens. "
            )
            .Append(
                "*Transient* ones pass by themselves and are tried again; the others wait until somebody has mended "
            )
            .Append("what the fix says. Written from `contracts/FailureCatalogue.cs`.\n\n")
            .Append("| code | why | what to do | transient |\n|---|---|---|---|\n");
        foreach (var kind in Declared)
            page.Append(
                System.Globalization.CultureInfo.InvariantCulture,
                $"| `{kind.Code}` | {kind.Cause} | {kind.Fix} | {(kind.Transient ? "yes" : "")} |\n"
            );
        return page.ToString();
    }

    [GeneratedRegex(@"^[A-Z][A-Z_]*[A-Z]\z", RegexOptions.CultureInvariant, Timeout.Infinite)]
    private static partial Regex CodePattern();
}
