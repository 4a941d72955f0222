using LeadSync.Contracts;
using LeadSync.Hosting.Web;

namespace LeadSync.Mapping.Tests;

public sealed class When_a_version_is_restored(MappingUnderTest mapping)
    : IClassFixture<MappingUnderTest>,
        IAsyncLifetime
{
    private string Path => $"/v1/mappings/{mapping.ConnectionId}/Lead";

    public async ValueTask InitializeAsync()
    {
        mapping.CrmObjects["Lead"] = Schemas.Lead;
        await mapping.ApplyAsync(MappingUnderTest.Config);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<long> PutAsync(params object[] more)
    {
        object[] fields =
        [
            new { field = "LastName", from = "lastName" },
            new { field = "Company", from = "company" },
            .. more,
        ];
        (await mapping.AskAsync(HttpMethod.Put, Path, new { fields })).Status.ShouldBe(200);
        return await InForceAsync();
    }

    private async Task<long> InForceAsync() =>
        (await mapping.GetAsync($"{Path}/versions")).Body.GetProperty("inForce").GetInt64();

    private Task<Answer> RestoreAsync(long number, string? ifMatch = null) =>
        mapping.AskAsync(HttpMethod.Post, $"{Path}/versions/{number}/restore", ifMatch: ifMatch);

    [Fact]
    public async Task It_is_in_force_as_a_new_version_and_told_of()
    {
        var titled = await PutAsync(new { field = "Title", from = "title" });
        var plain = await PutAsync();

        var restored = await RestoreAsync(titled);

        restored.Status.ShouldBe(200);
        restored.Body.GetProperty("version").GetInt64().ShouldBe(plain + 1);
        (await mapping.GetAsync(Path)).Body.GetProperty("fields").GetArrayLength().ShouldBe(3);
        var newest = (await mapping.GetAsync($"{Path}/versions")).Body.GetProperty("versions")[0];
        newest.GetProperty("change").GetString().ShouldBe("restored");
        newest.GetProperty("restoredFrom").GetInt64().ShouldBe(titled);
        var told = await mapping.HearAsync<SettingChanged, ChangedSetting>(
            "audit.setting-changed",
            item => item.Change == "restored"
        );
        told.ShouldHaveSingleItem().After!.Value.GetProperty("fields").GetArrayLength().ShouldBe(3);
    }

    [Fact]
    public async Task It_is_held_against_the_CRM_as_it_is_now()
    {
        var titled = await PutAsync(new { field = "Title", from = "title" });
        var plain = await PutAsync();
        mapping.CrmObjects["Lead"] = Schemas.Lead with
        {
            Fields = [.. Schemas.Lead.Fields.Where(field => field.Name != "Title")],
        };

        var restored = await RestoreAsync(titled);

        restored.Status.ShouldBe(422);
        restored.Faults.ShouldBe(["fields[2].field Title is no field of Lead that the connected user sees"]);
        (await InForceAsync()).ShouldBe(plain);
    }

    [Fact]
    public async Task What_is_in_force_already_makes_no_new_version()
    {
        var number = await PutAsync();

        var restored = await RestoreAsync(number);

        restored.Body.GetProperty("change").GetString().ShouldBe("unchanged");
        (await InForceAsync()).ShouldBe(number);
    }

    [Fact]
    public async Task It_is_not_restored_over_what_another_saved_meanwhile()
    {
        var first = await PutAsync(new { field = "Title", from = "title" });
        var seen = (await mapping.GetAsync(Path)).Tag;
        await PutAsync();

        (await RestoreAsync(first, seen)).Status.ShouldBe(412);
        (await RestoreAsync(999)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Every_version_can_be_read_and_lists_who_saved_it()
    {
        var titled = await PutAsync(new { field = "Title", from = "title" });
        await PutAsync();

        var version = await mapping.GetAsync($"{Path}/versions/{titled}");
        var older = await mapping.GetAsync($"{Path}/versions?before={titled}");

        version.Body.GetProperty("savedBy").GetString().ShouldBe("test");
        version.Body.GetProperty("setting").GetProperty("fields")[2].GetProperty("field").GetString().ShouldBe("Title");
        older
            .Body.GetProperty("versions")
            .EnumerateArray()
            .ShouldAllBe(one => one.GetProperty("number").GetInt64() < titled);
        (
            await mapping.AskAsync(HttpMethod.Post, $"{Path}/versions/{titled}/restore", role: Role.Viewer)
        ).Status.ShouldBe(403);
    }
}
