using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Dapper;
using LeadSync.Connector.Sealing;
using LeadSync.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LeadSync.Connector.Tests.Sealing;

public sealed class When_the_master_key_is_rotated
{
    private static readonly string First = Convert.ToBase64String(Servers.MasterKey);
    private static readonly string Second = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public async Task Every_connection_opens_before_meanwhile_and_after_and_the_old_key_may_go_away()
    {
        await using var connector = new ConnectorUnderTest();
        await connector.InitializeAsync();
        Guid[] connections =
        [
            await connector.ConnectAsync(connector.NewOrg()),
            await connector.ConnectAsync(connector.NewOrg()),
        ];

        // The new key is known everywhere before any replica seals with it.
        await RestartAsync(connector, $"1:{First},2:{Second}");
        var between = await connector.ConnectAsync(connector.NewOrg());
        await RestartAsync(connector, $"2:{Second}\n1:{First}");
        var newest = await connector.ConnectAsync(connector.NewOrg());
        (await UsesAsync(connector)).ShouldBe([(1, 3), (2, 1)]);
        connector.Logs.Lines.ShouldContain(line => line.StartsWith("Warning") && line.Contains("rotate-keys"));

        var (exit, output) = await RunCommandAsync(connector, $"2:{Second},1:{First}");

        exit.ShouldBe(0, output);
        output.ShouldContain("3 of 3 sealed with version 2");
        (await UsesAsync(connector)).ShouldBe([(2, 4)]);
        await connector.GrantAsync(between);
        await RestartAsync(connector, $"2:{Second}");
        foreach (var id in connections.Append(between).Append(newest))
            await connector.GrantAsync(id);
    }

    [Fact]
    public async Task The_old_key_may_not_go_away_before()
    {
        await using var connector = new ConnectorUnderTest();
        await connector.InitializeAsync();
        await connector.ConnectAsync(connector.NewOrg());

        var fault = await Should.ThrowAsync<OptionsValidationException>(() => RestartAsync(connector, $"2:{Second}"));

        fault.Message.ShouldContain("1 connections are sealed with version 1");
        fault.Message.ShouldContain("rotate-keys");
    }

    [Fact]
    public async Task A_number_stands_for_one_key_for_ever()
    {
        await using var connector = new ConnectorUnderTest();
        await connector.InitializeAsync();
        await RestartAsync(connector, $"1:{First},2:{Second}");
        var other = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

        var fault = await Should.ThrowAsync<OptionsValidationException>(() =>
            RestartAsync(connector, $"1:{First},2:{other}")
        );

        fault.Message.ShouldContain("version 2");
        fault.Message.ShouldNotContain(other);
    }

    [Fact]
    public async Task One_that_was_damaged_is_told_and_keeps_no_other_from_it()
    {
        await using var connector = new ConnectorUnderTest();
        await connector.InitializeAsync();
        var damaged = await connector.ConnectAsync(connector.NewOrg());
        var whole = await connector.ConnectAsync(connector.NewOrg());
        await ExecuteAsync(
            connector,
            "update credential set data_key = set_byte(data_key, 30, get_byte(data_key, 30) # 1) where connection_id = @damaged",
            new { damaged }
        );
        await RestartAsync(connector, $"2:{Second},1:{First}");

        var progress = new StringWriter();
        var exit = await connector.Services.GetRequiredService<RotateKeys>().RunAsync(progress, Token);

        exit.ShouldBe(1);
        progress.ToString().ShouldContain($"connection {damaged}");
        (await UsesAsync(connector)).ShouldBe([(1, 1), (2, 1)]);
        await connector.GrantAsync(whole);
    }

    [Theory]
    [InlineData("client_secret")]
    [InlineData("access_token")]
    [InlineData("data_key")]
    public async Task What_is_copied_from_another_connection_does_not_open(string column)
    {
        await using var connector = new ConnectorUnderTest();
        await connector.InitializeAsync();
        var org = connector.NewOrg();
        var mine = await connector.ConnectAsync(org);
        var other = await connector.ConnectAsync(connector.NewOrg());
        await ExecuteAsync(
            connector,
            $"update credential set {column} = (select {column} from credential where connection_id = @other) where connection_id = @mine",
            new { mine, other }
        );
        // The client secret is only opened for a new login.
        if (column == "client_secret")
            await ExecuteAsync(
                connector,
                "update credential set access_token = null where connection_id = @mine",
                new { mine }
            );

        (await connector.AskForGrantAsync(mine)).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await connector.AskForGrantAsync(other)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task RestartAsync(ConnectorUnderTest connector, string key)
    {
        await connector.StopAsync();
        connector.Settings["LEADSYNC_MASTER_KEY"] = key;
        await connector.StartAsync();
    }

    /// <summary>As an operator runs it: a process of its own beside the service.</summary>
    private static async Task<(int Exit, string Output)> RunCommandAsync(ConnectorUnderTest connector, string key)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.ArgumentList.Add(typeof(ConnectorOptions).Assembly.Location);
        start.ArgumentList.Add(RotateKeys.Command);
        start.Environment["LEADSYNC_POSTGRES"] = Servers.Postgres;
        start.Environment["LEADSYNC_SERVICE_KEY"] = Convert.ToBase64String(Servers.ServiceKey);
        start.Environment["LEADSYNC_MASTER_KEY"] = key;
        start.Environment["Services__Push"] = "http://127.0.0.1:9";
        start.Environment["Database__Create"] = "true";
        start.Environment["Database__Name"] = connector.Database.Name;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(Token);
        var output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        return (process.ExitCode, output + await errors);
    }

    private static async Task<IEnumerable<(int, int)>> UsesAsync(ConnectorUnderTest connector)
    {
        await using var connection = await connector.Database.Source.OpenConnectionAsync(Token);
        return await connection.QueryAsync<(int, int)>(
            "select key_version, count(*)::int from credential group by key_version order by key_version"
        );
    }

    private static async Task ExecuteAsync(ConnectorUnderTest connector, string sql, object parameters)
    {
        await using var connection = await connector.Database.Source.OpenConnectionAsync(Token);
        (await connection.ExecuteAsync(sql, parameters)).ShouldBe(1);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
