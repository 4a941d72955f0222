using System.Net;

namespace LeadSync.CrmSimulator.Tests.Oauth;

public sealed class When_a_token_is_refreshed_or_revoked
{
    private const string Dead = "expired access/refresh token";

    [Fact]
    public async Task A_new_session_comes_without_a_new_refresh_token()
    {
        await using var app = await ConnectedApp.StartAsync();
        var first = await app.ConnectAsync();
        app.Simulator.Org.ExpireSessions();

        var second = await app.RefreshAsync(first.RefreshToken());
        var third = await app.RefreshAsync(first.RefreshToken());

        second.RefreshToken().ShouldBeNull();
        third.Status.ShouldBe(HttpStatusCode.OK);
        (await LimitsAsync(app, first)).ShouldBe(HttpStatusCode.Unauthorized);
        (await LimitsAsync(app, second)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_rotating_app_gets_a_new_refresh_token_and_the_old_one_dies()
    {
        await using var app = await ConnectedApp.StartAsync();
        app.App = app.App with { RotatesRefreshTokens = true };
        var first = await app.ConnectAsync();

        var second = await app.RefreshAsync(first.RefreshToken());
        var stale = await app.RefreshAsync(first.RefreshToken());
        var third = await app.RefreshAsync(second.RefreshToken());

        second.RefreshToken().ShouldNotBe(first.RefreshToken(), StringComparer.Ordinal);
        stale.ShouldBeOauthError("invalid_grant", Dead);
        third.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_sixth_approval_silently_ends_the_first()
    {
        await using var app = await ConnectedApp.StartAsync();
        var approvals = new List<Answer>();
        for (var i = 0; i < 6; i++)
            approvals.Add(await app.ConnectAsync());

        (await app.RefreshAsync(approvals[0].RefreshToken())).ShouldBeOauthError("invalid_grant", Dead);
        (await LimitsAsync(app, approvals[0])).ShouldBe(HttpStatusCode.Unauthorized);
        foreach (var alive in approvals.Skip(1))
            (await app.RefreshAsync(alive.RefreshToken())).Status.ShouldBe(HttpStatusCode.OK);
        (await app.RefreshAsync((await app.ConnectAsync("integration@demo.example")).RefreshToken())).Status.ShouldBe(
            HttpStatusCode.OK
        );
    }

    [Fact]
    public async Task A_revoked_refresh_token_takes_its_sessions_along_and_a_revoked_session_goes_alone()
    {
        await using var app = await ConnectedApp.StartAsync();
        var one = await app.ConnectAsync();
        var two = await app.ConnectAsync();

        var revoked = await app.PostAsync("revoke", ("token", one.RefreshToken()));
        var sessionEnded = await app.PostAsync("revoke", ("token", two.AccessToken()));
        var unknown = await app.PostAsync("revoke", ("token", "never"));

        revoked.Status.ShouldBe(HttpStatusCode.OK);
        revoked.Text.ShouldBeEmpty();
        (await LimitsAsync(app, one)).ShouldBe(HttpStatusCode.Unauthorized);
        (await app.RefreshAsync(one.RefreshToken())).ShouldBeOauthError("invalid_grant", Dead);
        sessionEnded.Status.ShouldBe(HttpStatusCode.OK);
        (await LimitsAsync(app, two)).ShouldBe(HttpStatusCode.Unauthorized);
        (await app.RefreshAsync(two.RefreshToken())).Status.ShouldBe(HttpStatusCode.OK);
        unknown.ShouldBeOauthError("invalid_token", "invalid token");
    }

    [Fact]
    public async Task An_admin_can_end_it_in_the_crm()
    {
        await using var app = await ConnectedApp.StartAsync();
        var connected = await app.ConnectAsync();
        app.Simulator.Org.ShowGrants().ShouldHaveSingleItem().Username.ShouldBe("rep@demo.example");

        app.Simulator.Org.RevokeGrants("rep@demo.example");

        (await app.RefreshAsync(connected.RefreshToken())).ShouldBeOauthError("invalid_grant", Dead);
    }

    [Fact]
    public async Task A_token_ends_when_idle_or_old_where_the_app_says_so()
    {
        var clock = new SetClock();
        await using var app = await ConnectedApp.StartAsync(new() { Clock = clock });
        app.App = app.App with
        {
            RefreshTokenIdleLifetime = TimeSpan.FromDays(2),
            RefreshTokenLifetime = TimeSpan.FromDays(3),
        };
        var used = await app.ConnectAsync();
        var idle = await app.ConnectAsync();

        clock.Advance(TimeSpan.FromDays(1.5));
        (await app.RefreshAsync(used.RefreshToken())).Status.ShouldBe(HttpStatusCode.OK);
        clock.Advance(TimeSpan.FromDays(1));
        (await app.RefreshAsync(idle.RefreshToken())).ShouldBeOauthError("invalid_grant", Dead);
        (await app.RefreshAsync(used.RefreshToken())).Status.ShouldBe(HttpStatusCode.OK);
        clock.Advance(TimeSpan.FromDays(1));
        (await app.RefreshAsync(used.RefreshToken())).ShouldBeOauthError("invalid_grant", Dead);
    }

    [Fact]
    public async Task A_token_tells_of_itself_to_its_app_alone()
    {
        await using var app = await ConnectedApp.StartAsync();
        var connected = await app.ConnectAsync();
        (string, string?)[] own = [("client_id", app.App.ClientId), ("client_secret", app.App.ClientSecret)];

        var live = await app.PostAsync("introspect", [("token", connected.AccessToken()), .. own]);
        var lasting = await app.PostAsync("introspect", [("token", connected.RefreshToken()), .. own]);
        app.Simulator.Org.ExpireSessions();
        var dead = await app.PostAsync("introspect", [("token", connected.AccessToken()), .. own]);

        live.Json.GetProperty("active").GetBoolean().ShouldBeTrue();
        live.Json.GetProperty("username").GetString().ShouldBe("rep@demo.example");
        live.Json.GetProperty("token_type").GetString().ShouldBe("access_token");
        lasting.Json.GetProperty("token_type").GetString().ShouldBe("refresh_token");
        dead.Text.ShouldBe("""{"active":false}""");
        (await app.PostAsync("introspect", ("token", "x"), ("client_id", app.App.ClientId))).ShouldBeOauthError(
            "invalid_client",
            "invalid client credentials"
        );
    }

    [Fact]
    public async Task Grants_apps_and_hosts_outlive_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("simulator-").FullName;
        try
        {
            string? refreshToken;
            Uri sandbox;
            await using (var app = await ConnectedApp.StartAsync(new() { DataFolder = folder }))
            {
                app.App = app.App with { RotatesRefreshTokens = true };
                refreshToken = (await app.ConnectAsync()).RefreshToken();
                sandbox = (await app.Simulator.Hosts.OpenAsync(CrmSimulator.Hosts.HostRole.Test)).Address;
            }

            await using var again = await ConnectedApp.StartAsync(new() { DataFolder = folder });

            var refreshed = await again.RefreshAsync(refreshToken);
            refreshed.Status.ShouldBe(HttpStatusCode.OK, refreshed.Text);
            refreshed.RefreshToken().ShouldNotBeNull();
            again.Simulator.Hosts.All[1].Address.ShouldBe(sandbox);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<HttpStatusCode> LimitsAsync(ConnectedApp app, Answer token) =>
        (await app.GetAsync("/services/data/v60.0/limits", token.AccessToken())).Status;
}
