using System.Net;
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

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
