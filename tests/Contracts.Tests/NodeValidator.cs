using System.Diagnostics;
using System.Text.Json.Nodes;
using LeadSync.Testing;

namespace LeadSync.Contracts.Tests;

/// <summary>
/// Validates JSON by JSON Schema with ajv, which runs in Node. Its packages are installed once, beside the built tests;
/// where there is no Node, or npm reaches no registry, tests skip and say so.
/// </summary>
public sealed class NodeValidator : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly string _folder = Path.Combine(AppContext.BaseDirectory, "ajv");
    private string? _missing;

    public async ValueTask InitializeAsync()
    {
        if (await RunAsync("node", ["--version"]) is { Code: not 0 })
        {
            _missing = "needs Node, to run ajv";
            return;
        }
        var source = Path.Combine(Checkout.Root, "tests", "Contracts.Tests", "ajv");
        var stamp = Path.Combine(_folder, "installed");
        var wanted = await File.ReadAllTextAsync(Path.Combine(source, "package-lock.json"));
        Directory.CreateDirectory(_folder);
        foreach (var file in Directory.GetFiles(source))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)), overwrite: true);
        if (File.Exists(stamp) && await File.ReadAllTextAsync(stamp) == wanted)
            return;
        var (code, output) = await RunAsync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
        if (code != 0)
        {
            _missing = $"npm could not install ajv: {output.Trim().Split('\n')[0]}";
            return;
        }
        await File.WriteAllTextAsync(stamp, wanted);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>For each piece of JSON, what the schema of this name has against it; null: nothing.</summary>
    public async Task<IReadOnlyList<string?>> ValidateAsync(string name, IEnumerable<JsonNode> data)
    {
        Assert.SkipWhen(_missing is not null, _missing ?? "");
        var schema = EventFiles.Of(name).Schema;
        var id = schema["$id"]!.GetValue<string>();
        var input = new JsonObject
        {
            ["schemas"] = new JsonArray(schema),
            ["checks"] = new JsonArray([.. data.Select(one => new JsonObject { ["schema"] = id, ["data"] = one })]),
        };
        var (code, output) = await RunAsync("node", ["validate.mjs"], input.ToJsonString());
        code.ShouldBe(0, output);
        return [.. JsonNode.Parse(output)!.AsArray().Select(fault => fault?.GetValue<string>())];
    }

    private async Task<(int Code, string Output)> RunAsync(string program, string[] arguments, string input = "")
    {
        using var limit = new CancellationTokenSource(Patience);
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Directory.Exists(_folder) ? _folder : AppContext.BaseDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, process.ExitCode == 0 ? await output : await errors + await output);
        }
        catch (System.ComponentModel.Win32Exception fault)
        {
            return (-1, fault.Message);
        }
        catch (OperationCanceledException)
        {
            return (-1, $"{program} took longer than {Patience.TotalMinutes} minutes");
        }
    }
}
