using System.Diagnostics;
using LeadSync.Testing;

namespace LeadSync.Crash.Mutants;

/// <summary>A copy of the source in a temporary folder, in which one mutant at a time is built.</summary>
public sealed class MutantTree : IDisposable
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), $"leadsync-mutants-{Guid.CreateVersion7():N}");

    public MutantTree()
    {
        string[] needed = ["contracts", "services"];
        foreach (var folder in needed)
            Copy(Path.Combine(Checkout.Root, folder), Path.Combine(_root, folder));
        foreach (var file in Directory.EnumerateFiles(Checkout.Root))
            File.Copy(file, Path.Combine(_root, Path.GetFileName(file)));
    }

    /// <summary>Builds a service with a mutant and gives its assembly.</summary>
    /// <exception cref="InvalidOperationException">It does not build, or what it changes is not there.</exception>
    public async Task<string> BuildAsync(Mutant mutant, CancellationToken stop)
    {
        var project = Path.Combine(_root, "services", mutant.Service);
        var output = Path.Combine(_root, "built", mutant.Name.Replace(' ', '-'));
        var originals = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            foreach (var edit in mutant.Edits)
            {
                var file = Path.Combine(_root, edit.File);
                var text = await File.ReadAllTextAsync(file, stop);
                originals.TryAdd(file, text);
                await File.WriteAllTextAsync(file, Apply(edit, text), stop);
            }
            await RunAsync(project, stop);
        }
        finally
        {
            foreach (var (file, text) in originals)
                await File.WriteAllTextAsync(file, text, CancellationToken.None);
        }
        var built = Directory.GetDirectories(Path.Combine(project, "bin", "Release")).Single();
        Copy(built, output);
        return Path.Combine(output, $"LeadSync.{mutant.Service}.dll");
    }

    /// <summary>A source text with an edit.</summary>
    /// <exception cref="InvalidOperationException">What it changes does not stand there exactly once.</exception>
    public static string Apply(Edit edit, string text)
    {
        var at = text.IndexOf(edit.Original, StringComparison.Ordinal);
        if (at < 0 || text.IndexOf(edit.Original, at + 1, StringComparison.Ordinal) >= 0)
            throw new InvalidOperationException($"{edit.File} does not have exactly once: {edit.Original}");
        return text[..at] + edit.Replacement + text[(at + edit.Original.Length)..];
    }

    private static async Task RunAsync(string project, CancellationToken stop)
    {
        string[] arguments =
        [
            "build",
            project,
            "--configuration",
            "Release",
            "--nologo",
            "--verbosity",
            "quiet",
            "-nodeReuse:false",
            "-p:RunAnalyzers=false",
            "-p:TreatWarningsAsErrors=false",
        ];
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var build = Process.Start(start)!;
        var output = build.StandardOutput.ReadToEndAsync(stop);
        var errors = build.StandardError.ReadToEndAsync(stop);
        await build.WaitForExitAsync(stop);
        if (build.ExitCode != 0)
            throw new InvalidOperationException($"A mutant does not build: {await output}{await errors}");
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        foreach (var folder in Directory.EnumerateDirectories(from))
        {
            if (Path.GetFileName(folder) is not ("bin" or "obj"))
                Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
