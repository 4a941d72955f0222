using System.Net;
using System.Net.Http.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Hosting.Web;
using LeadSync.Push.Holds;
using LeadSync.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Push.Tests;

public sealed class When_a_connection_is_held(PushUnderTest push) : IClassFixture<PushUnderTest>
{
    private readonly Guid _connection = Guid.CreateVersion7();

    [Fact]
    public async Task No_call_starts_after_the_answer_and_nothing_is_lost()
    {
        string[] names = [.. Enumerable.Range(0, 60).Select(number => $"burst{number}")];
        var (before, later) = (names[..30], names[30..]);
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // Slow enough that the hold comes in the middle.
        var slow = push.Crm.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.Delay,
                DelayMilliseconds = 100,
                Match = new FaultMatch { Kind = RequestKinds.Write },
            }
        );
        var burst = Task.Run(
            async () =>
            {
                foreach (var few in before.Chunk(3))
                    await push.WantAsync([.. few.Select(Person)]);
                await held.Task;
                foreach (var few in later.Chunk(3))
                    await push.WantAsync([.. few.Select(Person)]);
            },
            Stop
        );
        await Eventually.ShouldBe(() => Found(names) > 0);

        (await HoldAsync()).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var after = push.Crm.Journal.LastSequence;
        held.SetResult();
        await burst;
        await Eventually.ShouldStay(
            () => Task.FromResult(push.Crm.Journal.After(after).All(entry => entry.Kind == RequestKinds.Token)),
            TimeSpan.FromSeconds(2)
        );

        Found(later).ShouldBe(0);
        push.Crm.Faults.Remove(slow);
        (await LiftAsync("send")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await push.SettledAsync(_connection);
        Found(names).ShouldBe(names.Length);
    }

    [Fact]
    public async Task A_worker_that_has_just_matched_a_lead_does_not_write_it()
    {
        // Longer than it takes to hold: the lead is matched before, and decided after.
        push.Crm.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.Delay,
                DelayMilliseconds = 5_000,
                Match = new FaultMatch { Kind = RequestKinds.Query },
                Count = 1,
            }
        );
        await push.WantAsync(Person("kurt"));
        await Eventually.ShouldBe(async () => await LaneAsync("lease_until > now()"));

        await HoldAsync();

        // By then it has decided, and given the lane back.
        await Eventually.ShouldBe(async () => await LaneAsync("lease_until < now()"));
        Found(["kurt"]).ShouldBe(0);
        await LiftAsync("send");
        await push.SettledAsync(_connection);
        Found(["kurt"]).ShouldBe(1);

        async Task<bool> LaneAsync(string condition)
        {
            await using var database = await push.Database.Source.OpenConnectionAsync(Stop);
            return await database.ExecuteScalarAsync<bool>(
                $"select exists (select from lane where connection_id = @_connection and {condition})",
                new { _connection }
            );
        }
    }

    [Fact]
    public async Task What_waits_is_told_as_skipped_when_it_is_discarded_and_the_next_capture_is_sent()
    {
        await HoldAsync();
        await push.WantAsync(Person("anna"), Person("ben"));

        await LiftAsync("discard");
        await push.SettledAsync(_connection);

        Found(["anna", "ben"]).ShouldBe(0);
        var told = (await push.MatchedAsync()).Single(item =>
            item.ConnectionId == _connection && item.LeadId == "anna"
        );
        told.Decision.ShouldBe(SyncDecision.Skip);
        told.Reason.ShouldBe("DISCARDED");
        await push.WantAsync(Person("anna") with { Version = 2 });
        await push.SettledAsync(_connection);
        Found(["anna"]).ShouldBe(1);
    }

    [Fact]
    public async Task A_hold_on_one_source_leaves_the_others_alone()
    {
        await HoldAsync(source: "chat");

        await push.WantAsync(Person("carl"), Person("dora") with { Source = "chat" });
        await Eventually.ShouldBe(() => Found(["carl"]) == 1);

        await Eventually.ShouldStay(() => Task.FromResult(Found(["dora"]) == 0), TimeSpan.FromSeconds(1));
        await LiftAsync("send", source: "chat");
        await push.SettledAsync(_connection);
        Found(["dora"]).ShouldBe(1);
    }

    [Fact]
    public async Task A_route_that_is_enabled_again_discards_of_its_source_what_is_older()
    {
        await HoldAsync();
        await push.WantAsync(
            Person("olga") with
            {
                Source = "chat",
                Version = 7,
            },
            Person("nina") with
            {
                Source = "chat",
                Version = 8,
            },
            Person("mary")
        );

        await LiftAsync("discard", source: "chat", beforeVersion: 8);
        await LiftAsync("send");
        await push.SettledAsync(_connection);

        Found(["olga"]).ShouldBe(0, "it was captured before");
        Found(["nina", "mary"]).ShouldBe(2);
    }

    [Fact]
    public async Task What_was_discarded_is_not_sent_when_it_comes_in_only_after_the_hold_is_gone()
    {
        await HoldAsync(source: "chat");
        await LiftAsync("discard", source: "chat", beforeVersion: 8);

        await push.WantAsync(
            Person("late") with
            {
                Source = "chat",
                Version = 7,
            },
            Person("anew") with
            {
                Source = "chat",
                Version = 8,
            },
            Person("web")
        );
        await push.SettledAsync(_connection);

        Found(["late"]).ShouldBe(0, "it was captured before");
        Found(["anew", "web"]).ShouldBe(2);
        var told = (await push.MatchedAsync()).Single(item =>
            item.ConnectionId == _connection && item.Decision == SyncDecision.Skip
        );
        told.Reason.ShouldBe("DISCARDED");
        told.Version.ShouldBe(7);
    }

    [Fact]
    public async Task A_hold_on_an_object_lets_nothing_be_written_to_it()
    {
        await HoldAsync(objectName: "Lead");
        var before = push.Crm.Journal.LastSequence;

        await push.WantAsync(Person("emil"));
        await Eventually.ShouldBe(async () =>
        {
            await using var database = await push.Database.Source.OpenConnectionAsync(Stop);
            return await database.ExecuteScalarAsync<bool>(
                "select exists (select from lead_sync where connection_id = @_connection and due_at > now() + interval '1 minute')",
                new { _connection }
            );
        });

        push.Crm.Journal.Summarize(before).WriteCalls.ShouldBe(0);
        await LiftAsync("send", objectName: "Lead");
        await push.SettledAsync(_connection);
        Found(["emil"]).ShouldBe(1);
    }

    [Fact]
    public async Task Two_reasons_hold_until_both_are_gone()
    {
        await HoldAsync();
        await HoldAsync(reason: "pullOnly");
        await push.WantAsync(Person("fritz"));

        await LiftAsync("send", reason: "pullOnly");
        await Eventually.ShouldStay(() => Task.FromResult(Found(["fritz"]) == 0), TimeSpan.FromSeconds(1));

        await LiftAsync("send");
        await push.SettledAsync(_connection);
        Found(["fritz"]).ShouldBe(1);
    }

    [Fact]
    public async Task Records_of_another_org_are_forgotten_and_the_person_is_matched_anew()
    {
        await push.WantAsync(Person("gerd"));
        await push.SettledAsync(_connection);
        await HoldAsync();

        (await LiftAsync("send", forgetRecords: true)).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        await using var database = await push.Database.Source.OpenConnectionAsync(Stop);
        var left = await database.QuerySingleAsync<(int Links, int Applied, int Keys)>(
            """
            select (select count(record_id) from lead_sync where connection_id = @_connection),
                   (select count(*) from applied where connection_id = @_connection),
                   (select count(*) from lead_sync, unnest(keys) as key
                     where connection_id = @_connection and key like 'record:%')
            """,
            new { _connection }
        );
        left.ShouldBe((0, 0, 0));
        await push.WantAsync(Person("gerd") with { Version = 2 });
        await push.SettledAsync(_connection);
        Found(["gerd"]).ShouldBe(1);
    }

    [Fact]
    public async Task Records_are_forgotten_only_while_nothing_can_be_written() =>
        (await LiftAsync("send", forgetRecords: true)).StatusCode.ShouldBe(HttpStatusCode.Conflict);

    [Fact]
    public async Task What_was_held_for_too_long_is_parked_and_told()
    {
        await HoldAsync();
        await push.WantAsync(Person("hans"));
        var leads = push.Services.GetRequiredService<HeldLeads>();

        (await leads.ExpireSomeAsync(TimeSpan.FromDays(30), Stop)).ShouldBe(0);
        (await leads.ExpireSomeAsync(TimeSpan.Zero, Stop)).ShouldBeGreaterThan(0);

        await push.SettledAsync(_connection);
        var told = (await push.FailuresAsync()).Single(failure => failure.ConnectionId == _connection);
        told.Code.ShouldBe("HELD_TOO_LONG");
        told.Transient.ShouldBeFalse();
    }

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Integrator)]
    [InlineData(Role.Manager)]
    public async Task Only_services_may_hold_or_lift(Role role)
    {
        var client = push.Client(PushUnderTest.Workspace, role);

        (
            await client.PutAsJsonAsync($"/v1/holds/{_connection}", new { reason = "disabled" }, Stop)
        ).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (
            await client.PostAsJsonAsync($"/v1/holds/{_connection}/lift", new { reason = "disabled" }, Stop)
        ).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task What_is_to_become_of_what_waits_must_be_said() =>
        (await LiftAsync(waiting: null)).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);

    [Fact]
    public async Task Another_workspace_lifts_nothing()
    {
        await HoldAsync();
        var stranger = push.Client("globex", Role.Service, "connector");
        await stranger.PostAsJsonAsync(
            $"/v1/holds/{_connection}/lift",
            new { reason = "deauthorised", waiting = "send" },
            Stop
        );

        await push.WantAsync(Person("ida"));

        await Eventually.ShouldStay(() => Task.FromResult(Found(["ida"]) == 0), TimeSpan.FromSeconds(1));
    }

    private Task<HttpResponseMessage> HoldAsync(
        string? source = null,
        string? objectName = null,
        string reason = "deauthorised"
    ) =>
        Connector.PutAsJsonAsync(
            $"/v1/holds/{_connection}",
            new
            {
                reason,
                source,
                @object = objectName,
            },
            Stop
        );

    private Task<HttpResponseMessage> LiftAsync(
        string? waiting,
        string? source = null,
        string? objectName = null,
        string reason = "deauthorised",
        bool forgetRecords = false,
        long? beforeVersion = null
    ) =>
        Connector.PostAsJsonAsync(
            $"/v1/holds/{_connection}/lift",
            new
            {
                reason,
                waiting,
                source,
                @object = objectName,
                forgetRecords,
                beforeVersion,
            },
            Stop
        );

    private HttpClient Connector => push.Client(PushUnderTest.Workspace, Role.Service, "connector");

    private int Found(string[] names) => names.Sum(name => push.Crm.Org.Find("Lead", Email(name)).Count);

    private MappedLead Person(string name) =>
        PushUnderTest.Lead(_connection, name, Email(name), fields: [("LastName", "Person"), ("Company", "Acme")]);

    private string Email(string name) => $"{name}@{_connection:N}.example";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
