using System.Globalization;
using System.Text;
using LeadSync.Testing;

namespace LeadSync.Bench.Figures;

/// <summary>The figures in <c>docs/performance.md</c>: written between two marks, everything around them by people.</summary>
public static class FigurePage
{
    private const string Begin = "<!-- figures: written by ./bench --write-docs -->";
    private const string End = "<!-- end of figures -->";

    public static string Path { get; } = System.IO.Path.Combine(Checkout.Root, "docs", "performance.md");

    public static async Task WriteAsync(Results results)
    {
        var page = await File.ReadAllTextAsync(Path);
        await File.WriteAllTextAsync(Path, Put(page, results));
    }

    /// <exception cref="InvalidOperationException">The page has no place for figures.</exception>
    public static string Put(string page, Results results)
    {
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        return begin >= 0 && end > begin
            ? $"{page[..(begin + Begin.Length)]}\n\n{Text(results)}\n{page[end..]}"
            : throw new InvalidOperationException($"{Path} has no lines '{Begin}' and '{End}' to write between.");
    }

    private static string Text(Results results)
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"On {results.Machine.Text}. {results.Leads:N0} leads; medians of {results.Runs} {(results.Runs == 1 ? "run" : "runs")}.\n"
        );
        foreach (var part in results.Figures.GroupBy(figure => figure.Part, StringComparer.Ordinal))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"\n### {part.Key}\n\n| | median | | of the runs | of two hops | load |\n|---|---:|---|---|---|---|\n"
            );
            foreach (var figure in part)
            {
                var name = figure.Remark is null ? figure.Name : $"{figure.Name} ({figure.Remark})";
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| {name} | {Texts.Of(figure.Median)} | {figure.Unit} | {Texts.Spread(figure)} | {Texts.Ratio(figure)} | {Texts.Load(figure)} |\n"
                );
            }
        }
        foreach (var skipped in results.Skipped)
            text.Append(CultureInfo.InvariantCulture, $"\nNot measured: {skipped}\n");
        foreach (var failure in results.Failures)
            text.Append(CultureInfo.InvariantCulture, $"\n**Failed:** {failure}\n");
        return text.ToString();
    }
}
