using Npgsql;

namespace LeadSync.Push.Tests.Model;

/// <summary>
/// What the model is worth: each fault of the engine must be found, within the steps that are stated here. Takes some
/// minutes, so it runs only when asked for: <c>./test --explicit only --filter-class '*When_a_fault_is_planted'</c>.
/// </summary>
public sealed class When_a_fault_is_planted(VirtualTime time, ITestOutputHelper output) : IClassFixture<VirtualTime>
{
    private const int Worlds = 60;
    private const int StepsOfOne = 400;

    public static readonly TheoryData<string> Faults = [.. Planted.All.Keys];

    [Theory(Explicit = true)]
    [MemberData(nameof(Faults))]
    public async Task It_is_found(string fault)
    {
        var planted = Planted.All[fault];
        await using var altered = new AlteredStatements(time.Place.Runtime, planted.Statement);
        await using var database = time.NewEngine(altered.ConnectionString);

        var broken = await FirstBrokenAsync(database);

        altered.Altered.ShouldBePositive("the engine sends the statement that is altered here");
        broken.ShouldNotBeNull($"no promise was seen broken in {Worlds} worlds of {StepsOfOne} steps");
        output.WriteLine(broken.Message);
        planted.Promises.ShouldContain(broken.Promise, broken.Message);
    }

    private async Task<PromiseBrokenException?> FirstBrokenAsync(NpgsqlDataSource database)
    {
        for (var seed = 1; seed <= Worlds; seed++)
        {
            var (_, broken) = await ModelRun.OfAsync(time, database, seed, StepsOfOne);
            if (broken is not null)
                return broken;
        }
        return null;
    }
}
