using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace LeadSync.Bench.PlainScript;

/// <summary>The script with the jsforce that its lock file names, installed once into the user's cache, outside the checkout.</summary>
public sealed class NodeScript
{
    private static readonly string Sources = Path.Combine(AppContext.BaseDirectory, "jsforce");
    private readonly string _modules;

    private NodeScript(string modules) => _modules = modules;

    /// <exception cref="NoNodeException">Node, npm or the packages cannot be had here.</exception>
    public static async Task<NodeScript> InstallAsync(CancellationToken stop)
    {
        foreach (var tool in (string[])["node", "npm"])
            await RunAsync(tool, ["--version"], Sources, [], stop);
        var lockFile = await File.ReadAllBytesAsync(Path.Combine(Sources, "package-lock.json"), stop);
        var folder = Path.Combine(Cache(), "leadsync-bench", Convert.ToHexStringLower(SHA256.HashData(lockFile))[..16]);
        var modules = Path.Combine(folder, "node_modules");
        if (Directory.Exists(modules))
            return new NodeScript(modules);
        // Beside its final place and then moved there, so that nobody ever takes half of it for the whole.
        var building = $"{folder}.{Environment.ProcessId}";
        Directory.CreateDirectory(building);
        try
        {
            foreach (var file in (string[])["package.json", "package-lock.json"])
                File.Copy(Path.Combine(Sources, file), Path.Combine(building, file), overwrite: true);
            string[] install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"];
            await RunAsync("npm", install, building, [], stop);
            Directory.Move(building, folder);
        }
        finally
        {
            if (Directory.Exists(building))
                Directory.Delete(building, recursive: true);
        }
        return new NodeScript(modules);
    }

    /// <summary>Runs it; gives the seconds that it says it took.</summary>
    public Task<string> PushAsync(Dictionary<string, string> environment, CancellationToken stop) =>
        RunAsync(
            "node",
            [Path.Combine(Sources, "push.cjs")],
            Sources,
            new Dictionary<string, string>(environment, StringComparer.Ordinal) { ["NODE_PATH"] = _modules },
            stop
        );

    private static string Cache() =>
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } chosen
            ? chosen
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");

    private static async Task<string> RunAsync(
        string tool,
        IReadOnlyList<string> arguments,
        string folder,
        Dictionary<string, string> environment,
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
        try
        {
            using var process = Process.Start(start)!;
            await using var end = stop.Register(() => process.Kill(entireProcessTree: true));
            var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            var output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            await process.WaitForExitAsync(CancellationToken.None);
            stop.ThrowIfCancellationRequested();
            return process.ExitCode == 0
                ? output.Trim()
                : throw new NoNodeException($"{tool} {arguments[0]}: {(await errors).Trim().Split('\n')[0]}");
        }
        catch (Win32Exception)
        {
            throw new NoNodeException($"{tool} is missing here");
        }
    }
}

/// <summary>The script cannot be run on this machine, or did not do its work; the message says why.</summary>
public sealed class NoNodeException(string message) : Exception(message);
