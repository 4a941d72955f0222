using System.Net;
using System.Text;
using System.Text.Json;
using LeadSync.Hosting.Web;

namespace LeadSync.Push.Tests.Rules;

/// <summary>Push's section of the file that Gateway hands to everyone who keeps a part of it.</summary>
public sealed class When_rules_stand_in_the_file_of_settings : IClassFixture<PushUnderTest>
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    private readonly PushUnderTest _push;
    private readonly Guid _connection = Guid.CreateVersion7();
    private readonly string _name;

    public When_rules_stand_in_the_file_of_settings(PushUnderTest push)
    {
        _push = push;
        _name = $"crm-{_connection:N}";
        _push.Connections[_connection] = _name;
    }

    private string OneRule =>
        $$"""
            sources:
              - name: web
            rules:
              - connection: {{_name}}
                object: Lead
                severalMatches: park
                owner: { by: queue, id: 00G5e000001AbCd, fallback: [{ by: user, id: '005000000000001' }] }
                recordType: Partner
            """;

    [Fact]
    public async Task They_are_saved_and_applying_them_again_changes_nothing()
    {
        var first = await ApplyAsync(OneRule);
        var again = await ApplyAsync(OneRule);

        var change = first.Body.GetProperty("changed").EnumerateArray().ShouldHaveSingleItem();
        change.GetProperty("kind").GetString().ShouldBe("rule");
        change.GetProperty("name").GetString().ShouldBe($"{_connection}/Lead");
        change.GetProperty("change").GetString().ShouldBe("created");
        (await SavedAsync()).ShouldBe("park");
        again.Body.GetProperty("changed").GetArrayLength().ShouldBe(0);
        again.Body.GetProperty("unchanged").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task A_trial_says_what_it_would_change_and_saves_nothing()
    {
        var trial = await ApplyAsync(OneRule, dryRun: true);

        trial
            .Body.GetProperty("changed")[0]
            .GetProperty("after")
            .GetProperty("severalMatches")
            .GetString()
            .ShouldBe("park");
        (await SavedAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task What_was_exported_is_applied_to_the_same()
    {
        await ApplyAsync(OneRule);

        var file = await Client.GetStringAsync("/v1/config", Stop);
        var again = await ApplyAsync(file);

        file.ShouldContain($"connection: {_name}");
        again.Status.ShouldBe(HttpStatusCode.OK, again.Body.ToString());
        again.Body.GetProperty("changed").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_with_its_place_and_nothing_is_saved()
    {
        var refused = await ApplyAsync(
            $"""
            surprise: 1
            rules:
              - connection: {_name}
                object: Lead
                severalMatches: park
              - connection: nowhere
                object: Contact
                mode: sometimes
              - connection: {_name}
                object: Account
              - connection: {_name}
                object: Lead
              - 7
            """
        );

        refused.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        refused
            .Body.GetProperty("faults")
            .EnumerateArray()
            .Select(fault => fault.GetProperty("field").GetString()!)
            .Order(StringComparer.Ordinal)
            .ShouldBe(["rules[1].connection", "rules[1].mode", "rules[2].object", "rules[3]", "rules[4]", "surprise"]);
        (await SavedAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_file_without_them_leaves_those_that_are_there()
    {
        await ApplyAsync(OneRule);

        var without = await ApplyAsync("sources: [{ name: web }]");

        without.Status.ShouldBe(HttpStatusCode.OK);
        (await SavedAsync()).ShouldBe("park");
    }

    private HttpClient Client => _push.Client(PushUnderTest.Workspace, Role.Integrator);

    private async Task<(HttpStatusCode Status, JsonElement Body)> ApplyAsync(string file, bool dryRun = false)
    {
        using var body = new StringContent(file, Encoding.UTF8, "application/yaml");
        using var answer = await Client.PutAsync(
            $"/v1/config?dryRun={(dryRun ? "true" : "false")}&others=sources",
            body,
            Stop
        );
        return (answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsStringAsync(Stop)));
    }

    // Null where none is saved.
    private async Task<string?> SavedAsync()
    {
        var rule = JsonElement.Parse(await Client.GetStringAsync($"/v1/rules/{_connection}/Lead", Stop));
        return rule.GetProperty("revision").GetInt64() == 0
            ? null
            : rule.GetProperty("rule").GetProperty("severalMatches").GetString();
    }
}
