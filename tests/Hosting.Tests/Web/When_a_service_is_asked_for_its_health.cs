using System.Net;
using LeadSync.Contracts;
using LeadSync.MinimalService;
using LeadSync.Testing;

namespace LeadSync.Hosting.Tests.Web;

/// <summary>A service whose broker is not there.</summary>
public sealed class ServiceWithoutBroker() : ServiceUnderTest<MinimalOptions>("minimal")
{
    protected override Task PrepareAsync()
    {
        Settings["LEADSYNC_RABBITMQ"] = "amqp://nobody:nothing@127.0.0.1:9/";
        Settings["LEADSYNC_RABBITMQ_MANAGEMENT"] = "http://nobody:nothing@127.0.0.1:9";
        return Task.CompletedTask;
    }
}

public sealed class When_a_service_is_asked_for_its_health(MinimalServiceUnderTest service)
    : IClassFixture<MinimalServiceUnderTest>
{
    [Fact]
    public async Task It_is_alive_and_ready()
    {
        using var client = service.Anonymous();

        (await AskAsync(client, "/health/live")).Status.ShouldBe(HttpStatusCode.OK);
        await Eventually.ShouldPass(async () =>
            (await AskAsync(client, "/health/ready")).ShouldBe(
                (HttpStatusCode.OK, """{"status":"Healthy","checks":{"database":"Healthy","bus":"Healthy"}}""")
            )
        );
        (await AskAsync(client, "/version")).Text.ShouldContain("0.1.0");
    }

    [Fact]
    public async Task It_is_not_ready_while_a_binding_is_missing_and_names_it()
    {
        using var client = service.Anonymous();
        await service.Broker.UnbindAsync(Wire.Capture, "mapping.capture");

        await Eventually.ShouldPass(async () =>
        {
            var (status, text) = await AskAsync(client, "/health/ready");
            status.ShouldBe(HttpStatusCode.ServiceUnavailable);
            text.ShouldContain("leadsync.capture to mapping.capture");
        });
        (await AskAsync(client, "/health/live")).Status.ShouldBe(HttpStatusCode.OK);

        await service.Broker.BindAsync(Wire.Capture, "mapping.capture");
        await Eventually.ShouldBe(async () => (await AskAsync(client, "/health/ready")).Status == HttpStatusCode.OK);
    }

    private static async Task<(HttpStatusCode Status, string Text)> AskAsync(HttpClient client, string path)
    {
        var answer = await client.GetAsync(path, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}

public sealed class When_a_service_starts_while_the_broker_is_down(ServiceWithoutBroker service)
    : IClassFixture<ServiceWithoutBroker>
{
    [Fact]
    public async Task It_is_alive_and_says_what_it_waits_for()
    {
        using var client = service.Anonymous();

        (await client.GetAsync("/health/live", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
        var ready = await client.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("bus");
    }
}
