using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Hosting.Web;
using LeadSync.Push.TestBatches;
using LeadSync.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Push.Tests.TestBatches;

public sealed class When_a_test_batch_is_written(PushUnderTest push) : IClassFixture<PushUnderTest>
{
    private readonly Guid _connection = Guid.CreateVersion7();

    [Fact]
    public async Task What_it_creates_is_marked_and_found_right()
    {
        var report = await WriteAsync(Person("anna"));

        report.Verdict.ShouldBe(TestVerdict.Right, Told(report));
        var lead = report.Leads.ShouldHaveSingleItem();
        lead.Action.ShouldBe(TestAction.Create);
        var record = Found("anna").ShouldHaveSingleItem();
        record["LastName"].ShouldBe("Ng (LeadSync test)");
        lead.Record!.Link.ShouldBe(new Uri(push.Crm.Address, $"/{record.Id}"));
        lead.Findings.Select(finding => $"{finding.Check} {finding.Field} {finding.Status}")
            .ShouldBe(
                [
                    "owner OwnerId Pass",
                    "status Status Pass",
                    "value LastName Pass",
                    "value Company Pass",
                    "value Title Pass",
                    "value Email Pass",
                    "duplicates  Pass",
                ],
                ignoreOrder: true
            );
    }

    [Fact]
    public async Task What_is_there_already_is_updated_without_a_mark()
    {
        var id = await ExistingAsync("Lead", "ben");

        var report = await WriteAsync(Person("ben"));

        report.Verdict.ShouldBe(TestVerdict.Right, Told(report));
        report.Leads[0].Action.ShouldBe(TestAction.Update);
        report.Leads[0].Owner.ShouldBe(new TestOwner("unchanged", push.Crm.Org.RepUserId));
        push.Crm.Org.Get("Lead", id)!["LastName"].ShouldBe("Ng");
    }

