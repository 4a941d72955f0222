using LeadSync.Contracts;
using LeadSync.Testing;

namespace LeadSync.Hosting.Tests.Bus;

public sealed class When_nobody_listens_to_an_exchange(BusUnderTest bus) : IClassFixture<BusUnderTest>
{
    [Fact]
    public async Task A_publish_throws_and_readiness_names_the_binding_until_it_is_back()
    {
        await Eventually.ShouldBe(() => bus.Watch.Trouble is null);
        await bus.Broker.UnbindAsync(Wire.Withdraw, "mapping.withdraw");

        var fault = await Should.ThrowAsync<Exception>(() => PublishAsync());
        Faults.IsInfrastructure(fault).ShouldBeTrue(fault.ToString());
        await Eventually.ShouldPass(() =>
        {
            bus.Watch.Trouble.ShouldNotBeNull().ShouldContain("leadsync.withdraw to mapping.withdraw");
            return Task.CompletedTask;
        });

        await bus.Broker.BindAsync(Wire.Withdraw, "mapping.withdraw");
        await Eventually.ShouldBe(() => bus.Watch.Trouble is null);
        await PublishAsync();
        (await bus.Broker.ReadAsync("mapping.withdraw")).Count.ShouldBe(1);
    }

    // Mandatory alone would not notice: somebody else still listens.
    [Fact]
    public async Task Readiness_names_one_missing_binding_of_several()
    {
        await bus.Broker.UnbindAsync(Wire.LeadMapped, "push.lead-mapped");

        await Eventually.ShouldBe(() =>
            bus.Watch.Trouble?.Contains("leadsync.lead-mapped to push.lead-mapped", StringComparison.Ordinal) == true
        );
        await bus.Broker.BindAsync(Wire.LeadMapped, "push.lead-mapped");
        await Eventually.ShouldBe(() => bus.Watch.Trouble is null);
    }

    private Task PublishAsync() =>
        bus.Publisher.PublishAsync(
            EventKinds.Withdraw,
            "acme",
            [
                new WithdrawnLead
                {
                    EventId = Guid.CreateVersion7(),
                    OccurredAt = new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero),
                    Source = "form",
                    LeadId = "1",
                },
            ],
            TestContext.Current.CancellationToken
        );
}
