using System.Diagnostics;
using System.Security.Cryptography;

namespace LeadSync.CrmSimulator.Tests;

/// <summary>
/// jsforce as it is published, installed once by its lock file into the user's cache, outside the checkout.
/// </summary>
internal static class Jsforce
{
    private static readonly string Sources = Path.Combine(AppContext.BaseDirectory, "jsforce");

    /// <summary>Runs the script; gives its exit code and what it wrote.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        IReadOnlyDictionary<string, string> environment,
        CancellationToken stop
    )
    {
        var modules = await InstallAsync(stop);
        return await StartAsync(
            "node",
            [Path.Combine(Sources, "try.cjs")],
            AppContext.BaseDirectory,
            new Dictionary<string, string>(environment, StringComparer.Ordinal) { ["NODE_PATH"] = modules },
            stop
        );
    }

    /// <summary>The node_modules folder; skips the test with the reason where it cannot be had.</summary>
    private static async Task<string> InstallAsync(CancellationToken stop)
    {
        foreach (var tool in (string[])["node", "npm"])
        {
            if (!await ExistsAsync(tool, stop))
                Assert.Skip($"{tool} is missing here, and jsforce needs it.");
        }

        var lockFile = await File.ReadAllBytesAsync(Path.Combine(Sources, "package-lock.json"), stop);
        var cache = Path.Combine(
            Cache(),
            "leadsync-tests",
            $"jsforce-{Convert.ToHexStringLower(SHA256.HashData(lockFile))[..16]}"
        );
        var modules = Path.Combine(cache, "node_modules");
        if (Directory.Exists(modules))
            return modules;

        // Beside its final place and then moved there, so that two tests at once never see half of it.
        var building = $"{cache}.{Environment.ProcessId}";
        Directory.CreateDirectory(building);
        foreach (var file in (string[])["package.json", "package-lock.json"])
            File.Copy(Path.Combine(Sources, file), Path.Combine(building, file), overwrite: true);
        var (exitCode, output) = await StartAsync(
            "npm",
            ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-timeout=60000"],
            building,
            new Dictionary<string, string>(StringComparer.Ordinal),
            stop
        );
        if (exitCode != 0)
        {
            Directory.Delete(building, recursive: true);
            Assert.Skip($"npm could not install jsforce here: {output.Split('\n')[0]}");
        }

        try
        {
            Directory.Move(building, cache);
        }
        catch (IOException) when (Directory.Exists(modules))
        {
            // Another test run was first.
            Directory.Delete(building, recursive: true);
        }

        return modules;
    }

    private static string Cache()
    {
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } chosen)
            return chosen;
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length > 0 ? Path.Combine(home, ".cache") : Path.GetTempPath();
    }

    private static async Task<bool> ExistsAsync(string tool, CancellationToken stop)
    {
        try
        {
            return (await StartAsync(tool, ["--version"], AppContext.BaseDirectory, Nothing, stop)).ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static readonly Dictionary<string, string> Nothing = new(StringComparer.Ordinal);

    private static async Task<(int ExitCode, string Output)> StartAsync(
        string tool,
        string[] arguments,
        string folder,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken stop
    )
    {
        var start = new ProcessStartInfo(tool, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(stop);
        var error = process.StandardError.ReadToEndAsync(stop);
        try
        {
            await process.WaitForExitAsync(stop);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }

        return (process.ExitCode, await error + await output);
    }
}
