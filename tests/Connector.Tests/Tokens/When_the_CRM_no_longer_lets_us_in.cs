using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LeadSync.Connector.Tokens;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Connector.Tests.Tokens;

public sealed class When_the_CRM_no_longer_lets_us_in(ConnectorUnderTest connector)
    : IClassFixture<ConnectorUnderTest>,
        IAsyncLifetime
{
    private static int _orgs;
    private ScriptedOrg _org = null!;
    private Guid _connection;
    private string _refused = "";

    public async ValueTask InitializeAsync()
    {
        _org = await ScriptedOrg.StartAsync();
        _org.Org = $"00D00000000000{++_orgs}EAA";
        var response = await connector.Integrator.PostAsJsonAsync(
            "/v1/connections",
            new
            {
                name = _org.Org,
                system = "salesforce",
                instanceUrl = _org.Address,
                clientId = "key",
                clientSecret = "secret",
                direction = "push",
            }
        );
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        _connection = (await ConnectorUnderTest.JsonAsync(response)).GetProperty("id").GetGuid();
        _refused = AccessTokens.Hash((await connector.GrantAsync(_connection)).AccessToken);
        _org.Refusal = ("invalid_grant", "inactive user");
    }

    [Fact]
    public async Task The_asker_and_the_connection_say_why_and_since_when()
    {
        var since = connector.Clock.GetUtcNow();

        var response = await connector.AskForGrantAsync(_connection, 1, _refused);

        response.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await ConnectorUnderTest.JsonAsync(response)).GetProperty("code").GetString().ShouldBe("AUTH_REVOKED");
        connector.Clock.Advance(TimeSpan.FromHours(1));
        var shown = await ShownAsync();
        shown.GetProperty("status").GetString().ShouldBe("reconnectionRequired");
        shown.GetProperty("statusReason").GetString()!.ShouldContain("deactivated");
        shown.GetProperty("statusSince").GetDateTimeOffset().ShouldBe(since, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task It_is_not_asked_again_at_every_turn_but_resumes_by_itself_once_it_does()
    {
        await connector.AskForGrantAsync(_connection, 1, _refused);
        var logins = _org.Logins;

        (await connector.AskForGrantAsync(_connection)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        _org.Logins.ShouldBe(logins);

        _org.Refusal = null;
        connector.Clock.Advance(TimeSpan.FromSeconds(31));
        await connector.GrantAsync(_connection);
        (await ShownAsync()).GetProperty("status").GetString().ShouldBe("connected");
    }

    [Fact]
    public async Task The_probe_that_cannot_use_the_old_session_finds_out_before_anyone_asks()
    {
        await connector.AskForGrantAsync(_connection, 1, _refused);
        connector.Clock.Advance(TimeSpan.FromMinutes(6));
        var logins = _org.Logins;

        var probe = connector.Services.GetRequiredService<Probe>();
        await Testing.Eventually.ShouldBe(async () =>
        {
            await probe.RunOnceAsync(TestContext.Current.CancellationToken);
            return _org.Logins > logins;
        });

        (await ShownAsync()).GetProperty("status").GetString().ShouldBe("reconnectionRequired");
    }

    private async Task<JsonElement> ShownAsync() =>
        await connector.Integrator.GetFromJsonAsync<JsonElement>($"/v1/connections/{_connection}");

    public ValueTask DisposeAsync() => _org.DisposeAsync();
}
