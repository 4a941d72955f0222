using System.Net;

namespace LeadSync.Hosting.Tests.Web;

public sealed class When_a_service_is_asked_for_its_health(MinimalServiceUnderTest service)
    : IClassFixture<MinimalServiceUnderTest>
{
    [Fact]
    public async Task It_is_alive_and_ready()
    {
        using var client = service.Anonymous();

        (await client.GetAsync("/health/live", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
        await Testing.Eventually.ShouldBe(async () =>
            (await client.GetAsync("/health/ready")).StatusCode == HttpStatusCode.OK
        );
    }
}
