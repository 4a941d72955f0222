namespace LeadSync.Push.Tests.Matching;

/// <summary>Runs the cases of <c>decisions.md</c> beside this, and the examples of docs/rules.md, over the pure functions.</summary>
public sealed class The_table_of_decisions
{
    private static readonly IReadOnlyList<DecisionCase> Cases = DecisionCase.In(
        "tests",
        "Push.Tests",
        "Matching",
        "decisions.md"
    );

    private static readonly IReadOnlyList<DecisionCase> Examples = DecisionCase.In("docs", "rules.md");

    public static TheoryData<string> Titles => [.. Cases.Select(one => one.Title)];

    public static TheoryData<string> ExampleTitles => [.. Examples.Select(one => one.Title)];

    [Theory]
    [MemberData(nameof(Titles))]
    public void It_is_decided_as_it_says(string title) => Check(Cases, title);

    [Theory]
    [MemberData(nameof(ExampleTitles))]
    public void The_page_says_what_is_so(string title) => Check(Examples, title);

    [Fact]
    public void It_is_long_and_says_nothing_twice()
    {
        Cases.Count.ShouldBeGreaterThanOrEqualTo(100);
        Cases.Concat(Examples).Select(one => one.Title).ShouldBeUnique(StringComparer.Ordinal);
    }

    private static void Check(IReadOnlyList<DecisionCase> cases, string title)
    {
        var one = cases.Single(one => one.Title == title);
        one.Decide().ShouldBe(one.Expected);
    }
}
