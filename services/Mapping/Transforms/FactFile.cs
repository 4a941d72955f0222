using System.Text;

namespace LeadSync.Mapping.Transforms;

/// <summary>Facts that no code holds: a row a line, <c>|</c> between columns, <c>#</c> before a remark.</summary>
internal static class FactFile
{
    /// <param name="name">Of a file in <c>Facts</c>, as <c>countries.txt</c>.</param>
    public static IReadOnlyList<string[]> Rows(string name)
    {
        using var file =
            typeof(FactFile).Assembly.GetManifestResourceStream($"LeadSync.Mapping.Transforms.Facts.{name}")
            ?? throw new InvalidOperationException($"Reading the facts {name}, which the build left out.");
        using var text = new StreamReader(file, Encoding.UTF8);
        return
        [
            .. text.ReadToEnd()
                .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Where(line => !line.StartsWith('#'))
                .Select(line => line.Split('|')),
        ];
    }
}
