using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Hosting.Changes;
using LeadSync.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace LeadSync.Hosting.Tests.Changes;

public sealed class When_a_setting_is_changed(MinimalServiceUnderTest service) : IClassFixture<MinimalServiceUnderTest>
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private readonly List<ChangedSetting> _told = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static SettingEdit Edit(string name) =>
        new(
            "route",
            name,
            "updated",
            JsonSerializer.SerializeToElement(new { enabled = false }),
            JsonSerializer.SerializeToElement(new { enabled = true })
        );

    [Fact]
    public async Task It_is_told_with_who_did_it_and_before_and_after()
    {
        await ChangeAsync("told", commit: true);

        var change = await HearAsync("told");
        change.ChangedBy.ShouldBe("key:abc");
        change.Service.ShouldBe("minimal");
        change.Setting.ShouldBe("route");
        change.Change.ShouldBe("updated");
        change.OccurredAt.ShouldBe(Noon);
        change.Before!.Value.GetProperty("enabled").GetBoolean().ShouldBeFalse();
        change.After!.Value.GetProperty("enabled").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Nothing_is_told_of_what_was_rolled_back()
    {
        await ChangeAsync("rolled-back", commit: false);
        await ChangeAsync("after-it", commit: true);

        await HearAsync("after-it");

        _told.ShouldNotContain(change => change.Name == "rolled-back");
    }

    [Fact]
    public async Task Replicas_together_tell_it_once()
    {
        await service.StopAsync();
        try
        {
            for (var i = 0; i < 20; i++)
                await ChangeAsync($"once-{i}", commit: true);
        }
        finally
        {
            await service.StartAsync();
        }
        SettingChangeRelay Relay() =>
            new(
                service.Database.Source,
                service.Services.GetRequiredService<Publisher>(),
                TimeProvider.System,
                NullLogger<SettingChangeRelay>.Instance
            );

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Relay().RunOnceAsync(Stop)));

        for (var i = 0; i < 20; i++)
            await HearAsync($"once-{i}");
        await Eventually.ShouldBe(async () => await WaitingAsync() == 0);
        _told.Select(change => change.EventId).ShouldBeUnique();
    }

    [Fact]
    public async Task What_a_killed_replica_had_claimed_is_told_by_another()
    {
        await ChangeAsync("claimed", commit: true, claimed: "now() + interval '1 hour'");
        await ChangeAsync("free", commit: true);
        await HearAsync("free");
        _told.ShouldNotContain(change => change.Name == "claimed");

        await using (var connection = await service.Database.Source.OpenConnectionAsync(Stop))
            await connection.ExecuteAsync("update setting_change set claimed_until = now() - interval '1 second'");

        await HearAsync("claimed");
    }

    private async Task ChangeAsync(string name, bool commit, string? claimed = null)
    {
        await using var connection = await service.Database.Source.OpenConnectionAsync(Stop);
        await using var transaction = await connection.BeginTransactionAsync(Stop);
        await new SettingChanges("minimal").AddAsync(transaction, "acme", "key:abc", Noon, [Edit(name)], Stop);
        if (claimed is not null)
            await connection.ExecuteAsync(
                $"update setting_change set claimed_until = {claimed} where body ->> 'name' = @name",
                new { name },
                transaction
            );
        if (commit)
            await transaction.CommitAsync(Stop);
    }

    private async Task<long> WaitingAsync()
    {
        await using var connection = await service.Database.Source.OpenConnectionAsync(Stop);
        return await connection.ExecuteScalarAsync<long>(
            "select count(*) from setting_change where published_at is null"
        );
    }

    private async Task<ChangedSetting> HearAsync(string name)
    {
        await Eventually.ShouldBe(
            async () =>
            {
                foreach (var message in await service.Broker.ReadAsync("audit.setting-changed"))
                {
                    var list = JsonSerializer.Deserialize<SettingChanged>(message.Body.Span, Wire.Json)!;
                    list.Workspace.ShouldBe("acme");
                    _told.AddRange(list.Items);
                }
                return _told.Exists(change => change.Name == name);
            },
            $"the change of {name} is told"
        );
        return _told.Single(change => change.Name == name);
    }
}
