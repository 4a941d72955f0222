using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Testing;

namespace LeadSync.Push.Tests.Outcomes;

public sealed class When_an_outcome_cannot_be_published(PushUnderTest push) : IClassFixture<PushUnderTest>
{
    [Fact]
    public async Task Those_of_other_workspaces_are_told_once_and_it_waits()
    {
        var told = new FailedSync
        {
            EventId = Guid.CreateVersion7(),
            OccurredAt = new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero),
            Source = "web",
            LeadId = "told",
            Stage = SyncStage.Write,
            Code = FailureCatalogue.PayloadRejected.Code,
            Message = "",
            Cause = "",
            Fix = "",
            Transient = false,
        };
        await using var database = await push.Database.Source.OpenConnectionAsync(
            TestContext.Current.CancellationToken
        );

        await database.ExecuteAsync(
            "insert into outcome (workspace, kind, body) values ('spoilt', 'failed', '{}'), ('acme', 'failed', @body)",
            new { body = JsonSerializer.Serialize(told, Wire.Json) }
        );

        await Eventually.ShouldBe(async () =>
            (await database.QueryAsync<string>("select workspace from outcome")).SequenceEqual(
                ["spoilt"],
                StringComparer.Ordinal
            )
        );
        (await push.FailuresAsync()).ShouldHaveSingleItem().EventId.ShouldBe(told.EventId);
    }
}
