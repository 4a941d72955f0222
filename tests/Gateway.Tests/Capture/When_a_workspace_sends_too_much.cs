using System.Net;

namespace LeadSync.Gateway.Tests.Capture;

public sealed class When_a_workspace_sends_too_much(When_a_workspace_sends_too_much.Slow gateway)
    : IClassFixture<When_a_workspace_sends_too_much.Slow>
{
    [Fact]
    public async Task It_is_told_when_to_come_back_and_others_are_not()
    {
        var greedy = await gateway.ClientAsync(workspace: "greedy");
        var modest = await gateway.ClientAsync(workspace: "modest");
        var twenty = $"[{string.Join(',', Enumerable.Range(0, 20).Select(i => Http.Lead($"l{i}")))}]";

        var first = await greedy.CaptureAsync(twenty);
        var second = await greedy.CaptureAsync(twenty);
        var others = await modest.CaptureAsync(Http.Lead("a"));

        first.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        second.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        second.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
        (await second.ReadJsonAsync()).Text("code").ShouldBe("RATE_LIMITED");
        others.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_stream_is_slowed_down_and_not_cut()
    {
        var client = await gateway.ClientAsync(workspace: "streaming");
        // One list of more leads than the bucket ever holds: the rest must wait for the rate.
        var body = string.Join('\n', Enumerable.Range(0, 25).Select(i => Http.Lead($"l{i}")));

        var answer = await client.CaptureAsync(body, Http.Lines);

        var lines = await answer.ReadLinesAsync();
        lines.Count.ShouldBe(25);
        lines.ShouldAllBe(line => line.GetProperty("status").GetString() == "accepted");
    }

    public sealed class Slow : GatewayUnderTest
    {
        public Slow()
        {
            Settings["Capture:LeadsPerSecond"] = "10";
            Settings["Capture:Burst"] = "20";
            Settings["Capture:MaxItems"] = "20";
        }
    }
}
