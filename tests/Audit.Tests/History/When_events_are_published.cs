using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Audit.Tests.History;

public sealed class When_events_are_published(AuditUnderTest audit) : IClassFixture<AuditUnderTest>
{
    [Fact]
    public async Task Every_kind_is_kept_and_told_in_the_leads_story()
    {
        var workspace = audit.NewWorkspace();
        var made = Events.Noon;

        await PublishAsync(EventKinds.RecordWritten, Events.Written("a", made, WriteOutcome.Created));
        await PublishAsync(EventKinds.LeadMapped, Events.Mapped("a", made));
        await PublishAsync(EventKinds.LeadCaptured, Events.Captured("a", made, ("email", "jane@example.com")));
        await PublishAsync(EventKinds.RecordMatched, Events.Matched("a", made, SyncDecision.Create));
        await PublishAsync(
            EventKinds.SyncFailed,
            Events.Failed("a", made, FailureCatalogue.CrmUnavailable, Events.Connection)
        );
        await PublishAsync(EventKinds.LeadWithdrawn, Events.Withdrawn("a", made.AddDays(1)));

        await Eventually.ShouldPass(async () =>
        {
            var story = await audit.GetAsync(workspace, "/v1/timeline?source=forms&leadId=a");
            story
                .GetProperty("events")
                .EnumerateArray()
                .Select(told => told.GetProperty("kind").GetString())
                .ShouldBe([
                    "LeadCaptured",
                    "LeadMapped",
                    "RecordMatched",
                    "SyncFailed",
                    "RecordWritten",
                    "LeadWithdrawn",
                ]);
        });

        Task PublishAsync<TItem>(EventKind<TItem> kind, TItem item)
            where TItem : IEventItem =>
            audit.Services.GetRequiredService<Publisher>().PublishAsync(kind, workspace, [item, item], Token);
    }

    [Fact]
    public async Task What_the_database_cannot_keep_is_told_of_and_its_neighbours_are_kept()
    {
        var workspace = audit.NewWorkspace();
        var bad = Events.Mapped("bad", Events.Noon) with { CreateAs = "Le\0ad" };

        await audit
            .Services.GetRequiredService<Publisher>()
            .PublishAsync(
                EventKinds.LeadMapped,
                workspace,
                [Events.Mapped("a", Events.Noon), bad, Events.Mapped("b", Events.Noon)],
                Token
            );

        await Eventually.ShouldPass(async () =>
        {
            var counts = await audit.GetAsync(workspace, "/v1/counts");
            counts.GetProperty("rejected").GetInt32().ShouldBe(1);
            foreach (var lead in Neighbours)
            {
                var story = await audit.GetAsync(workspace, $"/v1/timeline?source=forms&leadId={lead}");
                story.GetProperty("events").GetArrayLength().ShouldBe(1);
            }
        });
    }

    private static readonly string[] Neighbours = ["a", "b"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
