using System.Text.Json;
using LeadSync.Contracts;

namespace LeadSync.Audit.Tests.Failures;

public sealed class When_failures_are_listed(AuditUnderTest audit) : IClassFixture<AuditUnderTest>
{
    [Fact]
    public async Task Only_what_stands_failed_now_is_there_with_its_first_and_last_time()
    {
        var workspace = audit.NewWorkspace();
        var kind = FailureCatalogue.RequiredFieldMissing;
        await audit.AddAsync(
            workspace,
            Events.Failed("bad", Events.Noon, kind, Events.Connection, at: Events.Noon.AddMinutes(1)),
            Events.Failed("bad", Events.Noon.AddHours(1), kind, Events.Connection, at: Events.Noon.AddHours(2)),
            Events.Failed("mended", Events.Noon, kind, Events.Connection),
            Events.Written("mended", Events.Noon, WriteOutcome.Created),
            Events.Failed("slow", Events.Noon, FailureCatalogue.CrmUnavailable, Events.Connection)
        );

        var failure = (await ReadAsync(workspace)).ShouldHaveSingleItem();

        failure.GetProperty("leadId").GetString().ShouldBe("bad");
        failure.GetProperty("code").GetString().ShouldBe(kind.Code);
        failure.GetProperty("message").GetString().ShouldBe("It did not go.");
        failure.GetProperty("stage").GetString().ShouldBe("write");
        failure.GetProperty("fix").GetString().ShouldBe(kind.Fix);
        failure.GetProperty("fields")[0].GetString().ShouldBe("Company");
        failure.GetProperty("count").GetInt32().ShouldBe(2);
        failure.GetProperty("firstAt").GetDateTimeOffset().ShouldBe(Events.Noon.AddMinutes(1));
        failure.GetProperty("lastAt").GetDateTimeOffset().ShouldBe(Events.Noon.AddHours(2));
    }

    [Fact]
    public async Task Rejected_items_and_unrouted_leads_are_there_until_they_are_routed()
    {
        var workspace = audit.NewWorkspace();
        await audit.AddAsync(
            workspace,
            Events.Failed(null, Events.Noon, FailureCatalogue.PayloadRejected, connection: null),
            Events.Failed("lost", Events.Noon, FailureCatalogue.NoRoute, connection: null),
            Events.Failed("found", Events.Noon, FailureCatalogue.NoRoute, connection: null),
            Events.Mapped("found", Events.Noon.AddHours(1))
        );

        var failures = await ReadAsync(workspace);

        failures
            .Select(failure => (Code(failure), failure.GetProperty("leadId").GetString()))
            .ShouldBe([("NO_ROUTE", "lost"), ("PAYLOAD_REJECTED", null)], ignoreOrder: true);
    }

    [Fact]
    public async Task They_can_be_narrowed_to_a_code()
    {
        var workspace = audit.NewWorkspace();
        await audit.AddAsync(
            workspace,
            Events.Failed("a", Events.Noon, FailureCatalogue.RequiredFieldMissing, Events.Connection),
            Events.Failed("b", Events.Noon, FailureCatalogue.ValueDoesNotFit, Events.Connection),
            Events.Failed(null, Events.Noon, FailureCatalogue.PayloadRejected, connection: null)
        );

        (await ReadAsync(workspace, "?code=VALUE_DOES_NOT_FIT"))
            .ShouldHaveSingleItem()
            .GetProperty("leadId")
            .GetString()
            .ShouldBe("b");
        (await ReadAsync(workspace, "?code=PAYLOAD_REJECTED")).Count.ShouldBe(1);
        (await ReadAsync(workspace, $"?connectionId={Events.Other}")).ShouldBeEmpty();
    }

    private static string? Code(JsonElement failure) => failure.GetProperty("code").GetString();

    private async Task<List<JsonElement>> ReadAsync(string workspace, string query = "") =>
        [.. (await audit.GetAsync(workspace, $"/v1/failures{query}")).GetProperty("failures").EnumerateArray()];
}
