using System.Globalization;
using LeadSync.Hosting.Config;
using LeadSync.Hosting.Web;

namespace LeadSync.Mapping.Tests;

public sealed class When_settings_are_kept_as_a_file(MappingUnderTest mapping) : IClassFixture<MappingUnderTest>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Task<string> ExportAsync() =>
        mapping
            .Client(MappingUnderTest.Workspace, Role.Viewer)
            .GetStringAsync(new Uri("/v1/config", UriKind.Relative), Stop);

    [Fact]
    public async Task Exported_and_applied_they_are_a_fixed_point_and_applying_twice_changes_nothing()
    {
        var seed = Random.Shared.Next();
        var settings = new RandomSettings(new Random(seed));
        for (var round = 0; round < 40; round++)
        {
            var file = ConfigYaml.FromJson(settings.Next());
            var what = $"seed {seed.ToString(CultureInfo.InvariantCulture)}, round {round}:\n{file}";

            var (status, first) = await mapping.ApplyAsync(file);
            var (_, again) = await mapping.ApplyAsync(file);
            var exported = await ExportAsync();
            var (reapplied, unchanged) = await mapping.ApplyAsync(exported);

            status.ShouldBe(200, $"{what}\n{first}");
            again.GetProperty("changed").GetArrayLength().ShouldBe(0, what);
            reapplied.ShouldBe(200, $"{what}\n{exported}\n{unchanged}");
            unchanged.GetProperty("changed").GetArrayLength().ShouldBe(0, $"{what}\n{exported}");
            (await ExportAsync()).ShouldBe(exported, what);
        }
    }

    [Fact]
    public async Task What_a_file_would_change_is_told_before_and_after_and_nothing_is_saved()
    {
        await mapping.ApplyAsync(MappingUnderTest.Config);
        var before = await ExportAsync();
        var file =
            MappingUnderTest.Config.Replace("from: company", "from: organisation") + "\n" + "rules: [{ a: 1 }]\n";

        var answer = await mapping.AskAsync(
            HttpMethod.Put,
            "/v1/config?dryRun=true&others=rules",
            new StringContent(file.Replace("name: import", "name: imported"))
        );
        var applied = await mapping.AskAsync(HttpMethod.Put, "/v1/config?others=rules", new StringContent(file));

        answer.Status.ShouldBe(200);
        var changed = answer.Body.GetProperty("changed").EnumerateArray().ToList();
        changed
            .Select(change => $"{change.GetProperty("kind").GetString()} {change.GetProperty("change").GetString()}")
            .ShouldBe(["source created", "mapping updated"]);
        changed[1].GetProperty("before").GetProperty("fields")[1].GetProperty("from").GetString().ShouldBe("company");
        changed[1]
            .GetProperty("after")
            .GetProperty("fields")[1]
            .GetProperty("from")
            .GetString()
            .ShouldBe("organisation");
        answer.Body.GetProperty("unchanged").GetInt32().ShouldBe(1);
        applied.Body.GetProperty("changed").GetArrayLength().ShouldBe(1);
        (await mapping.GetAsync("/v1/sources/imported")).Status.ShouldBe(404);
        (before == await ExportAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task A_name_at_the_top_that_belongs_to_nobody_is_a_fault()
    {
        var answer = await mapping.AskAsync(
            HttpMethod.Put,
            "/v1/config?others=rules",
            new StringContent("rules: []\ncolour: blue\n")
        );

        answer.Faults.ShouldBe(["colour is not known here"]);
    }

    [Theory]
    [InlineData("sources: [{ name: \"a\\0b\" }]")]
    [InlineData("\"so\\0urces\": []")]
    public async Task A_file_with_what_no_database_keeps_is_refused(string file)
    {
        var answer = await mapping.AskAsync(HttpMethod.Put, "/v1/config", new StringContent(file));

        answer.Status.ShouldBe(400);
        answer.Code.ShouldBe("BODY_UNREADABLE");
    }
}
