using System.Net;
using System.Text.Json;
using LeadSync.Contracts;

namespace LeadSync.Audit.Tests.Counts;

public sealed class When_leads_are_counted(AuditUnderTest audit) : IClassFixture<AuditUnderTest>
{
    private static readonly DateTimeOffset Made = Events.Noon.AddSeconds(1);

    [Fact]
    public async Task Each_pair_counts_once_by_its_latest_state()
    {
        var workspace = audit.NewWorkspace();
        string[] leads = ["new", "known", "same", "skipped", "bad", "slow", "lost", "refused"];
        await audit.AddAsync(workspace, [.. leads.Select(lead => Events.Captured(lead, Events.Noon, ("title", "x")))]);
        await audit.AddAsync(workspace, [.. leads[..6].Select(lead => Events.Mapped(lead, Made))]);
        await audit.AddAsync(
            workspace,
            Events.Written("new", Made, WriteOutcome.Created),
            Events.Written("known", Made, WriteOutcome.Updated),
            Events.Written("same", Made, WriteOutcome.Unchanged),
            Events.Matched("skipped", Made, SyncDecision.Skip, "EXISTS_AS_CONTACT"),
            Events.Failed("bad", Made, FailureCatalogue.RequiredFieldMissing, Events.Connection),
            Events.Failed("slow", Made, FailureCatalogue.CrmUnavailable, Events.Connection),
            Events.Failed("lost", Made, FailureCatalogue.NoRoute, connection: null),
            Events.Failed("refused", Made, FailureCatalogue.FilteredOut, connection: null),
            Events.Imported("new", Made.AddHours(1), ImportOutcome.Changed),
            Events.Failed(null, Made, FailureCatalogue.PayloadRejected, connection: null)
        );

        var counts = await audit.GetAsync(workspace, "/v1/counts");

        Figures(counts)
            .ShouldBe(
                "captured 8, waiting 1, created 1, updated 1, unchanged 1, skipped 1, failed 1, unrouted 2, rejected 1"
            );
        var failure = counts.GetProperty("failures").EnumerateArray().ShouldHaveSingleItem();
        failure.GetProperty("code").GetString().ShouldBe("REQUIRED_FIELD_MISSING");
        failure.GetProperty("count").GetInt32().ShouldBe(1);
        failure.GetProperty("cause").GetString().ShouldBe(FailureCatalogue.RequiredFieldMissing.Cause);
        failure.GetProperty("fix").GetString().ShouldBe(FailureCatalogue.RequiredFieldMissing.Fix);
    }

    [Fact]
    public async Task A_lead_at_two_connections_counts_at_each()
    {
        var workspace = audit.NewWorkspace();
        await audit.AddAsync(
            workspace,
            Events.Captured("a", Events.Noon, ("title", "x")),
            Events.Written("a", Made, WriteOutcome.Created),
            Events.Mapped("a", Made, Events.Other)
        );

        Figures(await audit.GetAsync(workspace, "/v1/counts")).ShouldStartWith("captured 1, waiting 1, created 1");
        Figures(await audit.GetAsync(workspace, $"/v1/counts?connectionId={Events.Connection}"))
            .ShouldStartWith("captured 1, waiting 0, created 1");
    }

    [Fact]
    public async Task A_lead_waits_from_its_capture_until_Mapping_has_spoken()
    {
        var workspace = audit.NewWorkspace();

        await audit.AddAsync(workspace, Events.Captured("a", Events.Noon, ("title", "x")));
        Figures(await audit.GetAsync(workspace, "/v1/counts")).ShouldStartWith("captured 1, waiting 1,");

        await audit.AddAsync(workspace, Events.Mapped("a", Made));
        Figures(await audit.GetAsync(workspace, "/v1/counts")).ShouldStartWith("captured 1, waiting 1,");

        await audit.AddAsync(workspace, Events.Written("a", Made, WriteOutcome.Created));
        Figures(await audit.GetAsync(workspace, "/v1/counts")).ShouldStartWith("captured 1, waiting 0, created 1");
    }

