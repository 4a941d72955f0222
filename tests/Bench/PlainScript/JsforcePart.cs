using System.Globalization;
using LeadSync.Bench.Ceilings;
using LeadSync.Bench.Figures;
using LeadSync.Bench.Houses;
using LeadSync.Bench.Machines;
using LeadSync.CrmSimulator;

namespace LeadSync.Bench.PlainScript;

/// <summary>
/// What a plain script with jsforce takes for the same leads against the same simulated CRM: looked for by address, created or
/// updated. It keeps no promise; the difference is what the promises cost.
/// </summary>
public sealed class JsforcePart(Session bench)
{
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            var script = await NodeScript.InstallAsync(stop);
            foreach (var pace in (CrmPace[])[CrmPace.AtOnce, CrmPace.Realistic])
            {
                if (bench.IsWanted(pace.Text))
                    await MeasureAsync(script, pace, stop);
            }
        }
        catch (NoNodeException fault)
        {
            bench.Skip($"jsforce: {fault.Message}");
        }
    }

    private async Task MeasureAsync(NodeScript script, CrmPace pace, CancellationToken stop)
    {
        bench.Say($"{pace.Text} …");
        var (created, updated) = (new List<Run>(), new List<Run>());
        for (var run = 1; run <= bench.Options.Runs; run++)
        {
            await using var crm = await Simulator.StartAsync();
            crm.Org.Settings = crm.Org.Settings with
            {
                LatencyMilliseconds = pace.Milliseconds,
                LatencyPerRecordMilliseconds = pace.MillisecondsPerRecord,
            };
            created.Add(await PushAsync(script, crm, "new", stop));
            updated.Add(await PushAsync(script, crm, "known", stop));
            if (crm.Org.Records("Lead").Count != bench.Options.Leads)
                bench.Results.Failures.Add(
                    $"jsforce: {crm.Org.Records("Lead").Count} records of {bench.Options.Leads}"
                );
            bench.Say($"  {Texts.Of(created[^1].Value)} created, {Texts.Of(updated[^1].Value)} updated a second");
        }
        bench.Add(new Figure("jsforce", $"plain script, everybody new, {pace.Text}", "leads/s", created));
        bench.Add(new Figure("jsforce", $"plain script, everybody known, {pace.Text}", "leads/s", updated));
    }

    private async Task<Run> PushAsync(NodeScript script, Simulator crm, string title, CancellationToken stop)
    {
        using var http = new HttpClient(new SocketsHttpHandler());
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["INSTANCE"] = crm.Address.ToString().TrimEnd('/'),
            ["TOKEN"] = await CrmSession.TokenAsync(crm, http, stop),
            ["LEADS"] = bench.Options.Leads.ToString(CultureInfo.InvariantCulture),
            ["TITLE"] = title,
        };
        var watch = new LoadWatch(() => null);
        var seconds = double.Parse(await script.PushAsync(environment, stop), CultureInfo.InvariantCulture);
        return new Run(bench.Options.Leads / seconds, watch.Read());
    }
}
