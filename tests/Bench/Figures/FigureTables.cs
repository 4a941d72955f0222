using Spectre.Console;

namespace LeadSync.Bench.Figures;

/// <summary>The figures of a part as a table for the terminal.</summary>
public static class FigureTables
{
    public static Table Of(string part, IEnumerable<Figure> figures)
    {
        var table = new Table()
            .Border(TableBorder.Rounded)
            .Title(part)
            .AddColumns("", "median", "", "of the runs", "of two hops", "load");
        table.Columns[1].RightAligned();
        foreach (var figure in figures)
        {
            table.AddRow(
                new Text(figure.Remark is null ? figure.Name : $"{figure.Name} ({figure.Remark})"),
                new Text(Texts.Of(figure.Median)),
                new Text(figure.Unit),
                new Text(Texts.Spread(figure)),
                new Text(Texts.Ratio(figure)),
                new Text(Texts.Load(figure))
            );
        }
        return table;
    }
}
