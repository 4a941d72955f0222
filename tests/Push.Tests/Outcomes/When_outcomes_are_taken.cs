using Dapper;
using LeadSync.Push.Outcomes;
using LeadSync.Testing;

namespace LeadSync.Push.Tests.Outcomes;

/// <summary>Beside this the service's own relay takes outcomes; it cannot publish these, and gives each up at once.</summary>
public sealed class When_outcomes_are_taken(PushUnderTest push) : IClassFixture<PushUnderTest>
{
    [Fact]
    public async Task Nobody_else_takes_them_until_they_are_given_up()
    {
        var outcomes = new OutcomeStore(push.Database.Source);
        await AddAsync("given-up");

        await using (await TakeAsync(outcomes, "given-up"))
        {
            await using var others = await outcomes.TakeAsync(10, TestContext.Current.CancellationToken);
            others.Rows.ShouldNotContain(row => row.Workspace == "given-up");
        }
        await using var again = await TakeAsync(outcomes, "given-up");
        again.Rows.ShouldContain(row => row.Workspace == "given-up");
    }

    [Fact]
    public async Task Whoever_dies_with_them_leaves_them_to_others()
    {
        var outcomes = new OutcomeStore(push.Database.Source);
        await AddAsync("left");
        await using var dead = await TakeAsync(outcomes, "left");

        await using var database = await push.Database.Source.OpenConnectionAsync(
            TestContext.Current.CancellationToken
        );
        await database.ExecuteAsync(
            """
            select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and state = 'idle in transaction' and pid <> pg_backend_pid()
            """
        );

        await using var again = await TakeAsync(outcomes, "left");
        again.Rows.ShouldContain(row => row.Workspace == "left");
    }

    private async Task AddAsync(string workspace)
    {
        await using var database = await push.Database.Source.OpenConnectionAsync(
            TestContext.Current.CancellationToken
        );
        await database.ExecuteAsync(
            "insert into outcome (workspace, kind, body) values (@workspace, 'failed', '{}')",
            new { workspace }
        );
    }

    private static Task<TakenOutcomes> TakeAsync(OutcomeStore outcomes, string workspace) =>
        Eventually.Get(
            async () =>
            {
                var taken = await outcomes.TakeAsync(10, TestContext.Current.CancellationToken);
                if (taken.Rows.Any(row => row.Workspace == workspace))
                    return taken;
                await taken.DisposeAsync();
                return null;
            },
            $"the outcome of {workspace} is there to take"
        );
}
