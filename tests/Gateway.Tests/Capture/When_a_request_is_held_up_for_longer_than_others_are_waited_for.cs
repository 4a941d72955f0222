using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Gateway.Tests.Capture;

/// <summary>On a busy machine a thread may stand still for longer than the few milliseconds in which requests are joined.</summary>
public sealed class When_a_request_is_held_up_for_longer_than_others_are_waited_for(
    When_a_request_is_held_up_for_longer_than_others_are_waited_for.HurriedGateway gateway
) : IClassFixture<When_a_request_is_held_up_for_longer_than_others_are_waited_for.HurriedGateway>
{
    [Fact]
    public async Task What_is_acknowledged_is_with_the_broker_all_the_same()
    {
        var client = await gateway.ClientAsync();

        var answer = await client.CaptureAsync(Http.Lead("held-up"));

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await gateway.PublishedAsync())
            .SelectMany(list => list.Items)
            .Select(lead => lead.LeadId)
            .ShouldBe(["held-up"]);
    }

    /// <summary>A Gateway for which the time in which requests are joined is over as soon as it begins.</summary>
    public sealed class HurriedGateway : GatewayUnderTest
    {
        private static readonly TimeSpan Joined = TimeSpan.FromMilliseconds(17);

        public HurriedGateway() => Settings["Capture:JoinWindow"] = Joined.ToString();

        protected override void Replace(IServiceCollection services) =>
            services.AddSingleton<TimeProvider>(new HurriedClock());

        private sealed class HurriedClock : TimeProvider
        {
            public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
            {
                var timer = base.CreateTimer(callback, state, dueTime, period);
                if (dueTime == Joined)
                    callback(state);
                return timer;
            }
        }
    }
}
