using System.Diagnostics;

namespace LeadSync.Hosting.Tests;

public sealed class When_items_come_from_many_traces
{
    private const string One = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private const string Other = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Fact]
    public void Their_work_is_a_root_of_its_own_linked_to_each_once()
    {
        using var listener = Listen();
        using var current = new Activity("somebody else's work").Start();

        using var span = Telemetry.StartLinked("take in", [One, null, Other, One, "garbage", ""]);

        span.ShouldNotBeNull();
        span.ParentId.ShouldBeNull();
        span.Links.Select(link => link.Context.TraceId.ToHexString())
            .ShouldBe(["4bf92f3577b34da6a3ce929d0e0e4736", "0af7651916cd43dd8448eb211c80319c"]);
    }

    [Fact]
    public void No_more_links_are_kept_than_the_specification_allows()
    {
        using var listener = Listen();

        using var span = Telemetry.StartLinked(
            "take in",
            Enumerable.Range(1, 500).Select(number => $"00-{number:x32}-00f067aa0ba902b7-01")
        );

        span.ShouldNotBeNull().Links.Count().ShouldBe(128);
    }

    private static ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "LeadSync",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
