using System.Diagnostics;
using Dapper;
using LeadSync.MinimalService;
using LeadSync.Testing;

namespace LeadSync.Hosting.Tests.Data;

/// <summary>In production a job migrates before a new version starts, and only the job has the login that may.</summary>
public sealed class When_a_job_migrates_the_database : IAsyncLifetime
{
    private readonly TestDatabase _database = new(new AssemblyWithMigrations());
    private readonly TestBroker _broker = new();

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await _broker.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task It_migrates_and_ends()
    {
        var (code, _) = await RunAsync(_database.Place.Owner);

        code.ShouldBe(0);
        await using var connection = await _database.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        (await connection.QueryAsync<string>("select name from schema_migrations")).ShouldBe([
            "001_note.sql",
            "002_setting_changes.sql",
        ]);
    }

    [Fact]
    public async Task Without_the_owners_login_it_says_what_is_missing()
    {
        var (code, output) = await RunAsync(owner: "");

        code.ShouldNotBe(0);
        output.ShouldContain("'Database:Owner' is missing");
    }

    private async Task<(int ExitCode, string Output)> RunAsync(string owner)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(MinimalOptions).Assembly.Location, "migrate"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["Database__Owner"] = owner;
        start.Environment["Database__Runtime"] = _database.Place.Runtime;
        start.Environment["Database__Migrate"] = "false";
        start.Environment["LEADSYNC_RABBITMQ"] = _broker.Uri.ToString();
        start.Environment["LEADSYNC_SERVICE_KEY"] = Convert.ToBase64String(Servers.ServiceKey);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
