using Npgsql;

namespace LeadSync.Push.Tests.Model;

/// <summary>One world from its beginning to its end.</summary>
internal static class ModelRun
{
    private const int SettledEvery = 400;

    /// <summary>Gives what happened, and the first promise that was broken, if one was.</summary>
    public static async Task<(Story Story, PromiseBrokenException? Broken)> OfAsync(
        VirtualTime time,
        NpgsqlDataSource database,
        int seed,
        int steps
    )
    {
        await time.EmptyAsync();
        var engine = new Engine(
            database,
            new PushOptions
            {
                // So few that one lane has more than one batch.
                BatchSize = 2,
                SendWithin = TimeSpan.FromSeconds(10),
                LateCommit = TimeSpan.FromMinutes(1),
            },
            CrmCommitsWithin: TimeSpan.FromMinutes(1)
        );
        var thread = new OneThread(() => time.IsIdle);
        await using var world = new World(time, thread, engine, seed);
        try
        {
            thread.Within(() =>
            {
                while (world.Story.Step < steps)
                {
                    world.Step();
                    if (world.Story.Step % SettledEvery == 0)
                        world.Settle();
                }
            });
            return (world.Story, null);
        }
        catch (PromiseBrokenException broken)
        {
            return (world.Story, broken);
        }
    }
}
