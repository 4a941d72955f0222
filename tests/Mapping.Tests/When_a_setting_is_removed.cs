using LeadSync.Hosting.Web;
using LeadSync.Testing;

namespace LeadSync.Mapping.Tests;

public sealed class When_a_setting_is_removed(MappingUnderTest mapping)
    : IClassFixture<MappingUnderTest>,
        IAsyncLifetime
{
    private string Route => $"/v1/routes/import/{mapping.ConnectionId}";
    private string Mapping => $"/v1/mappings/{mapping.ConnectionId}/Lead";

    public async ValueTask InitializeAsync() =>
        (await mapping.ApplyAsync(MappingUnderTest.Config)).Status.ShouldBe(200);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static object Lead(string leadId) =>
        new
        {
            eventId = Guid.CreateVersion7(),
            occurredAt = new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero),
            source = "import",
            leadId,
            fields = new { lastName = "Doe", company = "Acme" },
        };

    [Fact]
    public async Task A_route_syncs_nothing_any_more_and_Push_holds_it_before_the_answer()
    {
        mapping.ToldPush.Clear();

        var removed = await mapping.AskAsync(HttpMethod.Delete, Route);
        var told = mapping.ToldPush.ToList();
        await mapping.CaptureAsync(Lead("removed"));

        removed.Status.ShouldBe(204);
        told.ShouldBe([$"hold {mapping.ConnectionId}"]);
        (await mapping.HearFailedAsync("removed"))[0].Code.ShouldBe("NO_ROUTE");
        (await mapping.GetAsync(Route)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Made_anew_it_takes_new_captures_only_and_Push_need_not_hold_it()
    {
        await mapping.CaptureAsync(Lead("old"));
        await mapping.HearMappedAsync("old");
        await mapping.AskAsync(HttpMethod.Delete, Route);
        mapping.ToldPush.Clear();

        await mapping.ApplyAsync(MappingUnderTest.Config);

        await Eventually.ShouldBe(() =>
            mapping.ToldPush.Contains($"lift {mapping.ConnectionId}", StringComparer.Ordinal)
        );
        await mapping.CaptureAsync(Lead("new"));
        await mapping.HearMappedAsync("new");
        (await mapping.HearMappedAsync("old")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Its_versions_stay_their_numbers_go_on_and_it_can_be_restored()
    {
        var before = await mapping.GetAsync(Route);
        await mapping.AskAsync(HttpMethod.Delete, Route);
        var versions = await mapping.GetAsync($"{Route}/versions");
        var newest = versions.Body.GetProperty("versions")[0].GetProperty("number").GetInt64();

        var restored = await mapping.AskAsync(HttpMethod.Post, $"{Route}/versions/{newest}/restore");

        versions.Body.GetProperty("inForce").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        restored.Body.GetProperty("version").GetInt64().ShouldBe(newest + 1);
        var after = await mapping.GetAsync(Route);
        after.Status.ShouldBe(200);
        (after.Tag == before.Tag).ShouldBeFalse();
    }

    [Fact]
    public async Task A_mapping_that_a_route_creates_by_is_not_removed()
    {
        var refused = await mapping.AskAsync(HttpMethod.Delete, Mapping);

        refused.Status.ShouldBe(422);
        refused.Faults.ShouldBe([$"object is what the route import/{mapping.ConnectionId} creates"]);
        (await mapping.GetAsync(Mapping)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_mapping_that_no_route_needs_is_removed()
    {
        await mapping.AskAsync(HttpMethod.Delete, Route);

        var removed = await mapping.AskAsync(HttpMethod.Delete, Mapping);

        removed.Status.ShouldBe(204);
        (await mapping.GetAsync(Mapping)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task It_takes_a_manager_and_the_tag_that_is_in_force()
    {
        (await mapping.AskAsync(HttpMethod.Delete, Route, role: Role.Integrator)).Status.ShouldBe(403);
        (await mapping.AskAsync(HttpMethod.Delete, Route, ifMatch: "\"9999\"")).Status.ShouldBe(412);
        (await mapping.AskAsync(HttpMethod.Delete, Route, workspace: "other")).Status.ShouldBe(404);
        (await mapping.GetAsync(Route)).Status.ShouldBe(200);
    }
}
