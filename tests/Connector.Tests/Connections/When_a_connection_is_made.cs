using System.Net;
using System.Net.Http.Json;
using Dapper;
using LeadSync.Hosting.Web;

namespace LeadSync.Connector.Tests.Connections;

public sealed class When_a_connection_is_made(ConnectorUnderTest connector) : IClassFixture<ConnectorUnderTest>
{
    [Fact]
    public async Task It_is_connected_and_knows_its_org_and_user()
    {
        var org = connector.NewOrg();

        var response = await connector.Integrator.PostAsJsonAsync(
            "/v1/connections",
            connector.Request(org, "Head office"),
            Token
        );

        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        var made = await ConnectorUnderTest.JsonAsync(response);
        made.GetProperty("name").GetString().ShouldBe("Head office");
        made.GetProperty("status").GetString().ShouldBe("connected");
        made.GetProperty("direction").GetString().ShouldBe("push");
        made.GetProperty("orgId").GetString().ShouldBe(org.Id);
        made.GetProperty("userId").GetString().ShouldBe(org.IntegrationUserId);
        var shown = await connector.Integrator.GetStringAsync(response.Headers.Location, Token);
        shown.ShouldBe(await response.Content.ReadAsStringAsync(Token));
        shown.ShouldNotContain(org.ClientSecret);
    }

    [Fact]
    public async Task Neither_database_nor_log_holds_a_secret_in_the_clear()
    {
        var org = connector.NewOrg();
        var id = await connector.ConnectAsync(org);
        var grant = await connector.GrantAsync(id);

        await using var connection = await connector.Database.Source.OpenConnectionAsync(Token);
        var (secret, token) = await connection.QuerySingleAsync<(byte[], byte[])>(
            "select client_secret, access_token from credential where connection_id = @id",
            new { id }
        );

        System.Text.Encoding.Latin1.GetString(secret).ShouldNotContain(org.ClientSecret);
        System.Text.Encoding.Latin1.GetString(token).ShouldNotContain(grant.AccessToken);
        secret.Length.ShouldBe(org.ClientSecret.Length + 28);
        connector.Logs.Lines.ShouldAllBe(line => !line.Contains(org.ClientSecret) && !line.Contains(grant.AccessToken));
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_at_once()
    {
        var response = await connector.Integrator.PostAsJsonAsync(
            "/v1/connections",
            new
            {
                name = " ",
                system = "abacus",
                instanceUrl = "http://acme.my.salesforce.com",
                direction = "sideways",
            },
            Token
        );

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var problem = await ConnectorUnderTest.JsonAsync(response);
        problem.GetProperty("code").GetString().ShouldBe("SETTING_INVALID");
        problem
            .GetProperty("faults")
            .EnumerateArray()
            .Select(fault => fault.GetProperty("field").GetString())
            .ShouldBe(["name", "system", "instanceUrl", "direction", "clientId", "clientSecret"], ignoreOrder: true);
    }

    [Fact]
    public async Task Credentials_that_do_not_open_the_org_are_refused_and_nothing_is_stored()
    {
        var org = connector.NewOrg();

        var response = await connector.Integrator.PostAsJsonAsync(
            "/v1/connections",
            new
            {
                name = "wrong",
                system = "salesforce",
                instanceUrl = connector.Salesforce.Address,
                clientId = org.ClientId,
                clientSecret = "not-this-one",
                direction = "push",
            },
            Token
        );

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var faults = (await ConnectorUnderTest.JsonAsync(response)).GetProperty("faults");
        faults[0].GetProperty("field").GetString().ShouldBe("clientSecret");
        (await connector.Integrator.GetStringAsync("/v1/connections", Token)).ShouldNotContain("\"wrong\"");
    }

    [Fact]
    public async Task A_second_connection_to_the_org_is_refused_in_this_workspace_and_in_others()
    {
        var org = connector.NewOrg();
        await connector.ConnectAsync(org);

        var again = await connector.Integrator.PostAsJsonAsync("/v1/connections", connector.Request(org, "2nd"), Token);
        var elsewhere = await connector
            .Client("globex", Role.Integrator)
            .PostAsJsonAsync("/v1/connections", connector.Request(org), Token);

        again.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        elsewhere.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await elsewhere.Content.ReadAsStringAsync(Token)).ShouldNotContain(ConnectorUnderTest.Workspace);
    }

    [Fact]
    public async Task A_name_is_taken_once_in_a_workspace_and_free_in_another()
    {
        await connector.Integrator.PostAsJsonAsync(
            "/v1/connections",
            connector.Request(connector.NewOrg(), "Sales"),
            Token
        );

        var same = await connector.Integrator.PostAsJsonAsync(
            "/v1/connections",
            connector.Request(connector.NewOrg(), "Sales"),
            Token
        );
        var elsewhere = await connector
            .Client("initech", Role.Integrator)
            .PostAsJsonAsync("/v1/connections", connector.Request(connector.NewOrg(), "Sales"), Token);

        same.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        elsewhere.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Another_workspace_does_not_see_it()
    {
        var id = await connector.ConnectAsync(connector.NewOrg());
        var stranger = connector.Client("umbrella", Role.Manager);

        (await stranger.GetStringAsync("/v1/connections", Token)).ShouldBe("[]");
        (await stranger.GetAsync($"/v1/connections/{id}", Token)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_viewer_may_look_but_not_make_one()
    {
        var viewer = connector.Client(ConnectorUnderTest.Workspace, Role.Viewer);

        (await viewer.GetAsync("/v1/connections", Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (
            await viewer.PostAsJsonAsync("/v1/connections", connector.Request(connector.NewOrg()), Token)
        ).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_login_that_sends_us_to_a_strangers_host_is_not_believed()
    {
        await using var org = await ScriptedOrg.StartAsync();
        org.InstanceUrl = "https://salesforce.com.evil.example";

        var response = await connector.Integrator.PostAsJsonAsync(
            "/v1/connections",
            new
            {
                name = "stranger",
                system = "salesforce",
                instanceUrl = org.Address,
                clientId = "key",
                clientSecret = "secret",
                direction = "push",
            },
            Token
        );

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await response.Content.ReadAsStringAsync(Token)).ShouldContain("salesforce.com.evil.example");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
