using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Testing;

namespace LeadSync.Hosting.Tests.Bus;

/// <summary>Dozens are fetched ahead, and opened each is several times as large.</summary>
public sealed class When_large_messages_wait(BusUnderTest bus) : IClassFixture<BusUnderTest>
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task The_next_is_opened_when_the_one_before_is_taken_in()
    {
        var before = await DeadLettersAsync();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bus.Events.Act = (_, _) => gate.Task;
        var attempts = bus.Events.Attempts;
        await PublishAsync("large", new string('x', 2 * 1024 * 1024));
        await Eventually.ShouldBe(() => bus.Events.Attempts > attempts);
        // What is opened and cannot be read is a dead letter at once.
        await bus.Broker.PublishAsync(Wire.LeadCaptured, "unreadable");

        await Eventually.ShouldStay(async () => await DeadLettersAsync() == before, Look);
        gate.SetResult();
        await Eventually.ShouldBe(async () => await DeadLettersAsync() == before + 1);
    }

    [Fact]
    public async Task Small_ones_are_opened_all_the_same()
    {
        var before = await DeadLettersAsync();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bus.Events.Act = (_, _) => gate.Task;
        try
        {
            await PublishAsync("small", "x");
            await bus.Broker.PublishAsync(Wire.LeadCaptured, "unreadable");

            await Eventually.ShouldBe(async () => await DeadLettersAsync() == before + 1);
        }
        finally
        {
            gate.SetResult();
        }
    }

    private Task PublishAsync(string leadId, string text)
    {
        var lead = BusUnderTest.Lead(leadId, fields => fields["notes"] = text);
        return bus.Broker.PublishAsync(
            Wire.LeadCaptured,
            JsonSerializer.Serialize(new LeadCaptured { Workspace = "acme", Items = [lead] }, Wire.Json)
        );
    }

    private Task<uint> DeadLettersAsync() => bus.Broker.CountAsync(Topology.DeadLetterQueue(BusUnderTest.EventQueue));
}
