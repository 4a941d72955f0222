using LeadSync.Crash.Mutants;
using LeadSync.Testing;

namespace LeadSync.Crash.Tests;

/// <summary>Mutants are text beside the code that they change: this holds that they still fit it.</summary>
public sealed class When_a_mutant_is_listed
{
    public static TheoryData<string> Names => [.. Planted.All.Select(mutant => mutant.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_it_changes_stands_in_the_source_exactly_once(string name)
    {
        var mutant = Planted.All.Single(one => one.Name == name);

        foreach (var edit in mutant.Edits)
            MutantTree
                .Apply(edit, File.ReadAllText(Path.Combine(Checkout.Root, edit.File)))
                .ShouldContain(edit.Replacement);
        Points.Find(mutant.Point).Name.ShouldBe(mutant.Point);
    }

    [Fact]
    public void A_text_that_stands_there_twice_is_refused() =>
        Should
            .Throw<InvalidOperationException>(() => MutantTree.Apply(new Edit("a.cs", "lock", ""), "lock, unlock"))
            .Message.ShouldContain("exactly once");
}
