using System.Globalization;
using LeadSync.Bench.Machines;

namespace LeadSync.Bench.Figures;

/// <summary>Figures as people read them: three digits that count, no more.</summary>
public static class Texts
{
    public static string Of(double value) =>
        Math.Abs(value) switch
        {
            >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
            >= 10 => value.ToString("0.#", CultureInfo.InvariantCulture),
            0 => "0",
            _ => value.ToString("0.##", CultureInfo.InvariantCulture),
        };

    /// <summary>The lowest and the highest run; nothing of a single one.</summary>
    public static string Spread(Figure figure) =>
        figure.Runs.Count > 1 ? $"{Of(figure.Lowest)} – {Of(figure.Highest)}" : "one run";

    /// <summary>Load average, cores busy with other things, and what was stolen: the worst of the runs.</summary>
    public static string Load(Figure figure)
    {
        var loads = figure.Runs.Select(run => run.Load).OfType<Load>().ToList();
        if (loads.Count == 0)
            return "";
        var others = loads.Max(load => load.OtherCores) is { } cores ? $", others {Of(cores)}" : "";
        var stolen = loads.Max(load => load.StolenPercent);
        return $"{Of(loads.Max(load => load.Average))}{others}{(stolen > 0 ? $", steal {Of(stolen)} %" : "")}";
    }

    public static string Ratio(Figure figure) =>
        figure.OfCeiling is { } part ? part.ToString("0.00", CultureInfo.InvariantCulture) : "";
}
