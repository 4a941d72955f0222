using Spectre.Console;

namespace LeadSync.Local;

/// <summary>Text as it is. The console library breaks lines at the terminal's width, which spoils what people copy.</summary>
internal static class Plain
{
    public static void Say(this IAnsiConsole console, string line = "") => console.Profile.Out.Writer.WriteLine(line);
}
