using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Backfill;
using LeadSync.Testing;

namespace LeadSync.Mapping.Tests;

public sealed class When_old_leads_are_backfilled(MappingUnderTest mapping)
    : IClassFixture<MappingUnderTest>,
        IAsyncLifetime
{
    private const string Path = "/v1/backfills";
    private static readonly DateTimeOffset Captured = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);
    private readonly string _source = $"old-{Guid.CreateVersion7():N}";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        (await mapping.ApplyAsync(MappingUnderTest.Config)).Status.ShouldBe(200);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private object Lead(string leadId, DateTimeOffset? at = null, string? company = "Acme") =>
        new
        {
            eventId = Guid.CreateVersion7(),
            occurredAt = at ?? Captured,
            source = _source,
            leadId = $"{_source}/{leadId}",
            fields = new { lastName = "Doe", company },
        };

    private async Task CaptureAsync(params object[] leads)
    {
        await mapping.CaptureAsync(leads);
        foreach (var lead in leads)
            await mapping.HearFailedAsync(JsonSerializer.SerializeToElement(lead).GetProperty("leadId").GetString());
    }

    private async Task RouteAsync(bool enabled = true)
    {
        (await mapping.AskAsync(HttpMethod.Put, $"/v1/sources/{_source}", new { enabled = true })).Status.ShouldBe(200);
        (
            await mapping.AskAsync(
                HttpMethod.Put,
                $"/v1/routes/{_source}/{mapping.ConnectionId}",
                new { createAs = "Lead", enabled }
            )
        ).Status.ShouldBe(200);
    }

    private Task<Answer> CountAsync(object? more = null)
    {
        var body = JsonSerializer
            .SerializeToNode(new { source = _source, connectionId = mapping.ConnectionId })!
            .AsObject();
        foreach (var (name, value) in JsonSerializer.SerializeToNode(more ?? new { })!.AsObject().ToList())
            body[name] = value?.DeepClone();
        return mapping.AskAsync(HttpMethod.Post, Path, body);
    }

    private Task<Answer> ActAsync(Answer backfill, string act, string? tag = null) =>
        mapping.AskAsync(HttpMethod.Post, $"{Path}/{backfill.Body.GetProperty("id").GetGuid()}/{act}", ifMatch: tag);

    private async Task<JsonElement> WaitAsync(Answer backfill, string state)
    {
        var path = $"{Path}/{backfill.Body.GetProperty("id").GetGuid()}";
        JsonElement now = default;
        await Eventually.ShouldBe(
            async () => (now = (await mapping.GetAsync(path)).Body).GetProperty("state").GetString() == state,
            $"the backfill is {state}"
        );
        return now;
    }

    private Task<IReadOnlyList<MappedLead>> HearBackfilledAsync(string leadId, int atLeast = 1) =>
        mapping.HearAsync<LeadMapped, MappedLead>(
            "push.lead-mapped-backfill",
            item => item.LeadId == $"{_source}/{leadId}",
            atLeast
        );

    [Fact]
    public async Task They_are_counted_first_and_nothing_is_sent_until_it_is_started()
    {
        await CaptureAsync(Lead("a"), Lead("b"), Lead("c"));
        await RouteAsync();

        var dry = await CountAsync(new { dryRun = true });
        var counted = await CountAsync();

        dry.Body.GetProperty("leads").GetInt64().ShouldBe(3);
        dry.Body.GetProperty("apiCalls").GetInt64().ShouldBe(3);
        dry.Body.TryGetProperty("id", out _).ShouldBeFalse();
        counted.Status.ShouldBe(201);
        counted.Body.GetProperty("state").GetString().ShouldBe("counted");
        counted.Body.GetProperty("leads").GetInt64().ShouldBe(3);
        var id = counted.Body.GetProperty("id").GetGuid();
        (
            await mapping.ScalarAsync<long>("select count(*) from backfill_lead where backfill = @id", new { id })
        ).ShouldBe(0);
    }

    [Fact]
    public async Task Started_it_tells_of_each_on_a_queue_of_its_own_and_from_then_on_they_are_synced()
    {
        await CaptureAsync(Lead("a"), Lead("b"));
        await RouteAsync();
        var counted = await CountAsync();

        var started = await ActAsync(counted, "start", counted.Tag);
        var done = await WaitAsync(counted, "done");

        started.Body.GetProperty("state").GetString().ShouldBe("running");
        done.GetProperty("done").GetInt64().ShouldBe(2);
        foreach (var lead in new[] { "a", "b" })
        {
            var mapped = (await HearBackfilledAsync(lead)).ShouldHaveSingleItem();
            mapped.Backfill.ShouldBeTrue();
            mapped.ConnectionId.ShouldBe(mapping.ConnectionId);
            mapped.Sections[0].Fields.ShouldContain(field => field.Field == "LastName");
        }
        (await mapping.HearMappedAsync($"{_source}/a", atLeast: 0)).ShouldBeEmpty();
        // Eligible from then on, and what comes new goes the way of all.
        await mapping.CaptureAsync(Lead("a", Captured.AddDays(1)));
        (await mapping.HearMappedAsync($"{_source}/a")).ShouldHaveSingleItem().Backfill.ShouldBeFalse();
        (await CountAsync()).Body.GetProperty("leads").GetInt64().ShouldBe(0);
    }

    [Fact]
    public async Task Only_those_captured_in_the_time_that_was_asked_for_are_chosen()
    {
        await CaptureAsync(
            Lead("early", Captured.AddDays(-2)),
            Lead("in", Captured),
            Lead("late", Captured.AddDays(2))
        );
        await RouteAsync();

        var counted = await CountAsync(
            new { capturedFrom = Captured.AddDays(-1), capturedBefore = Captured.AddDays(1) }
        );
        await ActAsync(counted, "start");
        await WaitAsync(counted, "done");

        counted.Body.GetProperty("leads").GetInt64().ShouldBe(1);
        (await HearBackfilledAsync("in")).Count.ShouldBe(1);
        (await HearBackfilledAsync("early", atLeast: 0)).ShouldBeEmpty();
        (await HearBackfilledAsync("late", atLeast: 0)).ShouldBeEmpty();
    }

    [Fact]
    public async Task One_that_cannot_be_mapped_waits_as_others_do()
    {
        await CaptureAsync(Lead("bad", company: null));
        await RouteAsync();
        await mapping.ExecuteAsync(
            "update lead set state = jsonb_set(state, '{fields,lastName,value}', to_jsonb(repeat('x', 100))) where source = @_source",
            new { _source }
        );
        var counted = await CountAsync();

        await ActAsync(counted, "start");
        await WaitAsync(counted, "done");

        (await mapping.HearFailedAsync($"{_source}/bad", atLeast: 2))[^1].Code.ShouldBe("VALUE_DOES_NOT_FIT");
        (await mapping.CountDueAsync($"{_source}/bad")).ShouldBe(1);
    }

    [Fact]
    public async Task Paused_it_sends_nothing_resumed_it_goes_on_and_cancelled_it_ends()
    {
        await CaptureAsync(Lead("a"), Lead("b"));
        await RouteAsync();
        var counted = await CountAsync();
        await SetAsync(counted, "next_at = 'infinity'");

        var started = await ActAsync(counted, "start");
        var paused = await ActAsync(counted, "pause");
        var twice = await ActAsync(counted, "pause");
        var resumed = await ActAsync(counted, "resume");
        var another = await ActAsync(await CountAsync(), "start");
        var cancelled = await ActAsync(counted, "cancel");

        started.Body.GetProperty("leads").GetInt64().ShouldBe(2);
        paused.Body.GetProperty("state").GetString().ShouldBe("paused");
        twice.Status.ShouldBe(409);
        twice.Code.ShouldBe("CONFLICT");
        resumed.Body.GetProperty("state").GetString().ShouldBe("running");
        another.Status.ShouldBe(409);
        cancelled.Body.GetProperty("state").GetString().ShouldBe("cancelled");
        var id = counted.Body.GetProperty("id").GetGuid();
        (
            await mapping.ScalarAsync<long>("select count(*) from backfill_lead where backfill = @id", new { id })
        ).ShouldBe(0);
        var told = await mapping.HearAsync<SettingChanged, ChangedSetting>(
            "audit.setting-changed",
            change => change.Name == id.ToString(),
            atLeast: 4
        );
        told.Select(change => change.Change).ShouldBe(["started", "paused", "resumed", "cancelled"]);
    }

    [Fact]
    public async Task While_paused_nothing_is_sent_and_a_restart_changes_nothing_of_it()
    {
        await CaptureAsync(Lead("a"));
        await RouteAsync();
        var counted = await CountAsync();
        await SetAsync(counted, "next_at = 'infinity'");
        await ActAsync(counted, "start");
        await ActAsync(counted, "pause");
        await SetAsync(counted, "next_at = '-infinity'");

        await mapping.StopAsync();
        await mapping.StartAsync();
        (await new BackfillWork(mapping.Database.Source, TimeProvider.System).ClaimAsync(10, Stop)).ShouldBeNull();
        await ActAsync(counted, "resume");

        (await WaitAsync(counted, "done")).GetProperty("done").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task What_a_killed_replica_had_in_hand_is_told_by_the_next_and_counted_once()
    {
        await CaptureAsync(Lead("a"), Lead("b"));
        await RouteAsync();
        var counted = await CountAsync();
        await SetAsync(counted, "next_at = 'infinity'");
        await ActAsync(counted, "start");
        var id = counted.Body.GetProperty("id").GetGuid();
        var dead = new BackfillBatch(
            id,
            Guid.CreateVersion7(),
            mapping.ConnectionId,
            [
                (
                    await mapping.ScalarAsync<long>(
                        "select min(lead) from backfill_lead where backfill = @id",
                        new { id }
                    ),
                    new LeadKey("acme", _source, "a")
                ),
            ]
        );
        await SetAsync(counted, "next_at = '-infinity', lease_until = now() - interval '1 second'");
        await WaitAsync(counted, "done");

        // The one that was thought dead finishes after all.
        await new BackfillWork(mapping.Database.Source, TimeProvider.System).FinishAsync(dead, TimeSpan.Zero, Stop);

        (await WaitAsync(counted, "done")).GetProperty("done").GetInt64().ShouldBe(2);
        (await HearBackfilledAsync("a")).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Only_one_replica_at_a_time_works_on_it_and_none_while_its_route_is_off()
    {
        await CaptureAsync(Lead("a"));
        await RouteAsync();
        var counted = await CountAsync();
        await SetAsync(counted, "next_at = 'infinity'");
        await ActAsync(counted, "start");
        await mapping.StopAsync();
        await SetAsync(counted, "next_at = '-infinity'");
        var work = new BackfillWork(mapping.Database.Source, TimeProvider.System);

        await mapping.ExecuteAsync("update route set enabled = false where source = @_source", new { _source });
        var off = await work.ClaimAsync(10, Stop);
        await mapping.ExecuteAsync("update route set enabled = true where source = @_source", new { _source });
        var claims = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => work.ClaimAsync(10, Stop)));

        off.ShouldBeNull();
        claims.Count(claim => claim is not null).ShouldBe(1);
        await mapping.StartAsync();
        await SetAsync(counted, "lease_until = '-infinity'");
        await WaitAsync(counted, "done");
    }

    private Task SetAsync(Answer backfill, string what) =>
        mapping.ExecuteAsync(
            $"update backfill set {what} where id = @id",
            new { id = backfill.Body.GetProperty("id").GetGuid() }
        );

    [Fact]
    public async Task It_takes_a_manager_a_route_that_is_on_and_the_tag_that_it_has_now()
    {
        await CaptureAsync(Lead("a"));
        (await CountAsync()).Faults.ShouldBe(["source has no enabled route to this connection"]);
        (await mapping.AskAsync(HttpMethod.Post, Path, new { })).Faults.ShouldBe([
            "source is missing",
            "connectionId is missing",
        ]);
        await RouteAsync();
        var counted = await CountAsync();

        (await mapping.AskAsync(HttpMethod.Post, Path, new { }, role: Role.Integrator)).Status.ShouldBe(403);
        (await ActAsync(counted, "start", "\"99\"")).Status.ShouldBe(412);
        var id = counted.Body.GetProperty("id").GetGuid();
        (await mapping.GetAsync($"{Path}/{id}", "other")).Status.ShouldBe(404);
        (await mapping.AskAsync(HttpMethod.Post, $"{Path}/{id}/start", workspace: "other")).Status.ShouldBe(404);
        (await ActAsync(counted, "cancel")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData(1, 1, 60_000)]
    [InlineData(60, 1, 1_000)]
    [InlineData(3_000, 50, 1_000)]
    [InlineData(600_000, 200, 20)]
    public void Its_pace_is_the_rate_that_is_set(int perMinute, int atOnce, int restMilliseconds) =>
        BackfillPace.Of(perMinute).ShouldBe(new BackfillPace(atOnce, TimeSpan.FromMilliseconds(restMilliseconds)));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 3)]
    [InlineData(200, 3)]
    [InlineData(201, 6)]
    [InlineData(10_000, 150)]
    public void What_it_costs_is_told_in_calls(long leads, long calls) => BackfillCost.Calls(leads).ShouldBe(calls);
}
