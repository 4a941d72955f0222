using System.Net;
using Dapper;

namespace LeadSync.Connector.Tests.OAuth;

/// <summary>Of its own, because few requests are allowed.</summary>
public sealed class When_strangers_come_to_the_pages(When_strangers_come_to_the_pages.FewPages connector)
    : IClassFixture<When_strangers_come_to_the_pages.FewPages>
{
    private const int Allowed = 5;

    public sealed class FewPages : OAuthUnderTest
    {
        protected override async Task PrepareAsync()
        {
            await base.PrepareAsync();
            Settings["OAuth:PagesPerMinute"] = $"{Allowed}";
        }
    }

    [Fact]
    public async Task They_are_answered_so_often_and_then_told_to_come_back()
    {
        var answers = new List<HttpResponseMessage>();
        // A new minute may begin between two of them, but not five times.
        for (var asked = 0; asked < 6 * Allowed; asked++)
            answers.Add(await VisitAsync("203.0.113.1", "/oauth/nobodys-crm-7/callback?state=x"));

        answers[0].StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answers[0].Content.ReadAsStringAsync(Token)).ShouldContain("NOT_FOUND");
        answers.Count(one => one.StatusCode == HttpStatusCode.NotFound).ShouldBeGreaterThanOrEqualTo(Allowed);
        var refused = answers.First(one => one.StatusCode == HttpStatusCode.TooManyRequests);
        (await refused.Content.ReadAsStringAsync(Token)).ShouldContain("RATE_LIMITED");
        refused.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

        // Others are not held up by who asks without end.
        var other = await VisitAsync("198.51.100.7", "/oauth/nobodys-crm-7/callback?state=x");
        other.StatusCode.ShouldBe(HttpStatusCode.NotFound);

        // A name that somebody put into an address goes nowhere.
        connector.Logs.Lines.ShouldAllBe(line => !line.Contains("nobodys-crm-7"));
        await using var database = await connector.Database.Source.OpenConnectionAsync(Token);
        (await database.ExecuteScalarAsync<int>("select count(*) from connection_history")).ShouldBe(0);
    }

    [Fact]
    public async Task Who_has_a_key_is_not_held_up_by_them()
    {
        for (var asked = 0; asked < 2 * Allowed; asked++)
            await VisitAsync("203.0.113.2", "/connect/nobodys-link");

        for (var asked = 0; asked < 2 * Allowed; asked++)
        {
            var answer = await connector.Integrator.GetAsync("/v1/connections", Token);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    /// <summary>As Gateway passes a visitor on; each test has visitors of its own.</summary>
    private async Task<HttpResponseMessage> VisitAsync(string from, string page)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, page);
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", from);
        return await connector.Anonymous().SendAsync(request, Token);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
