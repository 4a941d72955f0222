using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.CrmSimulator.Data;
using LeadSync.Hosting.Web;
using LeadSync.Push.Replays;

namespace LeadSync.Push.Tests.Replays;

public sealed class When_parked_leads_are_taken_again(PushUnderTest push) : IClassFixture<PushUnderTest>
{
    private readonly Guid _connection = Guid.CreateVersion7();

    [Fact]
    public async Task They_are_listed_by_code_with_cause_fix_and_a_sample()
    {
        await push.WantAsync(TooLong("a"), TooLong("b"), NoKey("c"), Good("d"));
        await push.SettledAsync(_connection);

        var parked = (await Anna.GetFromJsonAsync<List<ParkedCode>>($"/v1/lanes/{_connection}/parked", Stop))!;

        parked
            .Select(code => (code.Code, code.Count))
            .ShouldBe([("TOO_LONG", 2), ("NO_MATCH_KEY", 1)], ignoreOrder: true);
        var tooLong = parked.Single(code => code.Code == "TOO_LONG");
        tooLong.Sample.Select(lead => lead.LeadId).ShouldBe([Id("a"), Id("b")], ignoreOrder: true);
        tooLong.Fix.ShouldBe(FailureCatalogue.TooLong.Fix);
        tooLong.Message.ShouldNotBeNull().ShouldNotContain("xxxx");
        tooLong.FirstAt.ShouldBeLessThanOrEqualTo(tooLong.LastAt);
    }

    [Fact]
    public async Task Those_of_one_code_go_once_what_stopped_them_is_mended_and_the_others_stay()
    {
        var rules = push.Crm.Org.Setup;
        var company = $"Frozen {_connection:N}";
        push.Crm.Org.Setup = rules with
        {
            ValidationRules =
            [
                new ValidationRule("Frozen", "Lead", $"Company = '{company}'", "No new leads of this company."),
            ],
        };
        await push.WantAsync(Good("a", company: company), NoKey("b"));
        await push.SettledAsync(_connection);
        push.Crm.Org.Setup = rules;

        (await ReplayAsync(new { code = "VALIDATION_RULE" })).ShouldBe(1);
        await push.SettledAsync(_connection);

        push.Crm.Org.Find("Lead", Email("a")).ShouldHaveSingleItem();
        (await Anna.GetFromJsonAsync<List<ParkedCode>>($"/v1/lanes/{_connection}/parked", Stop))!
            .Select(code => code.Code)
            .ShouldBe(["NO_MATCH_KEY"]);
    }

    [Fact]
    public async Task A_lead_that_is_not_mended_is_parked_again_and_tells_it_anew()
    {
        await push.WantAsync(TooLong("a"));
        await push.SettledAsync(_connection);

        (await ReplayAsync(new { all = true })).ShouldBe(1);
        await push.SettledAsync(_connection);

        (await FailuresAsync()).Count.ShouldBe(2);
        (await FailuresAsync()).ShouldAllBe(failure => failure.Code == "TOO_LONG");
    }

    [Fact]
    public async Task A_healthy_lead_is_compared_with_the_CRM_anew_and_says_for_whom()
    {
        await push.WantAsync(Good("a"));
        await push.SettledAsync(_connection);

        (await ReplayAsync(new { leads = new[] { new { source = "web", leadId = Id("a") } } })).ShouldBe(1);
        await push.SettledAsync(_connection);

        push.Crm.Org.Find("Lead", Email("a")).ShouldHaveSingleItem();
        var matched = (await push.MatchedAsync()).Where(item => item.ConnectionId == _connection).ToList();
        matched.Select(item => item.Decision).ShouldBe([SyncDecision.Create, SyncDecision.Unchanged]);
        matched.Select(item => item.AskedBy).ShouldBe([null, "anna"]);
    }

    [Fact]
    public async Task A_withdrawn_lead_is_not_brought_back()
    {
        await push.WantAsync(Good("a"));
        await push.SettledAsync(_connection);
        await push.WantAsync(Good("a", version: 2) with { Withdrawn = true });

        (await ReplayAsync(new { leads = new[] { new { source = "web", leadId = Id("a") } } })).ShouldBe(0);
    }

