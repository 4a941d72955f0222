using LeadSync.Bench.Figures;
using LeadSync.Bench.Machines;

namespace LeadSync.Bench.Tests;

public sealed class When_figures_are_told
{
    private static readonly Results Two = new(
        new Machine(2, 8L << 30, "a CPU", "a kernel", ".NET", "15", "3.10", "abc", DateTimeOffset.UnixEpoch),
        Leads: 20_000,
        Runs: 3
    )
    {
        Figures =
        [
            new Figure(
                "throughput",
                "lists",
                "leads/s",
                [new Run(900, new Load(1, 2, 0.5, 0)), new Run(1_500, null), new Run(1_000, null)]
            )
            {
                OfCeiling = 0.2,
            },
        ],
        Skipped = ["jsforce: no Node here"],
    };

    [Fact]
    public void The_median_is_the_middle_and_of_two_between_them()
    {
        Medians.Of([3, 1, 2]).ShouldBe(2);
        Medians.Of([4, 1]).ShouldBe(2.5);
        Should.Throw<ArgumentException>(() => Medians.Of([]));
    }

    [Fact]
    public void Small_ones_keep_digits_that_large_ones_do_not_need()
    {
        Texts.Of(1_234.56).ShouldBe("1,235");
        Texts.Of(12.34).ShouldBe("12.3");
        Texts.Of(0.4567).ShouldBe("0.46");
        Texts.Of(0).ShouldBe("0");
    }

    [Fact]
    public void The_page_keeps_what_people_wrote_around_them()
    {
        const string page = """
            before
            <!-- figures: written by ./bench --write-docs -->
            old
            <!-- end of figures -->
            after
            """;

        var written = FigurePage.Put(FigurePage.Put(page, Two), Two);

        written.ShouldStartWith("before\n");
        written.ShouldEndWith("\nafter");
        written.ShouldNotContain("old");
        written.Split("| lists | 1,000 | leads/s | 900 – 1,500 | 0.20 | 1, others 0.5 |").Length.ShouldBe(2);
        written.ShouldContain("Not measured: jsforce: no Node here");
        Should.Throw<InvalidOperationException>(() => FigurePage.Put("no place", Two));
    }

    [Fact]
    public async Task They_are_read_as_they_were_written()
    {
        var file = Path.GetTempFileName();
        try
        {
            await Two.WriteAsync(file);

            var read = await Results.ReadAsync(file);

            read.Figures.ShouldHaveSingleItem().Median.ShouldBe(1_000);
            read.Figures[0].Runs[0].Load.ShouldBe(new Load(1, 2, 0.5, 0));
            read.Machine.ShouldBe(Two.Machine);
            read.Skipped.ShouldBe(Two.Skipped);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
