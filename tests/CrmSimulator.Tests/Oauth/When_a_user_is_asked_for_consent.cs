using System.Net;
using System.Text.RegularExpressions;
using LeadSync.CrmSimulator.Oauth;

namespace LeadSync.CrmSimulator.Tests.Oauth;

public sealed partial class When_a_user_is_asked_for_consent
{
    [Fact]
    public async Task The_page_can_be_clicked_through_and_shows_app_org_and_user_once_signed_in()
    {
        await using var app = await ConnectedApp.StartAsync();
        app.App = app.App with { Name = "Leads <b>&</b>" };

        var page = await app.GetAsync(app.AuthorizeUrl(null, ("login_hint", "rep@demo.example")).ToString());
        var signedIn = await SubmitAsync(app, page, "rep@demo.example", decision: null);
        var allowed = await SubmitAsync(app, signedIn, username: null, decision: "allow");
        var again = await app.GetAsync(app.AuthorizeUrl(null, ("prompt", "consent")).ToString());
        var other = await app.GetAsync(app.AuthorizeUrl(null, ("prompt", "login")).ToString());

        page.Text.ShouldContain("Leads &lt;b&gt;&amp;&lt;/b&gt;");
        page.Text.ShouldContain("value=\"rep@demo.example\" selected");
        page.Text.ShouldNotContain("gone@demo.example");
        signedIn.Text.ShouldContain("<strong>rep@demo.example</strong> of <strong>demo</strong>");
        allowed.Status.ShouldBe(HttpStatusCode.Redirect);
        var heard = ConnectedApp.Parameters(allowed.Headers.Location!);
        heard["state"].ShouldBe("s/1 +&");
        heard["code"].ShouldEndWith("==");
        allowed.Headers.Location!.OriginalString.ShouldContain("%3D%3D");
        again.Text.ShouldContain("You are signed in as <strong>rep@demo.example</strong>");
        other.Text.ShouldContain("Sign in as");
    }

