using System.Net;
using System.Text.Json;
using LeadSync.CrmSimulator.Data;
using LeadSync.Hosting.Web;

namespace LeadSync.Connector.Tests.OAuth;

public sealed class When_a_connect_link_is_followed(OAuthUnderTest connector) : IClassFixture<OAuthUnderTest>
{
    [Fact]
    public async Task An_admin_without_an_account_connects_the_org_and_sees_which()
    {
        var org = connector.NewOrg();
        var asked = await connector.AskAsync(OAuthUnderTest.NewConnection("By <link> & co", link: true));
        var link = new Uri(asked.GetProperty("connectLink").GetString()!);
        link.AbsoluteUri.ShouldStartWith("https://leads.example/connect/");
        asked.TryGetProperty("authorizeUrl", out _).ShouldBeFalse();

        var start = await connector.Anonymous().GetAsync(link.PathAndQuery, Token);
        var text = await start.Content.ReadAsStringAsync(Token);
        text.ShouldContain("By &lt;link&gt; &amp; co");
        text.ShouldNotContain("<link>");
        var policy = start.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'none'");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldContain("form-action 'self';");
        start.Headers.GetValues("Referrer-Policy").Single().ShouldBe("no-referrer");

        var (location, cookie) = await FollowAsync(link);
        cookie.ShouldContain("httponly", Case.Insensitive);
        cookie.ShouldContain("samesite=lax", Case.Insensitive);
        cookie.ShouldContain("secure", Case.Insensitive);
        var back = await connector.ComeBackAsync(Allow(location, org), Value(cookie));
        var confirm = await back.Content.ReadAsStringAsync(Token);
        confirm.ShouldContain(org.Id);
        confirm.ShouldContain(OAuthUnderTest.User(org));

        var done = await PostAsync(Value(cookie), ("orgId", org.Id), ("decision", "confirm"));
        done.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await done.Content.ReadAsStringAsync(Token)).ShouldContain("<h1>Connected</h1>");
        var made = await connector.ShowAsync(asked.GetProperty("connectionId").GetGuid());
        made.GetProperty("orgId").GetString().ShouldBe(org.Id);
        (await connector.HistoryAsync(made.GetProperty("id").GetGuid())).ShouldBe([
            "linkMade",
            "linkFollowed",
            "orgShown",
            "connected",
        ]);
    }

    [Fact]
    public async Task It_works_once()
    {
        var (_, link) = await LinkAsync("once");
        await FollowAsync(link);

        var again = await connector.Anonymous().PostAsync(link.PathAndQuery, content: null, Token);
        var shown = await connector.Anonymous().GetAsync(link.PathAndQuery, Token);

        again.StatusCode.ShouldBe(HttpStatusCode.Gone);
        shown.StatusCode.ShouldBe(HttpStatusCode.Gone);
        (await shown.Content.ReadAsStringAsync(Token)).ShouldContain("CONSENT_EXPIRED");
    }

    [Theory]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("confirm")]
    [InlineData("'%20or%20true")]
    public async Task One_that_nobody_made_opens_nothing(string secret) =>
        (await connector.Anonymous().GetAsync($"/connect/{secret}", Token)).StatusCode.ShouldBe(HttpStatusCode.Gone);

    [Fact]
    public async Task The_answer_counts_only_in_the_browser_that_followed_it()
    {
        var org = connector.NewOrg();
        var (asked, link) = await LinkAsync("another browser");
        var (location, _) = await FollowAsync(link);

        var page = await connector.ComeBackAsync(Allow(location, org));

        page.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await page.Content.ReadAsStringAsync(Token)).ShouldContain("CONSENT_UNKNOWN");
        var shown = await connector.ShowConsentAsync(asked);
        shown.GetProperty("step").GetString().ShouldBe("refused");
    }

    [Fact]
    public async Task Who_does_not_want_the_org_gives_its_access_back()
    {
        var org = connector.NewOrg();
        var (asked, link) = await LinkAsync("unwanted");
        var (location, cookie) = await FollowAsync(link);
        await connector.ComeBackAsync(Allow(location, org), Value(cookie));

        var cancelled = await PostAsync(Value(cookie), ("orgId", org.Id), ("decision", "cancel"));

        cancelled.StatusCode.ShouldBe(HttpStatusCode.OK);
        org.ShowGrants().ShouldBeEmpty();
        (await connector.ShowConsentAsync(asked)).GetProperty("step").GetString().ShouldBe("refused");
    }

    [Fact]
    public async Task Nobody_confirms_without_the_cookie_or_another_org_than_was_shown()
    {
        var org = connector.NewOrg();
        var (asked, link) = await LinkAsync("careful");
        var (location, cookie) = await FollowAsync(link);
        await connector.ComeBackAsync(Allow(location, org), Value(cookie));

        var without = await PostAsync(null, ("orgId", org.Id), ("decision", "confirm"));
        var other = await PostAsync(Value(cookie), ("orgId", "00D000000000001EAA"), ("decision", "confirm"));

        without.StatusCode.ShouldBe(HttpStatusCode.Gone);
        other.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await connector.ShowConsentAsync(asked)).GetProperty("step").GetString().ShouldBe("shown");
    }

    [Fact]
    public async Task Who_made_it_cannot_confirm_it_with_another_key_but_may_with_the_same()
    {
        var org = connector.NewOrg();
        var (asked, link) = await LinkAsync("by key");
        var (location, cookie) = await FollowAsync(link);
        await connector.ComeBackAsync(Allow(location, org), Value(cookie));
        var other = connector.Client(ConnectorUnderTest.Workspace, Role.Integrator, "key:other");

        (await connector.ConfirmAsync(asked, org.Id, client: other)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await connector.ConfirmAsync(asked, org.Id)).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    private async Task<(JsonElement Asked, Uri Link)> LinkAsync(string name)
    {
        var asked = await connector.AskAsync(OAuthUnderTest.NewConnection(name, link: true));
        return (asked, new Uri(asked.GetProperty("connectLink").GetString()!));
    }

    /// <summary>Presses the button of the start page: where the browser is sent, and the cookie it gets.</summary>
    private async Task<(Uri Location, string Cookie)> FollowAsync(Uri link)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        using var browser = new HttpClient(handler) { BaseAddress = connector.Address };
        var sent = await browser.PostAsync(link.PathAndQuery, content: null, Token);
        sent.StatusCode.ShouldBe(HttpStatusCode.OK);
        var text = await sent.Content.ReadAsStringAsync(Token);
        var address = text.Split("href=\"")[1].Split('"')[0];
        text.ShouldContain($"http-equiv=\"refresh\" content=\"0;url={address}\"");
        return (new Uri(WebUtility.HtmlDecode(address)), sent.Headers.GetValues("Set-Cookie").Single());
    }

    private async Task<HttpResponseMessage> PostAsync(string? cookie, params (string Name, string Value)[] form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/connect/confirm");
        request.Content = new FormUrlEncodedContent(
            form.Select(one => new KeyValuePair<string, string>(one.Name, one.Value))
        );
        if (cookie is not null)
            request.Headers.TryAddWithoutValidation("Cookie", cookie);
        return await connector.Anonymous().SendAsync(request, Token);
    }

    private Uri Allow(Uri location, Org org) => connector.Salesforce.Consent(location, OAuthUnderTest.User(org));

    private static string Value(string cookie) => cookie.Split(';')[0];

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
