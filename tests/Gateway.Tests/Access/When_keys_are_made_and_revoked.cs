using System.Net;
using System.Text;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Gateway.Access;
using LeadSync.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Gateway.Tests.Access;

public sealed class When_keys_are_made_and_revoked(GatewayUnderTest gateway) : IClassFixture<GatewayUnderTest>
{
    private HttpClient Manager => gateway.ClientWith(gateway.BootstrapKey);

    [Fact]
    public async Task A_key_is_shown_once_and_works_at_once()
    {
        var answer = await Manager.CaptureAsync(
            """{"name":"Forms","role":"capture","source":"forms"}""",
            path: "/v1/keys"
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        var made = await answer.ReadJsonAsync();
        var key = made.Text("key");
        key.ShouldMatch("^ls_live_[a-z0-9]{16}_[A-Za-z0-9_-]{43}$");
        answer.Headers.Location!.ToString().ShouldBe($"/v1/keys/{made.Text("id")}");
        var capture = await gateway.ClientWith(key).CaptureAsync("""{"leadId":"a","fields":{"x":1}}""");
        capture.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var list = await (await Manager.SendAsync(HttpMethod.Get, "/v1/keys")).ReadTextAsync();
        list.ShouldContain(made.Text("id"));
        list.ShouldNotContain(key[^43..]);
    }

    [Fact]
    public async Task A_revoked_key_is_out_here_at_once_and_everywhere_within_five_seconds()
    {
        var here = await gateway.MakeKeyAsync(KeyRole.Capture);
        var elsewhere = await gateway.MakeKeyAsync(KeyRole.Capture);
        foreach (var key in new[] { here, elsewhere })
            (await gateway.ClientWith(key).CaptureAsync(Http.Lead("a"))).StatusCode.ShouldBe(HttpStatusCode.Accepted);

        var answer = await Manager.SendAsync(HttpMethod.Delete, $"/v1/keys/{Id(here)}");
        // As another replica would: this one is not told.
        await gateway
            .Services.GetRequiredService<ApiKeyStore>()
            .RevokeAsync(
                GatewayUnderTest.Workspace,
                Id(elsewhere),
                "test",
                TimeProvider.System.GetUtcNow(),
                TestContext.Current.CancellationToken
            );

        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await gateway.ClientWith(here).CaptureAsync(Http.Lead("a"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await Eventually.ShouldBe(
            async () =>
                (await gateway.ClientWith(elsewhere).CaptureAsync(Http.Lead("a"))).StatusCode
                == HttpStatusCode.Unauthorized,
            within: ApiKeyCache.MaxAge + TimeSpan.FromSeconds(1)
        );
    }

    [Fact]
    public async Task Another_workspaces_keys_are_neither_seen_nor_revoked()
    {
        var theirs = await gateway.MakeKeyAsync(KeyRole.Manager, "other");

        var list = await (await Manager.SendAsync(HttpMethod.Get, "/v1/keys")).ReadTextAsync();
        var revoke = await Manager.SendAsync(HttpMethod.Delete, $"/v1/keys/{Id(theirs)}");

        list.ShouldNotContain(Id(theirs));
        revoke.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await gateway.ClientWith(theirs).SendAsync(HttpMethod.Get, "/v1/keys")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_expired_key_is_no_key()
    {
        var key = await gateway.MakeKeyAsync(
            KeyRole.Manager,
            expiresAt: TimeProvider.System.GetUtcNow().AddSeconds(-1)
        );

        (await gateway.ClientWith(key).SendAsync(HttpMethod.Get, "/v1/keys")).StatusCode.ShouldBe(
            HttpStatusCode.Unauthorized
        );
    }

    [Theory]
    [InlineData(KeyRole.Capture)]
    [InlineData(KeyRole.Viewer)]
    [InlineData(KeyRole.Integrator)]
    public async Task Only_a_manager_has_to_do_with_keys(KeyRole role)
    {
        var client = await gateway.ClientAsync(role);

        foreach (
            var answer in new[]
            {
                await client.CaptureAsync("""{"name":"x","role":"manager"}""", path: "/v1/keys"),
                await client.SendAsync(HttpMethod.Get, "/v1/keys"),
                await client.SendAsync(HttpMethod.Delete, $"/v1/keys/{Id(gateway.BootstrapKey)}"),
            }
        )
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await answer.ReadJsonAsync()).Text("code").ShouldBe("FORBIDDEN");
        }
    }

    [Theory]
    [InlineData("""{"role":"capture"}""", "name")]
    [InlineData("""{"name":" ","role":"capture"}""", "name")]
    [InlineData("""{"name":"x","role":"admin"}""", "role")]
    [InlineData("""{"name":"x","role":"Capture"}""", "role")]
    [InlineData("""{"name":"x","role":"capture","source":"No Slug"}""", "source")]
    [InlineData("""{"name":"x","role":"viewer","source":"forms"}""", "source")]
    [InlineData("""{"name":"x","role":"viewer","expiresAt":"2020-01-01T00:00:00Z"}""", "expiresAt")]
    public async Task A_key_that_breaks_a_rule_is_not_made(string body, string field)
    {
        var answer = await Manager.CaptureAsync(body, path: "/v1/keys");

        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var problem = await answer.ReadJsonAsync();
        problem.Text("code").ShouldBe("SETTING_INVALID");
        problem.GetProperty("faults").EnumerateArray().ShouldHaveSingleItem().Text("field").ShouldBe(field);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"name":7,"role":"capture"}""")]
    [InlineData("null")]
    public async Task A_body_that_cannot_be_read_is_a_problem_too(string body)
    {
        var answer = await Manager.CaptureAsync(body, path: "/v1/keys");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.ReadJsonAsync()).Text("code").ShouldBe("BODY_UNREADABLE");
    }

    [Fact]
    public async Task When_a_key_was_last_used_is_written_in_its_own_time()
    {
        var key = await gateway.MakeKeyAsync(KeyRole.Capture);
        await gateway.ClientWith(key).CaptureAsync(Http.Lead("a"));

        await gateway.Services.GetRequiredService<KeyUse>().RunOnceAsync(TestContext.Current.CancellationToken);

        var row = await gateway
            .Services.GetRequiredService<ApiKeyStore>()
            .FindAsync(Id(key), TestContext.Current.CancellationToken);
        row!.LastUsedAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task No_secret_is_logged_or_kept()
    {
        var key = await gateway.MakeKeyAsync(KeyRole.Capture);
        await gateway.ClientWith(key).CaptureAsync(Http.Lead("a"));
        await gateway.ClientWith(key + "x").CaptureAsync(Http.Lead("a"));

        var secret = key[^43..];
        gateway.Logs.Lines.ShouldNotContain(line => line.Contains(secret, StringComparison.Ordinal));
        KeyText.TryRead(key)!.ToString().ShouldNotContain(secret);
    }

    [Fact]
    public async Task Who_made_and_who_revoked_it_is_told_without_the_key()
    {
        var made = await (
            await Manager.CaptureAsync("""{"name":"Told","role":"viewer"}""", path: "/v1/keys")
        ).ReadJsonAsync();
        var id = made.Text("id");
        for (var times = 0; times < 2; times++)
            await Manager.SendAsync(HttpMethod.Delete, $"/v1/keys/{id}");

        var told = new List<ChangedSetting>();
        await Eventually.ShouldBe(
            async () =>
            {
                foreach (var message in await gateway.Broker.ReadAsync("audit.setting-changed"))
                {
                    Encoding.UTF8.GetString(message.Body.Span).ShouldNotContain(made.Text("key")[^43..]);
                    told.AddRange(
                        JsonSerializer
                            .Deserialize<SettingChanged>(message.Body.Span, Wire.Json)!
                            .Items.Where(change => change.Name == id)
                    );
                }
                return told.Exists(change => change.Change == "revoked");
            },
            "the revocation is told"
        );

        told.Select(change => $"{change.Service} {change.Setting} {change.Change} by {change.ChangedBy}")
            .ShouldBe([
                $"gateway key created by key:{Id(gateway.BootstrapKey)}",
                $"gateway key revoked by key:{Id(gateway.BootstrapKey)}",
            ]);
        told[0].After!.Value.Text("role").ShouldBe("viewer");
        told[1].Before!.Value.GetProperty("revokedAt").ValueKind.ShouldBe(JsonValueKind.Null);
        told[1].After!.Value.GetProperty("revokedAt").ValueKind.ShouldBe(JsonValueKind.String);
    }

    private static string Id(string key) => KeyText.TryRead(key)!.Id;
}