    [Fact]
    public async Task Who_has_approved_before_is_sent_back_at_once()
    {
        await using var app = await ConnectedApp.StartAsync();
        var page = await app.GetAsync(app.AuthorizeUrl().ToString());
        var first = await SubmitAsync(app, page, "rep@demo.example", decision: "allow");
        await app.ExchangeAsync(ConnectedApp.Parameters(first.Headers.Location!)["code"]);

        var second = await app.GetAsync(app.AuthorizeUrl().ToString());
        var asked = await app.GetAsync(app.AuthorizeUrl(null, ("prompt", "login consent")).ToString());

        second.Status.ShouldBe(HttpStatusCode.Redirect);
        ConnectedApp.Parameters(second.Headers.Location!).ShouldContainKey("code");
        asked.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_refusal_is_sent_back_in_the_words_of_the_crm()
    {
        await using var app = await ConnectedApp.StartAsync();

        var location = app.Simulator.Consent(app.AuthorizeUrl(), "rep@demo.example", allow: false);

        location.Query.ShouldStartWith("?error=access_denied&error_description=end-user+denied+authorization&state=");
    }

    [Theory]
    [InlineData("client_id", "nobody", "invalid_client_id", "client identifier invalid")]
    [InlineData(
        "redirect_uri",
        "https://app.example/oauth/callback/",
        "redirect_uri_mismatch",
        "redirect_uri must match configuration"
    )]
    [InlineData("redirect_uri", null, "redirect_uri_mismatch", "redirect_uri must match configuration")]
    public async Task A_wrong_app_or_callback_stays_on_a_page_of_the_crm(
        string parameter,
        string? value,
        string error,
        string description
    )
    {
        await using var app = await ConnectedApp.StartAsync();

        var page = await app.GetAsync(app.AuthorizeUrl(null, (parameter, value)).ToString());

        page.Status.ShouldBe(HttpStatusCode.BadRequest);
        page.ContentHeaders.ContentType!.MediaType.ShouldBe("text/html");
        page.Text.ShouldContain($"error={error}&amp;error_description={description}");
    }

    [Theory]
    [InlineData("response_type", "token", "unsupported_response_type", "response type not supported")]
    [InlineData("response_type", null, "invalid_request", "missing required parameter: response_type")]
    [InlineData("scope", "api sfdc_everything", "invalid_scope", "the requested scope is not allowed")]
    [InlineData("code_challenge", null, "invalid_request", "missing required code challenge")]
    [InlineData("code_challenge_method", "plain", "invalid_request", "invalid code challenge method")]
    public async Task Any_other_mistake_is_sent_back_to_the_app(
        string parameter,
        string? value,
        string error,
        string description
    )
    {
        await using var app = await ConnectedApp.StartAsync();
        app.App = app.App with { PkceRequired = true };

        var heard = app.Consent(app.AuthorizeUrl(null, (parameter, value)));

        heard["error"].ShouldBe(error);
        heard["error_description"].ShouldBe(description);
        heard["state"].ShouldBe("s/1 +&");
    }

    [Theory]
    [InlineData(AppKind.ConnectedApp, "invalid_client: app must be installed into org")]
    [InlineData(AppKind.ExternalClientApp, "app_not_found: External client app is not installed in this org")]
    public async Task An_app_that_is_not_installed_is_refused(AppKind kind, string words)
    {
        await using var app = await ConnectedApp.StartAsync();
        var other = app.Simulator.Orgs.Add("other", "other-client", "other-secret");
        other.Setup = People.WithSales(other.Setup);
        app.App = app.App with { Kind = kind, InstalledIn = [] };

        var error = Should.Throw<ConsentException>(() => app.Consent(app.AuthorizeUrl(), "rep@other.example"));
        other.Settings = other.Settings with { UninstalledAppIsSentBack = true };
        var heard = app.Consent(app.AuthorizeUrl(), "rep@other.example");
        app.App = app.App with { InstalledIn = ["other"] };
        var installed = app.Consent(app.AuthorizeUrl(), "rep@other.example");

        error.Message.ShouldBe(words);
        $"{heard["error"]}: {heard["error_description"]}".ShouldBe(words);
        installed.ShouldContainKey("code");
    }

    [Fact]
    public async Task Only_those_an_admin_has_approved_may_use_an_app_for_which_that_is_asked()
    {
        await using var app = await ConnectedApp.StartAsync();
        app.App = app.App with { AdminApprovedOnly = true, ApprovedUsers = ["integration@demo.example"] };

        app.Consent(app.AuthorizeUrl())["error_description"].ShouldBe("user is not admin approved to access this app");
        app.Consent(app.AuthorizeUrl(), "integration@demo.example").ShouldContainKey("code");
        app.App = app.App with { IpRestricted = true };
        app.Consent(app.AuthorizeUrl(), "integration@demo.example")["error_description"].ShouldBe("ip restricted");
    }

    [Theory]
    [InlineData("gone@demo.example")]
    [InlineData("nobody@demo.example")]
    public async Task Nobody_signs_in_who_is_unknown_or_has_left(string username)
    {
        await using var app = await ConnectedApp.StartAsync();

        var error = Should.Throw<ConsentException>(() => app.Consent(app.AuthorizeUrl(), username));

        error.Message.ShouldStartWith("Please check your username");
    }

    private static Task<Answer> SubmitAsync(ConnectedApp app, Answer page, string? username, string? decision)
    {
        page.Status.ShouldBe(HttpStatusCode.OK, page.Text);
        var hidden = Hidden()
            .Matches(page.Text)
            .Select(match => (match.Groups["name"].Value, (string?)WebUtility.HtmlDecode(match.Groups["value"].Value)));
        var chosen = new (string, string?)[] { ("username", username), ("decision", decision) };
        return app.PostAsync("authorize", [.. hidden, .. chosen.Where(one => one.Item2 is not null)]);
    }

    [GeneratedRegex(
        "<input type=\"hidden\" name=\"(?<name>[^\"]*)\" value=\"(?<value>[^\"]*)\">",
        RegexOptions.ExplicitCapture,
        10_000
    )]
    private static partial Regex Hidden();
}
