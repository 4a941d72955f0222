using System.Runtime.InteropServices;
using LeadSync.Bench;
using LeadSync.Bench.Ceilings;
using LeadSync.Bench.Costs;
using LeadSync.Bench.Fairness;
using LeadSync.Bench.Figures;
using LeadSync.Bench.Houses;
using LeadSync.Bench.Latency;
using LeadSync.Bench.Machines;
using LeadSync.Bench.PlainScript;
using LeadSync.Bench.Replicas;
using LeadSync.Bench.Throughput;
using LeadSync.Testing;
using Npgsql;
using Spectre.Console;

// ./bench builds and starts this program, beside servers of its own; its --help says what each part measures.
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, StopOnce);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, StopOnce);
var console = AnsiConsole.Console;
if (Console.IsOutputRedirected)
{
    console = AnsiConsole.Create(
        new AnsiConsoleSettings { Ansi = AnsiSupport.No, Interactive = InteractionSupport.No }
    );
    console.Profile.Width = 180;
}

try
{
    var options = BenchOptions.Parse(args);
    var results = options.From is null ? await MeasureAsync(options) : await Results.ReadAsync(options.From);
    foreach (var part in results.Figures.GroupBy(figure => figure.Part, StringComparer.Ordinal))
        console.Write(FigureTables.Of(part.Key, part));
    if (options.WriteDocs)
        await FigurePage.WriteAsync(results);
    foreach (var failure in results.Failures)
        await Console.Error.WriteLineAsync($"FAILED: {failure}");
    return results.Failures.Count == 0 ? 0 : 1;
}
catch (OptionException fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return 2;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}

async Task<Results> MeasureAsync(BenchOptions options)
{
    var results = new Results(await LookAsync(), options.Leads, options.Runs);
    var bench = new Session(options, results, console);
    bench.Say($"On {results.Machine.Text}.");
    bench.Say(
        "The simulated CRM and whoever sends the leads live in this process, beside the services and their servers."
    );
    if (options.Runs < 3)
        bench.Say($"Medians of {options.Runs}: fewer than three runs tell little.");
    foreach (var part in options.Parts)
    {
        stop.Token.ThrowIfCancellationRequested();
        bench.Say($"== {part}");
        try
        {
            await RunAsync(bench, part);
        }
        finally
        {
            // What is there already stays, also of a part that is broken off.
            if (options.Json is not null)
                await results.WriteAsync(options.Json);
        }
    }
    return results;
}

Task RunAsync(Session bench, string part) =>
    part switch
    {
        "throughput" => new ThroughputPart(bench).RunAsync(stop.Token),
        "latency" => new LatencyPart(bench).RunAsync(stop.Token),
        "fairness" => new FairnessPart(bench).RunAsync(stop.Token),
        "costs" => new CostsPart(bench).RunAsync(stop.Token),
        "replicas" => new ReplicasPart(bench).RunAsync(stop.Token),
        "ceilings" => new CeilingsPart(bench).RunAsync(stop.Token),
        "jsforce" => new JsforcePart(bench).RunAsync(stop.Token),
        _ => throw new OptionException($"'{part}' is no part"),
    };

static async Task<Machine> LookAsync()
{
    await using var connection = new NpgsqlConnection(Servers.Postgres);
    await connection.OpenAsync();
    await using var broker = new TestBroker();
    using var figures = new BrokerFigures(broker);
    return await Machine.LookAsync(
        connection.PostgreSqlVersion.ToString(),
        await figures.VersionAsync(),
        TimeProvider.System
    );
}

// The first asks to stop, and stopping takes seconds; the second ends this program at once and leaves the rest running.
void StopOnce(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
