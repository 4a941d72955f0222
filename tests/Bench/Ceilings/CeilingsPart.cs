using LeadSync.Bench.Figures;

namespace LeadSync.Bench.Ceilings;

/// <summary>What the same machine does for plain clients, so that every other figure can be held against it.</summary>
public sealed class CeilingsPart(Session bench)
{
    private const int InList = 200;

    public async Task RunAsync(CancellationToken stop)
    {
        var runs = bench.Options.Runs;
        foreach (var leadsInMessage in (int[])[1, InList])
        {
            bench.Say($"broker, {leadsInMessage} in a message …");
            foreach (var figure in await BrokerCeilings.OneHopAsync(runs, leadsInMessage, stop))
                Tell(figure);
        }
        await bench.MeasureTwoHopsAsync(stop);
        Tell(await BrokerCeilings.TwoHopsAsync(runs, InList, stop));
        bench.Say("PostgreSQL …");
        Tell(await PlainCeilings.InsertAsync(runs, connections: 1, stop));
        Tell(await PlainCeilings.InsertAsync(runs, connections: 4, stop));
        bench.Say("HTTP …");
        Tell(await PlainCeilings.CreateAsync(runs, bench.Options.Leads, stop));
    }

    private void Tell(Figure figure)
    {
        bench.Add(figure);
        bench.Say($"  {figure.Name}: {Texts.Of(figure.Median)} {figure.Unit}");
    }
}
