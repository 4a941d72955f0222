using System.Net;
using System.Net.Http.Json;
using LeadSync.Testing;
using LeadSync.WholeSystem;

namespace LeadSync.Journeys;

/// <summary>A binding that somebody deleted must not cost a single lead.</summary>
[Collection<OneHouse>]
public sealed class When_nobody_listens_any_more(House house)
{
    [Fact]
    public async Task Gateway_refuses_at_once_turns_unready_and_goes_on_when_it_is_mended()
    {
        var gateway = house.Services["Gateway"];
        await house.Broker.UnbindSharesAsync("leadsync.capture", House.Shares);
        try
        {
            using var refused = await house.Http.PostAsJsonAsync(
                "/v1/leads",
                Lead("unheard"),
                TestContext.Current.CancellationToken
            );

            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            refused.Headers.RetryAfter.ShouldNotBeNull();
            await Eventually.ShouldBe(async () => await gateway.ReadinessAsync() == HttpStatusCode.ServiceUnavailable);
        }
        finally
        {
            await house.Broker.BindSharesAsync("leadsync.capture", House.Shares);
        }
        await Eventually.ShouldBe(async () => await gateway.ReadinessAsync() == HttpStatusCode.OK);
        await house.CaptureAsync(Lead("heard"));
        await Eventually.ShouldBe(() => house.Crm.Org.Find("Lead", "heard@journeys.example").Count == 1);
    }

    private static object Lead(string name) =>
        new
        {
            source = "web",
            leadId = name,
            fields = new
            {
                lastName = "Person",
                company = "Acme",
                email = $"{name}@journeys.example",
            },
        };
}