    [Fact]
    public async Task Since_an_instant_an_earlier_outcome_of_a_lead_captured_again_is_waiting()
    {
        var workspace = audit.NewWorkspace();
        await audit.AddAsync(
            workspace,
            Events.Captured("a", Events.Noon, ("title", "x")),
            Events.Written("a", Made, WriteOutcome.Created),
            Events.Captured("b", Events.Noon, ("title", "x")),
            Events.Written("b", Made, WriteOutcome.Created)
        );
        var since = Events.Noon.AddHours(1);
        var made = since.AddSeconds(2);
        var path = $"/v1/counts?since={since:yyyy-MM-ddTHH:mm:ssZ}&source=forms";
        Figures(await audit.GetAsync(workspace, path)).ShouldStartWith("captured 0, waiting 0, created 0");

        await audit.AddAsync(workspace, Events.Captured("a", since, ("title", "x")));
        Figures(await audit.GetAsync(workspace, path)).ShouldStartWith("captured 1, waiting 1, created 0");

        await audit.AddAsync(workspace, Events.Mapped("a", made));
        Figures(await audit.GetAsync(workspace, path)).ShouldStartWith("captured 1, waiting 1, created 0");

        await audit.AddAsync(workspace, Events.Written("a", made, WriteOutcome.Unchanged));
        Figures(await audit.GetAsync(workspace, path))
            .ShouldStartWith("captured 1, waiting 0, created 0, updated 0, unchanged 1");
    }

    [Fact]
    public async Task Since_an_instant_a_connection_that_was_passed_over_keeps_nobody_waiting()
    {
        var workspace = audit.NewWorkspace();
        var since = Events.Noon.AddHours(1);
        var made = since.AddSeconds(2);
        await audit.AddAsync(
            workspace,
            Events.Written("a", Made, WriteOutcome.Created, Events.Other),
            Events.Captured("a", since, ("title", "x")),
            Events.Written("a", made, WriteOutcome.Updated)
        );

        Figures(await audit.GetAsync(workspace, $"/v1/counts?since={since:yyyy-MM-ddTHH:mm:ssZ}"))
            .ShouldStartWith("captured 1, waiting 0, created 0, updated 1");
    }

    [Fact]
    public async Task A_lead_that_gets_a_route_later_is_no_longer_unrouted()
    {
        var workspace = audit.NewWorkspace();
        await audit.AddAsync(
            workspace,
            Events.Captured("a", Events.Noon, ("title", "x")),
            Events.Failed("a", Made, FailureCatalogue.NoRoute, connection: null)
        );
        Figures(await audit.GetAsync(workspace, "/v1/counts")).ShouldContain("waiting 0");

        await audit.AddAsync(workspace, Events.Written("a", Made.AddHours(1), WriteOutcome.Created));

        Figures(await audit.GetAsync(workspace, "/v1/counts")).ShouldContain("unrouted 0");
    }

    [Fact]
    public async Task Another_source_or_workspace_is_not_counted()
    {
        var workspace = audit.NewWorkspace();
        await audit.AddAsync(workspace, Events.Captured("a", Events.Noon, ("title", "x")));

        Figures(await audit.GetAsync(workspace, "/v1/counts?source=chat")).ShouldStartWith("captured 0, waiting 0");
        Figures(await audit.GetAsync(audit.NewWorkspace(), "/v1/counts")).ShouldStartWith("captured 0, waiting 0");
    }

    [Fact]
    public async Task Nobody_counts_without_a_token()
    {
        var response = await audit.Anonymous().GetAsync("/v1/counts", TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private static string Figures(JsonElement counts)
    {
        string[] names =
        [
            "captured",
            "waiting",
            "created",
            "updated",
            "unchanged",
            "skipped",
            "failed",
            "unrouted",
            "rejected",
        ];
        return string.Join(", ", names.Select(name => $"{name} {counts.GetProperty(name).GetInt64()}"));
    }
}
