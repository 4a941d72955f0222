using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using LeadSync.Testing;

namespace LeadSync.Bench.Machines;

/// <summary>What the figures were got on.</summary>
/// <param name="MemoryBytes">All that there is.</param>
/// <param name="Commit">Of the checkout; with <c>+</c> when it has changes that are not committed. Empty without git.</param>
public sealed record Machine(
    int Cores,
    long MemoryBytes,
    string Cpu,
    string Kernel,
    string Runtime,
    string Postgres,
    string RabbitMq,
    string Commit,
    DateTimeOffset At
)
{
    public static async Task<Machine> LookAsync(string postgres, string rabbitMq, TimeProvider clock) =>
        new(
            Environment.ProcessorCount,
            ProcessMemory.Bytes(await File.ReadAllTextAsync("/proc/meminfo"), "MemTotal") ?? 0,
            await CpuAsync(),
            RuntimeInformation.OSDescription,
            RuntimeInformation.FrameworkDescription,
            postgres,
            rabbitMq,
            await CommitAsync(),
            clock.GetUtcNow()
        );

    public string Text =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Cores} cores ({Cpu}), {MemoryBytes / 1_073_741_824.0:0.#} GiB, {Kernel}, {Runtime}, PostgreSQL {Postgres}, RabbitMQ {RabbitMq}; commit {Commit}, {At:yyyy-MM-dd HH:mm} UTC"
        );

    private static async Task<string> CpuAsync()
    {
        var lines = await File.ReadAllLinesAsync("/proc/cpuinfo");
        return lines
                .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
                ?.Split(':', 2)[1]
                .Trim()
            ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static async Task<string> CommitAsync()
    {
        var commit = await GitAsync("rev-parse", "--short=10", "HEAD");
        return commit.Length > 0 && (await GitAsync("status", "--porcelain", "--untracked-files=no")).Length > 0
            ? $"{commit}+"
            : commit;
    }

    private static async Task<string> GitAsync(params string[] arguments)
    {
        try
        {
            using var git = Process.Start(
                new ProcessStartInfo("git", ["-C", Checkout.Root, .. arguments])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                    UseShellExecute = false,
                }
            )!;
            var errors = git.StandardError.ReadToEndAsync();
            var output = await git.StandardOutput.ReadToEndAsync();
            await git.WaitForExitAsync();
            await errors;
            return git.ExitCode == 0 ? output.Trim() : "";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "";
        }
    }
}
