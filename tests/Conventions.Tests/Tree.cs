using System.Text.RegularExpressions;
using System.Xml.Linq;
using LeadSync.Testing;

namespace LeadSync.Conventions.Tests;

/// <summary>The checkout as files: what people wrote, without what was built from it.</summary>
public static partial class Tree
{
    private static readonly string[] Built = ["bin", "obj", "node_modules", "TestResults"];

    /// <summary>Paths of the sources under a folder, relative to the checkout, with forward slashes.</summary>
    public static IReadOnlyList<string> Files(string folder, string pattern) =>
        [
            .. Directory
                .EnumerateFiles(Path.Combine(Checkout.Root, folder), pattern, SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(Checkout.Root, path).Replace('\\', '/'))
                .Where(path => !path.Split('/').Intersect(Built, StringComparer.Ordinal).Any())
                .Order(StringComparer.Ordinal),
        ];

    public static IEnumerable<string> Folders(params string[] roots) =>
        roots
            .SelectMany(root => Files(root, "*"))
            .SelectMany(path => path.Split('/')[1..^1])
            .Distinct(StringComparer.Ordinal);

    public static string Text(string path) => File.ReadAllText(Path.Combine(Checkout.Root, path));

    /// <summary>Names of the projects that a project refers to, as <c>Contracts</c>.</summary>
    public static IReadOnlyList<string> ProjectReferences(string project) =>
        [
            .. XDocument
                .Parse(Text(project))
                .Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value))
                .Select(name => name.Replace("LeadSync.", "", StringComparison.Ordinal)),
        ];

    /// <summary>The lines of these files that match, as <c>path:line: text</c>.</summary>
    public static IEnumerable<string> Lines(IEnumerable<string> files, Regex pattern) =>
        from path in files
        from line in Text(path).Split('\n').Select((text, index) => (Text: text, Number: index + 1))
        where pattern.IsMatch(line.Text)
        select $"{path}:{line.Number}: {line.Text.Trim()}";

    /// <summary>The text literals of a C# source.</summary>
    public static IEnumerable<Literal> Literals(string path) =>
        LiteralPattern()
            .Matches(Text(path))
            .Select(match => new Literal(
                match.Groups["raw"].Success ? match.Groups["raw"].Value : match.Groups["plain"].Value,
                match.Value.StartsWith('$') || match.Value.StartsWith("@$", StringComparison.Ordinal),
                match.Groups["joined"].Success
            ));

    // A line comment, which is passed over; a raw literal; a plain one.
    [GeneratedRegex(
        """"
            (?://[^\n]*) | (?<joined>\+\s*)? (?: \$*"""(?<raw>.*?)""" | [$@]{0,2}"(?<plain>(?:[^"\\\n]|\\.)*)" ) (?<joined>\s*\+)?
            """",
        RegexOptions.Singleline
            | RegexOptions.IgnorePatternWhitespace
            | RegexOptions.ExplicitCapture
            | RegexOptions.CultureInvariant,
        Timeout.Infinite
    )]
    private static partial Regex LiteralPattern();
}

/// <param name="IsInterpolated">Values are put into it.</param>
/// <param name="IsJoined">It is put together with something else by <c>+</c>.</param>
public sealed partial record Literal(string Text, bool IsInterpolated, bool IsJoined)
{
    /// <summary>What is put into it, as C#.</summary>
    public IEnumerable<string> Holes =>
        IsInterpolated ? Hole().Matches(Text).Select(match => match.Groups["hole"].Value.Trim()) : [];

    [GeneratedRegex(@"\{(?<hole>[^{}]*)\}", RegexOptions.CultureInvariant, Timeout.Infinite)]
    private static partial Regex Hole();
}
