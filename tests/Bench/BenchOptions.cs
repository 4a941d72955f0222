using System.Globalization;

namespace LeadSync.Bench;

/// <summary>What was asked for on the command line; <c>./bench --help</c> explains it.</summary>
public sealed record BenchOptions
{
    /// <summary>Every part there is, in the order in which they run.</summary>
    public static IReadOnlyList<string> AllParts { get; } =
    ["ceilings", "throughput", "latency", "fairness", "costs", "replicas", "jsforce"];

    public IReadOnlyList<string> Parts { get; init; } = AllParts;

    /// <summary>How often each figure is got.</summary>
    public int Runs { get; init; } = 3;

    /// <summary>Of each run; ten times as many burst or wait where fairness is measured.</summary>
    public int Leads { get; init; } = 20_000;

    /// <summary>Sent before the first run of a case, for compilers and caches: with fewer, the first run costs five times as much.</summary>
    public int WarmLeads => Math.Max(5_000, Leads / 4);

    /// <summary>Only cases whose names hold this.</summary>
    public string? Only { get; init; }

    public string? Json { get; init; }

    public bool WriteDocs { get; init; }

    /// <summary>Measure nothing: take the figures of an earlier session.</summary>
    public string? From { get; init; }

    /// <exception cref="OptionException">Something is no option, or has no value that it could have.</exception>
    public static BenchOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new BenchOptions();
        var parts = new List<string>();
        for (var at = 0; at < arguments.Count; at++)
        {
            var argument = arguments[at];
            options = argument switch
            {
                "--runs" => options with { Runs = Number(1, 100) },
                "--leads" => options with { Leads = Number(100, 1_000_000) },
                "--only" => options with { Only = Value() },
                "--json" => options with { Json = Value() },
                "--from" => options with { From = Value() },
                "--write-docs" => options with { WriteDocs = true },
                _ when AllParts.Contains(argument, StringComparer.Ordinal) => options,
                _ => throw new OptionException(
                    $"'{argument}' is neither a part nor an option; ./bench --help lists them"
                ),
            };
            if (!argument.StartsWith('-'))
                parts.Add(argument);

            string Value() =>
                ++at < arguments.Count ? arguments[at] : throw new OptionException($"{argument} needs a value");

            int Number(int least, int most) =>
                int.TryParse(Value(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number >= least
                && number <= most
                    ? number
                    : throw new OptionException($"{argument} needs a number from {least} to {most}");
        }
        return parts.Count == 0
            ? options
            : options with
            {
                Parts = [.. AllParts.Where(part => parts.Contains(part, StringComparer.Ordinal))],
            };
    }
}

/// <summary>The command line cannot be understood; the message says what of it.</summary>
public sealed class OptionException(string message) : Exception(message);
