using System.Diagnostics;
using System.Net;
using LeadSync.Contracts;
using LeadSync.Gateway.Access;
using LeadSync.Testing;

namespace LeadSync.Gateway.Tests.Capture;

public sealed class When_the_broker_takes_nothing(When_the_broker_takes_nothing.OverALine gateway)
    : IClassFixture<When_the_broker_takes_nothing.OverALine>
{
    private static readonly TimeSpan Seconds = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_broker_that_hangs_is_answered_for_with_503_within_seconds_and_nothing_is_called_accepted()
    {
        var client = await gateway.ClientAsync();
        await RecoverAsync(client);
        gateway.Line.Stall();
        try
        {
            foreach (
                var (body, type) in new[]
                {
                    (Http.Lead("a"), Http.Json),
                    ($"[{Http.Lead("a")},{Http.Lead("b")}]", Http.Json),
                    (Http.Lead("a") + "\n" + Http.Lead("b"), Http.Lines),
                }
            )
            {
                var started = Stopwatch.GetTimestamp();
                var answer = await client.CaptureAsync(body, type);

                Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Seconds);
                await ShouldBeUnavailableAsync(answer);
            }
        }
        finally
        {
            gateway.Line.Flow();
        }
        await RecoverAsync(client);
    }

    [Fact]
    public async Task A_stream_that_had_begun_is_told_line_by_line()
    {
        var key = await gateway.MakeKeyAsync(KeyRole.Capture);
        await RecoverAsync(gateway.ClientWith(key));
        using var request = await OpenRequest.BeginAsync(gateway.Address, key);
        await request.WriteAsync(Http.Lead("before") + "\n");
        (await request.AnswerAsync()).ShouldBe(202);
        var before = (await request.NextAsync())!.Value;
        gateway.Line.Stall();
        try
        {
            await request.WriteAsync(Http.Lead("during") + "\n");
            var during = (await request.NextAsync())!.Value;
            await request.EndAsync();

            before.Text("status").ShouldBe("accepted");
            during.Text("status").ShouldBe("rejected");
            during.Text("code").ShouldBe("BROKER_UNAVAILABLE");
            during.Text("leadId").ShouldBe("during");
            (await request.NextAsync()).ShouldBeNull();
        }
        finally
        {
            gateway.Line.Flow();
        }
    }

    [Fact]
    public async Task Without_mappings_binding_nothing_is_accepted_and_gateway_is_not_ready()
    {
        var client = await gateway.ClientAsync();
        await RecoverAsync(client);
        await gateway.PublishedAsync();
        await gateway.Broker.UnbindSharesAsync(Wire.Capture);
        try
        {
            // At once: before the loss is noticed, the broker returns what no queue takes.
            await ShouldBeUnavailableAsync(await client.CaptureAsync(Http.Lead("a")));
            await ShouldBeUnavailableAsync(await client.CaptureAsync(Http.Lead("a"), Http.Lines));
            await Eventually.ShouldBe(async () =>
                (await client.SendAsync(HttpMethod.Get, "/health/ready")).StatusCode
                == HttpStatusCode.ServiceUnavailable
            );
            await ShouldBeUnavailableAsync(await client.CaptureAsync(Http.Lead("a")));
        }
        finally
        {
            await gateway.Broker.BindSharesAsync(Wire.Capture);
        }
        await RecoverAsync(client);
    }

    private static async Task ShouldBeUnavailableAsync(HttpResponseMessage answer)
    {
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(5));
        (await answer.ReadJsonAsync()).Text("code").ShouldBe("BROKER_UNAVAILABLE");
    }

    // By itself, without anything being restarted.
    private static Task RecoverAsync(HttpClient client) =>
        Eventually.ShouldBe(async () =>
            (await client.CaptureAsync(Http.Lead("again"))).StatusCode == HttpStatusCode.Accepted
        );

    public sealed class OverALine : GatewayUnderTest
    {
        public StallingLine Line { get; private set; } = null!;

        protected override Task PrepareAsync()
        {
            Line = new StallingLine(Broker.Uri);
            Settings["LEADSYNC_RABBITMQ"] = Line.Address.ToString();
            return Task.CompletedTask;
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            await Line.DisposeAsync();
        }
    }
}
