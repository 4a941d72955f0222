namespace LeadSync.Bench.Tests;

public sealed class When_the_command_line_is_read
{
    [Fact]
    public void Without_a_part_all_of_them_are_measured() =>
        BenchOptions.Parse([]).Parts.ShouldBe(BenchOptions.AllParts);

    [Fact]
    public void Parts_run_in_their_own_order_and_options_stand_anywhere()
    {
        var options = BenchOptions.Parse(["latency", "--runs", "5", "throughput", "--only", "8 connections"]);

        options.Parts.ShouldBe(["throughput", "latency"]);
        options.Runs.ShouldBe(5);
        options.Only.ShouldBe("8 connections");
    }

    [Theory]
    [InlineData("speed")]
    [InlineData("--runs")]
    [InlineData("--runs", "0")]
    [InlineData("--leads", "many")]
    [InlineData("--json")]
    public void What_cannot_be_understood_is_refused(params string[] arguments) =>
        Should.Throw<OptionException>(() => BenchOptions.Parse(arguments));
}
