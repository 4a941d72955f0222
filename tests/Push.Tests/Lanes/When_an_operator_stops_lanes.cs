using System.Net;
using System.Net.Http.Json;
using LeadSync.Contracts;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Hosting.Web;
using LeadSync.Push.Holds;
using LeadSync.Push.Lanes;
using LeadSync.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Push.Tests.Lanes;

public sealed class When_an_operator_stops_lanes(PushUnderTest push) : IClassFixture<PushUnderTest>
{
    private readonly Guid _connection = Guid.CreateVersion7();

    [Fact]
    public async Task A_paused_lane_sends_nothing_says_who_paused_it_and_why_and_goes_on_when_resumed()
    {
        await ServedAsync("before");

        (await PostAsync("pause", "the org is migrated")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await push.WantAsync(Person("while-paused"));

        var lane = await LaneAsync();
        lane.State.ShouldBe("paused");
        lane.Message.ShouldBe("the org is migrated");
        lane.StoppedBy.ShouldBe("anna");
        lane.Waiting.ShouldBe(1);
        lane.OldestAt.ShouldNotBeNull();
        await ShouldNotBeSentAsync("while-paused");

        (await PostAsync("resume")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await push.SettledAsync(_connection);
        Found("while-paused").ShouldBe(1);
        (await LaneAsync()).State.ShouldBe("active");
    }

    [Fact]
    public async Task A_drained_lane_starts_nothing_more_and_says_so()
    {
        await ServedAsync("before");

        (await PostAsync("drain", "rolling out")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await Eventually.ShouldBe(async () => (await LaneAsync()).State == "drained");
        await push.WantAsync(Person("while-drained"));
        await ShouldNotBeSentAsync("while-drained");

        await PostAsync("resume");
        await push.SettledAsync(_connection);
        Found("while-drained").ShouldBe(1);
    }

    [Fact]
    public async Task Resuming_does_not_lift_what_a_connection_holds()
    {
        await ServedAsync("before");
        await PostAsync("pause", "a look at it");
        var hold = new { reason = "deauthorised" };
        await push.Client(PushUnderTest.Workspace, Role.Service).PutAsJsonAsync($"/v1/holds/{_connection}", hold, Stop);

        await PostAsync("resume");
        await push.WantAsync(Person("held"));

        var lane = await LaneAsync();
        lane.State.ShouldBe("held");
        lane.Code.ShouldBe("deauthorised");
        await ShouldNotBeSentAsync("held");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stopping_everything_stops_lanes_that_come_later_too(bool ofTheInstallation)
    {
        if (ofTheInstallation)
            await CommandAsync(StopEverything.StopCommand, "incident 12");
        else
            (await AllAsync("stop-all", "incident 12")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await push.WantAsync(Person("new-lane"));

        (await LaneAsync()).State.ShouldBe("stopped");
        (await LaneAsync()).Message.ShouldBe("incident 12");
        await ShouldNotBeSentAsync("new-lane");
        (await BacklogAsync()).Waiting.ShouldBe(0);
        // A worker that has a lane in hand is stopped before its next call.
        var watch = push.Services.GetRequiredService<HoldWatch>();
        Should.Throw<HeldException>(() => watch.Check(PushUnderTest.Workspace, _connection, []));
        if (!ofTheInstallation)
            Should.NotThrow(() => watch.Check("other", _connection, []));

        if (ofTheInstallation)
            await CommandAsync(StopEverything.ResumeCommand);
        else
            await AllAsync("resume-all");
        await push.SettledAsync(_connection);
        Found("new-lane").ShouldBe(1);
    }

    [Fact]
    public async Task Another_workspace_goes_on_while_one_is_stopped()
    {
        await push.Client("other", Role.Manager, "eve")
            .PostAsJsonAsync("/v1/lanes/stop-all", new { note = "ours" }, Stop);

        await ServedAsync("undisturbed");

        Found("undisturbed").ShouldBe(1);
        await push.Client("other", Role.Manager, "eve").PostAsync("/v1/lanes/resume-all", null, Stop);
    }

    [Fact]
    public async Task A_lane_is_not_stopped_without_saying_why_nor_by_somebody_else_s_key()
    {
        await ServedAsync("before");

        var silent = await PostAsync("pause", " ");
        var foreign = await push.Client("other", Role.Manager)
            .PostAsJsonAsync($"/v1/lanes/{_connection}/pause", new { note = "mine" }, Stop);
        var viewer = await push.Client(PushUnderTest.Workspace, Role.Viewer)
            .PostAsJsonAsync($"/v1/lanes/{_connection}/pause", new { note = "mine" }, Stop);
        var integrator = await push.Client(PushUnderTest.Workspace, Role.Integrator)
            .PostAsJsonAsync("/v1/lanes/stop-all", new { note = "mine" }, Stop);

        silent.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        foreign.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        viewer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        integrator.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await LaneAsync()).State.ShouldBe("active");
    }

    [Fact]
    public async Task What_waits_is_told_to_autoscalers_without_a_key()
    {
        push.ConnectorRefuses = null;
        await ServedAsync("before");

        var backlog = await BacklogAsync();

        backlog.ShouldBe(new Backlog(0, 0, 0));
    }

    private async Task ServedAsync(string name)
    {
        await push.WantAsync(Person(name));
        await push.SettledAsync(_connection);
    }

    private async Task ShouldNotBeSentAsync(string name)
    {
        var before = push.Crm.Journal.LastSequence;
        await Eventually.ShouldStay(
            () => Task.FromResult(push.Crm.Journal.After(before).All(entry => entry.Kind == RequestKinds.Token)),
            TimeSpan.FromSeconds(1)
        );
        Found(name).ShouldBe(0);
    }

    private async Task<LaneView> LaneAsync() =>
        (await Anna.GetFromJsonAsync<LaneView>($"/v1/lanes/{_connection}", Stop))!;

    private async Task<Backlog> BacklogAsync() =>
        (await push.Anonymous().GetFromJsonAsync<Backlog>("/lanes/backlog", Stop))!;

    private Task<HttpResponseMessage> PostAsync(string what, string? note = null) =>
        Anna.PostAsJsonAsync($"/v1/lanes/{_connection}/{what}", new { note }, Stop);

    private Task<HttpResponseMessage> AllAsync(string what, string? note = null) =>
        push.Client(PushUnderTest.Workspace, Role.Manager, "anna")
            .PostAsJsonAsync($"/v1/lanes/{what}", new { note }, Stop);

    private Task CommandAsync(params string[] args) =>
        push.Services.GetRequiredService<StopEverything>().RunAsync(args, TextWriter.Null, Stop);

    private HttpClient Anna => push.Client(PushUnderTest.Workspace, Role.Integrator, "anna");

    private int Found(string name) => push.Crm.Org.Find("Lead", Email(name)).Count;

    private MappedLead Person(string name) =>
        PushUnderTest.Lead(
            _connection,
            $"{_connection:N}-{name}",
            Email(name),
            fields: [("LastName", "Person"), ("Company", "Acme")]
        );

    private string Email(string name) => $"{name}.{_connection:N}@example.com";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
