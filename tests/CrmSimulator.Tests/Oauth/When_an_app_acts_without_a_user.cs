using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LeadSync.CrmSimulator.Hosts;
using LeadSync.CrmSimulator.Oauth;

namespace LeadSync.CrmSimulator.Tests.Oauth;

public sealed class When_an_app_acts_without_a_user : IDisposable
{
    private const string JwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    private readonly RSA key = RSA.Create(2048);

    public void Dispose() => key.Dispose();

    [Fact]
    public async Task A_signed_assertion_gives_a_session_of_its_subject()
    {
        await using var app = await StartAsync();

        var answer = await AssertAsync(app, Claims(app));

        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        answer
            .Json.EnumerateObject()
            .Select(member => member.Name)
            .ShouldBe(["access_token", "scope", "id_token", "instance_url", "id", "token_type"], ignoreOrder: true);
        var identity = await app.GetAsync(answer.Json.GetProperty("id").GetString()!, answer.AccessToken());
        identity.Json.GetProperty("username").GetString().ShouldBe("rep@demo.example");
    }

    [Theory]
    [InlineData("iss", "nobody", "invalid_client_id", "client identifier invalid")]
    [InlineData("aud", "https://elsewhere.example", "invalid_grant", "audience is invalid")]
    [InlineData("sub", "integration@demo.example", "invalid_grant", "user is not admin approved to access this app")]
    [InlineData("sub", "gone@demo.example", "invalid_grant", "inactive user")]
    [InlineData("sub", "nobody@demo.example", "invalid_grant", "authentication failure")]
    [InlineData("exp", 0L, "invalid_grant", "invalid assertion")]
    [InlineData("exp", 100_000_000_000L, "invalid_grant", "invalid assertion")]
    public async Task A_wrong_claim_is_refused(string claim, object value, string error, string description)
    {
        await using var app = await StartAsync();
        var claims = Claims(app);
        claims[claim] = value;

        (await AssertAsync(app, claims)).ShouldBeOauthError(error, description);
    }

    [Fact]
    public async Task Another_key_or_a_user_who_has_not_approved_is_refused()
    {
        await using var app = await StartAsync();
        using var other = RSA.Create(2048);

        (await AssertAsync(app, Claims(app), other)).ShouldBeOauthError("invalid_grant", "invalid assertion");
        app.App = app.App with { AdminApprovedOnly = false };
        (await AssertAsync(app, Claims(app))).ShouldBeOauthError("invalid_grant", "user hasn't approved this consumer");
        await app.ConnectAsync();
        (await AssertAsync(app, Claims(app))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Client_credentials_need_a_user_to_run_as_and_the_orgs_own_host()
    {
        await using var app = await ConnectedApp.StartAsync();
        var login = await app.Simulator.Hosts.OpenAsync(HostRole.Login);
        var own = await app.Simulator.Hosts.OpenAsync(HostRole.MyDomain, "demo");

        var here = await ByClientAsync(app, own.Address);
        var atLogin = await ByClientAsync(app, login.Address);
        app.App = app.App with { RunAs = null };
        var withoutUser = await ByClientAsync(app, own.Address);
        app.App = app.App with { RunAs = "gone@demo.example" };
        var inactive = await ByClientAsync(app, own.Address);

        here.Status.ShouldBe(HttpStatusCode.OK);
        here.Json.GetProperty("instance_url").GetString().ShouldBe(own.Address.GetLeftPart(UriPartial.Authority));
        atLogin.ShouldBeOauthError("invalid_grant", "request not supported on this domain");
        withoutUser.ShouldBeOauthError("invalid_grant", "no client credentials user enabled");
        inactive.ShouldBeOauthError("invalid_grant", "inactive user");
    }

    [Fact]
    public async Task Users_sign_in_only_where_their_org_is()
    {
        await using var app = await ConnectedApp.StartAsync();
        var sandbox = app.Simulator.Orgs.Add("uat", "uat-client", "uat-secret");
        sandbox.Settings = sandbox.Settings with { IsSandbox = true };
        var login = await app.Simulator.Hosts.OpenAsync(HostRole.Login);
        var test = await app.Simulator.Hosts.OpenAsync(HostRole.Test);
        var own = await app.Simulator.Hosts.OpenAsync(HostRole.MyDomain, "uat");

        string Code(CrmHost host, string username) =>
            app.Consent(app.AuthorizeUrl(host.Address), username).GetValueOrDefault("code", "");
        void Refused(CrmHost host, string username) =>
            Should.Throw<ConsentException>(() => Code(host, username)).Message.ShouldStartWith("Please check");

        Code(login, "rep@demo.example").ShouldNotBeEmpty();
        Refused(login, "rep@uat.example");
        Refused(test, "rep@demo.example");
        Refused(own, "rep@demo.example");
        Code(own, "rep@uat.example").ShouldNotBeEmpty();
        var token = await app.ExchangeAsync(Code(test, "rep@uat.example"));
        token.Json.GetProperty("instance_url").GetString().ShouldBe(own.Address.GetLeftPart(UriPartial.Authority));
        var there = await app.GetAsync(
            new Uri(own.Address, "/services/data/v60.0/limits").ToString(),
            token.AccessToken()
        );
        var wrong = await app.GetAsync(
            new Uri(login.Address, "/services/data/v60.0/limits").ToString(),
            token.AccessToken()
        );
        there.Status.ShouldBe(HttpStatusCode.OK);
        wrong.ShouldBeRefused(401, "INVALID_SESSION_ID");
    }

    private async Task<ConnectedApp> StartAsync()
    {
        var app = await ConnectedApp.StartAsync();
        app.App = app.App with
        {
            Certificate = key.ExportSubjectPublicKeyInfoPem(),
            AdminApprovedOnly = true,
            ApprovedUsers = ["rep@demo.example"],
        };
        return app;
    }

    private static Dictionary<string, object> Claims(ConnectedApp app) =>
        new(StringComparer.Ordinal)
        {
            ["iss"] = app.App.ClientId,
            ["sub"] = "rep@demo.example",
            ["aud"] = app.Simulator.Address.GetLeftPart(UriPartial.Authority),
            ["exp"] = TimeProvider.System.GetUtcNow().AddMinutes(3).ToUnixTimeSeconds(),
        };

    private Task<Answer> AssertAsync(ConnectedApp app, Dictionary<string, object> claims, RSA? by = null)
    {
        static string Part(object part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
        var signed = $"{Part(new { alg = "RS256" })}.{Part(claims)}";
        var signature = (by ?? key).SignData(
            Encoding.ASCII.GetBytes(signed),
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );
        return app.PostAsync(
            "token",
            ("grant_type", JwtBearer),
            ("assertion", $"{signed}.{Base64Url.EncodeToString(signature)}")
        );
    }

    private static async Task<Answer> ByClientAsync(ConnectedApp app, Uri host)
    {
        using var content = new FormUrlEncodedContent([
            new("grant_type", "client_credentials"),
            new("client_id", app.App.ClientId),
            new("client_secret", app.App.ClientSecret),
        ]);
        using var response = await app.Http.PostAsync(
            new Uri(host, "/services/oauth2/token"),
            content,
            TestContext.Current.CancellationToken
        );
        return new(
            response.StatusCode,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            response.Headers,
            response.Content.Headers
        );
    }
}
