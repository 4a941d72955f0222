using System.Net.Http.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;

namespace LeadSync.Mapping.Tests;

public sealed class When_somebody_changes_a_setting(MappingUnderTest mapping) : IClassFixture<MappingUnderTest>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Task<IReadOnlyList<ChangedSetting>> HearAsync(string setting, int atLeast) =>
        mapping.HearAsync<SettingChanged, ChangedSetting>(
            "audit.setting-changed",
            item => item.Setting == setting,
            atLeast
        );

    [Fact]
    public async Task It_is_told_who_did_it_and_what_it_was_before_and_after()
    {
        await mapping.ApplyAsync(MappingUnderTest.Config);
        await mapping.ApplyAsync(MappingUnderTest.Config);
        using var answer = await mapping
            .Client(MappingUnderTest.Workspace, Role.Integrator, "key:jo")
            .PutAsJsonAsync(
                new Uri($"/v1/routes/import/{mapping.ConnectionId}", UriKind.Relative),
                new { enabled = false, createAs = "Lead" },
                Stop
            );
        answer.EnsureSuccessStatusCode();

        var routes = (await HearAsync("route", atLeast: 2)).OrderBy(change => change.OccurredAt).ToList();
        var name = $"import/{mapping.ConnectionId}";
        routes
            .Select(change => $"{change.ChangedBy} {change.Change} {change.Name}")
            .ShouldBe([$"test created {name}", $"key:jo updated {name}"]);
        routes[0].Before.ShouldBeNull();
        routes[0].ConnectionId.ShouldBe(mapping.ConnectionId);
        routes[1].Before!.Value.GetProperty("enabled").GetBoolean().ShouldBeTrue();
        routes[1].After!.Value.GetProperty("enabled").GetBoolean().ShouldBeFalse();
        var sources = await HearAsync("source", atLeast: 1);
        sources.Select(change => $"{change.Change} {change.Name}").ShouldBe(["created import"]);
        var mappings = await HearAsync("mapping", atLeast: 1);
        mappings.ShouldHaveSingleItem().After!.Value.GetProperty("fields").GetArrayLength().ShouldBe(5);
    }
}