    [Fact]
    public async Task A_wrong_owner_a_wrong_status_and_a_duplicate_are_found()
    {
        var duplicate = await ExistingAsync("Contact", "dora");
        await push.RuleAsync(_connection, new { existsAsContact = "createAnyway" });
        await WithFlowAsync(
            new Flow(
                "Round robin",
                "Lead",
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["OwnerId"] = "Inbound_leads",
                    ["Status"] = "Working - Contacted",
                    ["Title"] = "Chief",
                }
            ),
            async () =>
            {
                var report = await WriteAsync(Person("dora", ("Status", "Open - Not Contacted")));

                report.Verdict.ShouldBe(TestVerdict.Wrong, Told(report));
                var wrong = report
                    .Leads[0]
                    .Findings.Where(finding => finding.Status == TestFindingStatus.Fail)
                    .ToDictionary(finding => finding.Check, StringComparer.Ordinal);
                wrong.Keys.ShouldBe(["owner", "status", "value", "duplicates"], ignoreOrder: true);
                wrong["owner"].Wanted!.Value.GetString().ShouldBe(push.Crm.Org.IntegrationUserId);
                wrong["owner"].Found!.Value.GetString().ShouldBe(push.Crm.Org.QueueId);
                wrong["status"].Wanted!.Value.GetString().ShouldBe("Open - Not Contacted");
                wrong["status"].Found!.Value.GetString().ShouldBe("Working - Contacted");
                wrong["value"].Field.ShouldBe("Title");
                wrong["duplicates"].Records!.ShouldHaveSingleItem().RecordId.ShouldBe(duplicate);
                wrong.Values.ShouldAllBe(finding => !string.IsNullOrEmpty(finding.Fix));
            }
        );
    }

    [Fact]
    public async Task Assignment_rules_that_leave_a_record_with_us_are_found()
    {
        await push.RuleAsync(_connection, new { owner = new { by = "assignmentRules" } });

        var report = await WriteAsync(Person("pia"));

        report.Verdict.ShouldBe(TestVerdict.Wrong, Told(report));
        report.Leads[0].Findings.Single(finding => finding.Status == TestFindingStatus.Fail).Check.ShouldBe("owner");
        report.Leads[0].Problems.ShouldHaveSingleItem().Code.ShouldBe("OWNER_NOT_ASSIGNED");
    }

    [Fact]
    public async Task An_update_that_changes_hands_is_found()
    {
        await ExistingAsync("Lead", "emil");
        await WithFlowAsync(
            new Flow(
                "Grab",
                "Lead",
                new Dictionary<string, string>(StringComparer.Ordinal) { ["OwnerId"] = "Inbound_leads" }
            ),
            async () =>
            {
                var report = await WriteAsync(Person("emil"));

                var owner = report.Leads[0].Findings.Single(finding => finding.Check == "owner");
                owner.Status.ShouldBe(TestFindingStatus.Fail);
                owner.Wanted!.Value.GetString().ShouldBe(push.Crm.Org.RepUserId);
            }
        );
    }

    [Fact]
    public async Task Nobody_hears_of_it_but_the_history_of_who_did_it()
    {
        var report = await WriteAsync(Person("fay"), Person("gus", ("Email", null)));

        report.Leads.Select(lead => lead.Action).ShouldBe([TestAction.Create, TestAction.Park]);
        report.Leads[1].Problems.ShouldHaveSingleItem().Code.ShouldBe("NO_MATCH_KEY");
        report.Leads[1].Verdict.ShouldBe(TestVerdict.NotWritten);
        (await push.WrittenAsync()).ShouldNotContain(item => item.ConnectionId == _connection);
        (await push.MatchedAsync()).ShouldNotContain(item => item.ConnectionId == _connection);
        (await push.FailuresAsync()).ShouldNotContain(item => item.ConnectionId == _connection);
        await Eventually.ShouldPass(async () =>
        {
            await using var database = await push.Database.Source.OpenConnectionAsync();
            var told = await push.Broker.ReadAsync("audit.setting-changed");
            foreach (
                var item in told.SelectMany(message =>
                    JsonElement.Parse(message.Body.Span).GetProperty("items").EnumerateArray()
                )
            )
                _changes.Add(item.Deserialize<ChangedSetting>(Wire.Json)!);
            var change = _changes.Single(item => item.ConnectionId == _connection);
            (change.Setting, change.Name, change.ChangedBy).ShouldBe(("testBatch", $"{report.BatchId}", "test"));
        });
    }

    private readonly List<ChangedSetting> _changes = [];

    [Fact]
    public async Task What_could_not_be_written_waits_for_no_person_and_is_never_taken_again()
    {
        var report = await WriteAsync(Person("hal", ("Email", null)));

        (
            await ScalarAsync<int>(
                "select count(*) from lead_sync where connection_id = @connection and parked_code is not null"
            )
        ).ShouldBe(0);
        using var replayed = await push.Client(PushUnderTest.Workspace, Role.Integrator)
            .PostAsJsonAsync(
                $"/v1/lanes/{_connection}/replay",
                new { leads = new[] { new { source = "web", leadId = TestBatchStore.LeadId(report.BatchId, 1) } } },
                TestContext.Current.CancellationToken
            );
        replayed.IsSuccessStatusCode.ShouldBeTrue();
        await push.RuleAsync(_connection, new { noMatchKey = "create" });
        (await PendingAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Two_samples_of_one_person_become_one_record_and_the_second_stands()
    {
        var report = await WriteAsync(Person("ida"), Person("ida", ("Phone", "555")) with { Version = 2 });

        report.Leads.Select(lead => lead.Action).ShouldContain(TestAction.Create);
        var record = Found("ida").ShouldHaveSingleItem();
        report.Leads.Select(lead => lead.Record!.RecordId).ShouldBe([record.Id, record.Id]);
        report.Leads.Select(lead => lead.Verdict).ShouldAllBe(verdict => verdict == TestVerdict.Right, Told(report));
    }

    [Fact]
    public async Task When_the_answer_is_lost_the_person_is_created_once_and_the_record_is_found()
    {
        push.Crm.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.DropAnswer,
                Match = new FaultMatch { Kind = RequestKinds.Create },
                Count = 1,
            }
        );

        var report = await WriteAsync(Person("jan"));
        await Eventually.ShouldPass(async () =>
        {
            report = await push.AskAgainAsync(report);
            report.Verdict.ShouldBe(TestVerdict.Right, Told(report));
        });

        Found("jan").ShouldHaveSingleItem();
        report.Leads[0].Action.ShouldBe(TestAction.Create);
    }

    [Fact]
    public async Task In_a_paused_lane_nothing_is_written_and_it_is_told_by_whom()
    {
        await push.WantAsync(Person("before"));
        await push.SettledAsync(_connection);
        using var paused = await push.Client(PushUnderTest.Workspace, Role.Integrator)
            .PostAsJsonAsync(
                $"/v1/lanes/{_connection}/pause",
                new { note = "the org is migrated" },
                TestContext.Current.CancellationToken
            );
        paused.IsSuccessStatusCode.ShouldBeTrue();

        foreach (var mode in new[] { TestMode.WriteAndVerify, TestMode.Preview })
        {
            var (status, body) = await push.TryAsync(Batches.Of(_connection, mode, Person("kai")));

            status.ShouldBe(HttpStatusCode.Conflict);
            body.GetProperty("code").GetString().ShouldBe("LANE_STOPPED");
            body.GetProperty("detail").GetString()!.ShouldContain("the org is migrated");
        }
        Found("kai").ShouldBeEmpty();
        (await PendingAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task What_a_hold_keeps_from_being_written_in_time_is_unfinished_and_never_written_later()
    {
        await SetHoldAsync("Lead");
        var options = push.Services.GetRequiredService<PushOptions>();
        var within = options.TestWithin;
        options.TestWithin = TimeSpan.FromSeconds(1);
        TestReport report;
        try
        {
            report = await WriteAsync(Person("lea"));
        }
        finally
        {
            options.TestWithin = within;
        }

        report.Verdict.ShouldBe(TestVerdict.Unfinished);
        report.Leads[0].Notes.ShouldContain(note => note.Contains(report.AskAgain!, StringComparison.Ordinal));
        (await PendingAsync()).ShouldBe(0);
        await LiftAsync("Lead");
        await push.WantAsync(Person("after"));
        await push.SettledAsync(_connection);
        Found("lea").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_day_later_it_is_forgotten_with_all_that_it_held()
    {
        var report = await WriteAsync(Person("moe"));
        await using (
            var database = await push.Database.Source.OpenConnectionAsync(TestContext.Current.CancellationToken)
        )
            await database.ExecuteAsync(
                "update test_batch set began_at = began_at - interval '25 hours' where batch_id = @BatchId",
                new { report.BatchId }
            );

        await push.Services.GetRequiredService<ForgetTestBatches>().RunOnceAsync(TestContext.Current.CancellationToken);

        foreach (var table in new[] { "lead_sync", "applied", "test_batch" })
            (await ScalarAsync<int>($"select count(*) from {table} where connection_id = @connection")).ShouldBe(
                0,
                table
            );
        (await ScalarAsync<int>("select count(*) from test_outcome where batch_id = @batch", report.BatchId)).ShouldBe(
            0
        );
        using var gone = await push.Client(PushUnderTest.Workspace, Role.Integrator)
            .GetAsync(new Uri(report.AskAgain!, UriKind.Relative), TestContext.Current.CancellationToken);
        gone.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Another_workspace_cannot_ask_about_it()
    {
        var report = await WriteAsync(Person("nan"));

        using var asked = await push.Client("other", Role.Manager)
            .GetAsync(new Uri(report.AskAgain!, UriKind.Relative), TestContext.Current.CancellationToken);

        asked.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private Task<TestReport> WriteAsync(params IReadOnlyList<MappedLead> leads) =>
        push.RunAsync(Batches.Of(_connection, TestMode.WriteAndVerify, leads));

    private async Task WithFlowAsync(Flow flow, Func<Task> act)
    {
        var before = push.Crm.Org.Setup;
        push.Crm.Org.Setup = before with { Flows = [flow] };
        try
        {
            await act();
        }
        finally
        {
            push.Crm.Org.Setup = before;
        }
    }

    private Task SetHoldAsync(string objectName) => HoldAsync(HttpMethod.Put, "", objectName);

    private Task LiftAsync(string objectName) => HoldAsync(HttpMethod.Post, "/lift", objectName);

    private async Task HoldAsync(HttpMethod method, string path, string objectName)
    {
        using var request = new HttpRequestMessage(method, $"/v1/holds/{_connection}{path}");
        request.Content = JsonContent.Create(
            path.Length == 0
                ? (object)
                    new
                    {
                        reason = "disabled",
                        source = "web",
                        @object = objectName,
                    }
                : new
                {
                    reason = "disabled",
                    source = "web",
                    @object = objectName,
                    waiting = "send",
                }
        );
        using var answer = await push.Client(PushUnderTest.Workspace, Role.Service)
            .SendAsync(request, TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
    }

    private Task<int> PendingAsync() =>
        ScalarAsync<int>(
            "select count(*) from lead_sync where connection_id = @connection and test_batch is not null and wanted_run > done_run"
        );

    private async Task<T?> ScalarAsync<T>(string sql, Guid batch = default)
    {
        await using var database = await push.Database.Source.OpenConnectionAsync();
        return await database.ExecuteScalarAsync<T>(sql, new { connection = _connection, batch });
    }

    private Task<string> ExistingAsync(string objectName, string name)
    {
        var fields = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["LastName"] = "Held",
            ["Email"] = Email(name),
        };
        if (objectName == "Lead")
            fields["Company"] = "Held";
        return push.Crm.Org.Rep.CreateAsync(objectName, fields);
    }

    private MappedLead Person(string name, params (string Field, string? Value)[] fields)
    {
        var hasEmail = fields.All(field => field.Field != "Email");
        return PushUnderTest.Lead(
            _connection,
            name,
            hasEmail ? Email(name) : null,
            fields:
            [
                ("LastName", "Ng"),
                ("Company", "Acme"),
                ("Title", "CTO"),
                .. fields.Where(field => field.Field != "Email"),
            ]
        );
    }

    private string Email(string name) => $"{name}@{_connection:N}.example";

    private List<SimulatedRecord> Found(string name) =>
        [.. push.Crm.Org.Find("Lead", Email(name)).Where(record => !record.IsDeleted)];

    private static string Told(TestReport report) => JsonSerializer.Serialize(report, JsonSerializerOptions.Web);
}
