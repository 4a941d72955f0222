using System.Net;
using System.Text.Json;
using Dapper;
using LeadSync.Connector.OAuth;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Connector.Tests.OAuth;

/// <summary>Of its own, because it moves the clock.</summary>
public sealed class When_nobody_finishes_what_was_begun(OAuthUnderTest connector) : IClassFixture<OAuthUnderTest>
{
    [Fact]
    public async Task An_answer_after_ten_minutes_is_too_late()
    {
        var asked = await connector.AskAsync(OAuthUnderTest.NewConnection("late"));
        connector.Clock.Advance(TimeSpan.FromMinutes(10));

        var page = await connector.ConsentAsync(asked, connector.NewOrg());

        page.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await page.Content.ReadAsStringAsync(Token)).ShouldContain("CONSENT_EXPIRED");
    }

    [Fact]
    public async Task An_org_that_nobody_confirms_gets_its_access_back()
    {
        var org = connector.NewOrg();
        var asked = await connector.AskAsync(OAuthUnderTest.NewConnection("forgotten"));
        await connector.ConsentAsync(asked, org);
        org.ShowGrants().ShouldHaveSingleItem();

        connector.Clock.Advance(TimeSpan.FromMinutes(31));
        var confirmed = await connector.ConfirmAsync(asked, org.Id);
        await connector.Services.GetRequiredService<EndConsent>().RunOnceAsync(Token);

        confirmed.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await OAuthUnderTest.CodeAsync(confirmed)).ShouldBe("CONSENT_EXPIRED");
        await Testing.Eventually.ShouldBe(() => org.ShowGrants().Count == 0);
        var shown = await connector.ShowConsentAsync(asked);
        shown.GetProperty("error").GetProperty("code").GetString().ShouldBe("CONSENT_EXPIRED");
    }

    [Fact]
    public async Task One_that_is_cancelled_gives_its_access_back_at_once()
    {
        var org = connector.NewOrg();
        var asked = await connector.AskAsync(OAuthUnderTest.NewConnection("cancelled"));
        await connector.ConsentAsync(asked, org);

        var cancelled = await connector.Integrator.DeleteAsync(
            new Uri($"/v1/connections/consents/{asked.GetProperty("id").GetGuid()}", UriKind.Relative),
            Token
        );

        cancelled.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        org.ShowGrants().ShouldBeEmpty();
        (await connector.ConfirmAsync(asked, org.Id)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task What_has_ended_is_forgotten_after_a_while_and_stays_in_the_history()
    {
        var end = connector.Services.GetRequiredService<EndConsent>();
        var refused = await connector.AskAsync(OAuthUnderTest.NewConnection("long ago"));
        var org = connector.NewOrg();
        var connection = await connector.AuthoriseAsync(org);
        await connector.Integrator.DeleteAsync(Path(refused), Token);

        connector.Clock.Advance(TimeSpan.FromDays(29));
        while (await end.RunOnceAsync(Token)) { }
        var before = await connector.Integrator.GetAsync(Path(refused), Token);
        connector.Clock.Advance(TimeSpan.FromDays(2));
        var fresh = await connector.AskAsync(OAuthUnderTest.NewConnection("just now"));
        while (await end.RunOnceAsync(Token)) { }

        before.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await connector.Integrator.GetAsync(Path(refused), Token)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await connector.Integrator.GetAsync(Path(fresh), Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var database = await connector.Database.Source.OpenConnectionAsync(Token);
        var left = await database.ExecuteScalarAsync<int>("select count(*) from consent where step <> 'asked'");
        left.ShouldBe(0);
        (await connector.HistoryAsync(connection)).ShouldBe(["consentAsked", "orgShown", "connected"]);
    }

    private static Uri Path(JsonElement asked) =>
        new($"/v1/connections/consents/{asked.GetProperty("id").GetGuid()}", UriKind.Relative);

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
