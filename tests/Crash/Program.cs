using System.Globalization;
using System.Runtime.InteropServices;
using LeadSync.Crash;
using LeadSync.Crash.Mutants;
using LeadSync.Crash.Trials;
using LeadSync.Testing;

const int Interrupted = 130;
var options = Options.Read(args);
if (options is null)
    return 2;
using var end = new CancellationTokenSource();

// Servers and services are processes of their own: whoever ends this ends them too.
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
await using var servers = new PrivateServers(home: Environment.GetEnvironmentVariable("LEADSYNC_CRASH_HOME"));
try
{
    await servers.InitializeAsync();
    var isClean = await RunAsync();
    return end.IsCancellationRequested ? Interrupted
        : isClean ? 0
        : 1;
}
catch (OperationCanceledException) when (end.IsCancellationRequested)
{
    return Interrupted;
}

async Task<bool> RunAsync()
{
    var isClean = true;
    if (options.Command is "all" or "matrix" or "replay")
    {
        await using var house = new CrashHouse(servers);
        await house.StartAsync();
        var trials = options.Command == "replay" ? 1 : options.Trials;
        var report = await new Matrix(house, Console.WriteLine).RunAsync(
            options.Seed,
            trials,
            options.Command == "matrix" ? options.Only : "",
            end.Token
        );
        Tell(report.ToString());
        if (options.Json is { } file)
            await File.WriteAllTextAsync(file, report.ToJson(), end.Token);
        // None tried is none passed.
        isClean &= report.IsClean && report.Results.Count > 0;
    }
    if (options.Command is "all" or "mutants")
    {
        var results = await new TryMutants(servers, Console.WriteLine).RunAsync(
            [.. Planted.All.Where(mutant => mutant.Name.Contains(options.Only, StringComparison.OrdinalIgnoreCase))],
            end.Token
        );
        Tell(TryMutants.Table(results));
        // None tried is none caught: a name that no mutant has must not look like success.
        isClean &= results.Count > 0 && results.All(result => result.IsCaught);
    }
    if (options.Command is "all" or "soak")
    {
        await using var house = new CrashHouse(servers);
        await house.StartAsync(Soak.PushReplicas);
        var report = await new Soak(house, options.Seed, Console.WriteLine).RunAsync(
            TimeSpan.FromMinutes(options.Minutes),
            end.Token
        );
        Tell(report.ToString());
        isClean &= report.IsClean;
    }
    return isClean;
}

void End(PosixSignalContext context)
{
    context.Cancel = true;
    end.Cancel();
}

static void Tell(string report)
{
    Console.WriteLine();
    Console.WriteLine(report);
}

namespace LeadSync.Crash
{
    /// <summary>What was asked for on the command line.</summary>
    internal sealed record Options(string Command, int Trials, int Seed, int Minutes, string? Json, string Only = "")
    {
        private static readonly string[] Commands = ["all", "matrix", "soak", "mutants", "replay"];

        /// <summary>Null when it cannot be understood; what is wrong was told then.</summary>
        public static Options? Read(string[] args)
        {
            var command = args.Length > 0 && !args[0].StartsWith('-') ? args[0] : "all";
            var options = new Options(command, 500, Random.Shared.Next(1, 1_000_000), 20, null);
            if (!Commands.Contains(command, StringComparer.Ordinal))
                return Refuse($"'{command}' is no command");
            var rest = args.SkipWhile(argument => argument == command).ToArray();
            for (var at = 0; at < rest.Length; at += 2)
            {
                var value = at + 1 < rest.Length ? rest[at + 1] : "";
                var isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
                switch (rest[at])
                {
                    case "--trials" when isNumber:
                        options = options with { Trials = number };
                        break;
                    case "--seed" when isNumber:
                        options = options with { Seed = number };
                        break;
                    case "--minutes" when isNumber:
                        options = options with { Minutes = number };
                        break;
                    case "--only" when value.Length > 0:
                        options = options with { Only = value };
                        break;
                    case "--json" when value.Length > 0:
                        options = options with { Json = value };
                        break;
                    default:
                        return Refuse($"'{rest[at]} {value}' cannot be understood");
                }
            }
            return options;
        }

        private static Options? Refuse(string reason)
        {
            Console.Error.WriteLine($"{reason}; ./crash --help tells what can be asked for");
            return null;
        }
    }
}