    [Fact]
    public async Task A_newer_capture_that_waits_already_is_not_doubled()
    {
        var hold = new { reason = "disabled" };
        var service = push.Client(PushUnderTest.Workspace, Role.Service);
        await service.PutAsJsonAsync($"/v1/holds/{_connection}", hold, Stop);
        await push.WantAsync(Good("a"));

        (await ReplayAsync(new { leads = new[] { new { source = "web", leadId = Id("a") } } })).ShouldBe(1);
        await service.PostAsJsonAsync(
            $"/v1/holds/{_connection}/lift",
            new { reason = "disabled", waiting = "send" },
            Stop
        );
        await push.SettledAsync(_connection);

        (await push.WrittenAsync()).Count(item => item.ConnectionId == _connection).ShouldBe(1);
    }

    [Fact]
    public async Task Discarded_leads_are_told_as_skipped_with_who_said_so_and_why()
    {
        await push.WantAsync(TooLong("a"), Good("b"));
        await push.SettledAsync(_connection);

        var answer = await Anna.PostAsJsonAsync(
            $"/v1/lanes/{_connection}/discard",
            new { code = "TOO_LONG", note = "test entries" },
            Stop
        );
        (await CountAsync(answer, "discarded")).ShouldBe(1);
        await push.SettledAsync(_connection);

        (await Anna.GetFromJsonAsync<List<ParkedCode>>($"/v1/lanes/{_connection}/parked", Stop))!.ShouldBeEmpty();
        var skipped = (await push.MatchedAsync()).Single(item => item.LeadId == Id("a") && item.Reason == "DISCARDED");
        (skipped.Decision, skipped.AskedBy, skipped.Note).ShouldBe((SyncDecision.Skip, "anna", "test entries"));
        (await ReplayAsync(new { all = true })).ShouldBe(0);
    }

    [Theory]
    [InlineData("replay", "{}", "")]
    [InlineData("replay", """{"all":true,"code":"TOO_LONG"}""", "")]
    [InlineData("replay", """{"code":"NO_SUCH_CODE"}""", "code")]
    [InlineData("replay", """{"leads":[]}""", "leads")]
    [InlineData("discard", """{"all":true}""", "note")]
    [InlineData("discard", """{"all":true,"note":" "}""", "note")]
    public async Task What_is_not_said_clearly_does_nothing(string what, string body, string fault)
    {
        await push.WantAsync(TooLong("a"));
        await push.SettledAsync(_connection);

        using var content = new StringContent(
            body,
            new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")
        );
        var answer = await Anna.PostAsync(new Uri($"/v1/lanes/{_connection}/{what}", UriKind.Relative), content, Stop);

        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        problem
            .GetProperty("faults")
            .EnumerateArray()
            .Select(one => one.GetProperty("field").GetString())
            .ShouldBe([fault]);
        (await FailuresAsync()).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("replay")]
    [InlineData("discard")]
    public async Task Another_workspace_has_no_such_lane_and_a_viewer_may_not(string what)
    {
        await push.WantAsync(TooLong("a"));
        await push.SettledAsync(_connection);
        var ask = new { all = true, note = "mine" };
        var path = $"/v1/lanes/{_connection}/{what}";

        var foreign = await push.Client("other", Role.Manager).PostAsJsonAsync(path, ask, Stop);
        var viewer = await push.Client(PushUnderTest.Workspace, Role.Viewer).PostAsJsonAsync(path, ask, Stop);

        foreign.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        viewer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    private async Task<int> ReplayAsync(object ask) =>
        await CountAsync(await Anna.PostAsJsonAsync($"/v1/lanes/{_connection}/replay", ask, Stop), "replayed");

    private static async Task<int> CountAsync(HttpResponseMessage answer, string name)
    {
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Stop));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty(name).GetInt32();
    }

    private async Task<List<FailedSync>> FailuresAsync() =>
        [.. (await push.FailuresAsync()).Where(failure => failure.ConnectionId == _connection)];

    private HttpClient Anna => push.Client(PushUnderTest.Workspace, Role.Integrator, "anna");

    private MappedLead Good(string name, long version = 1, string company = "Acme") =>
        PushUnderTest.Lead(
            _connection,
            Id(name),
            Email(name),
            version: version,
            fields: [("LastName", "Person"), ("Company", company)]
        );

    private MappedLead TooLong(string name) =>
        PushUnderTest.Lead(
            _connection,
            Id(name),
            Email(name),
            fields: [("LastName", new string('x', 81)), ("Company", "Acme")]
        );

    private MappedLead NoKey(string name) =>
        PushUnderTest.Lead(_connection, Id(name), fields: [("LastName", "Person"), ("Company", "Acme")]);

    private string Id(string name) => $"{_connection:N}-{name}";

    private string Email(string name) => $"{name}.{_connection:N}@example.com";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
