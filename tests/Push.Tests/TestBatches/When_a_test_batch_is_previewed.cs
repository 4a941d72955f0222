using System.Net;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;

namespace LeadSync.Push.Tests.TestBatches;

public sealed class When_a_test_batch_is_previewed(PushUnderTest push) : IClassFixture<PushUnderTest>
{
    private readonly Guid _connection = Guid.CreateVersion7();

    [Theory]
    [InlineData(1)]
    [InlineData(20260302)]
    public async Task Twenty_samples_agree_field_by_field_with_what_the_real_run_then_does(int seed)
    {
        var people = new RandomPeople(push, _connection, seed);
        await people.PrepareAsync();

        var report = await push.RunAsync(Batches.Of(_connection, TestMode.Preview, people.Leads));
        await push.WantAsync(people.Leads);
        await push.SettledAsync(_connection, RandomPeople.Within);

        var matched = (await push.MatchedAsync()).Where(IsOurs).ToLookup(item => item.LeadId, StringComparer.Ordinal);
        var written = (await push.WrittenAsync())
            .Where(IsOurs)
            .ToDictionary(item => item.LeadId, StringComparer.Ordinal);
        var failed = (await push.FailuresAsync())
            .Where(item => item.ConnectionId == _connection && !item.Transient)
            .ToDictionary(item => item.LeadId!, StringComparer.Ordinal);
        report.Leads.Count.ShouldBe(RandomPeople.Count);
        foreach (var lead in report.Leads)
        {
            var real = matched[lead.LeadId].Last();
            Shown(lead).ShouldBe(Shown(real), $"sample {lead.Number}");
            lead.Fields.Select(Shown)
                .ShouldBe(written.GetValueOrDefault(lead.LeadId)?.Fields.Select(Shown) ?? [], $"sample {lead.Number}");
            lead.Problems.Select(problem => $"{problem.Code}: {problem.Message} {string.Join(',', problem.Fields)}")
                .ShouldBe(
                    failed.TryGetValue(lead.LeadId, out var fault)
                        ? [$"{fault.Code}: {fault.Message} {string.Join(',', fault.Fields)}"]
                        : [],
                    $"sample {lead.Number}"
                );
        }
        // Else it would say little.
        report.Leads.Select(lead => lead.Action).Distinct().Count().ShouldBeGreaterThanOrEqualTo(3);

        bool IsOurs(ILeadAtConnection item) => item.ConnectionId == _connection && item.Source == "web";
    }

    [Fact]
    public async Task It_leaves_no_trace_here_nor_in_the_CRM_nor_on_the_bus()
    {
        await push.Crm.Org.Rep.CreateAsync(
            "Lead",
            new
            {
                LastName = "Ng",
                Company = "Acme",
                Email = Email("anna"),
            }
        );
        var rows = await RowsAsync();
        var before = push.Crm.Journal.LastSequence;
        var told = (await push.MatchedAsync()).Count;

        var report = await push.RunAsync(Batches.Of(_connection, TestMode.Preview, Person("anna"), Person("ben")));

        report.Leads.Select(lead => lead.Action).ShouldBe([TestAction.Update, TestAction.Create]);
        report.ApiCalls.ShouldBe(1);
        report.AskAgain.ShouldBeNull();
        var calls = push.Crm.Journal.After(before).ToList();
        calls.ShouldNotBeEmpty();
        calls.SelectMany(entry => entry.Effects).ShouldBeEmpty();
        (await RowsAsync()).ShouldBe(rows);
        (await push.MatchedAsync()).Count.ShouldBe(told);
    }

    [Fact]
    public async Task Its_calls_come_from_the_orgs_allowance_after_all_that_is_more_urgent()
    {
        await push.RunAsync(Batches.Of(_connection, TestMode.Preview, Person("anna")));

        push.Asked.Last(ask => ask.Connection == _connection).Request.Priority.ShouldBe(CallPriority.Probe);
    }

    [Fact]
    public async Task A_second_sample_of_a_person_is_said_to_wait_for_the_first()
    {
        var report = await push.RunAsync(
            Batches.Of(_connection, TestMode.Preview, Person("anna"), Person("ben"), Person("anna"))
        );

        report.Leads.Select(lead => lead.Action).ShouldBe([TestAction.Create, TestAction.Create, TestAction.Wait]);
        report.Leads[2].WaitsFor.ShouldBe(1);
        report.Leads[2].Reason.ShouldBe("SAME_PERSON");
        report.Leads[2].Notes.ShouldHaveSingleItem().ShouldContain("sample 1");
    }

    [Fact]
    public async Task One_that_its_rule_has_wait_for_a_field_is_said_to_wait_for_that()
    {
        await push.RuleAsync(
            _connection,
            new
            {
                createWhen = new
                {
                    fields = (List<string>)["Country"],
                    within = 30,
                    then = "park",
                },
            }
        );

        // A version is when the lead became wanted, in microseconds.
        var now = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        var report = await push.RunAsync(
            Batches.Of(_connection, TestMode.Preview, Person("greta") with { Version = now })
        );

        var told = report.Leads.ShouldHaveSingleItem();
        (told.Action, told.Reason, told.WaitsFor).ShouldBe((TestAction.Wait, "WAITS_FOR_FIELDS", null));
        told.DecidedBy!.Setting.ShouldBe("createWhen");
        told.Notes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_samples_that_only_the_CRM_knows_as_one_person_are_told_so_too()
    {
        push.AddExternalId();
        await push.RuleAsync(_connection, new { externalIdField = PushUnderTest.ExternalId });

        var report = await push.RunAsync(
            Batches.Of(
                _connection,
                TestMode.Preview,
                Person("cleo", (PushUnderTest.ExternalId, "P-9")),
                Person("other", (PushUnderTest.ExternalId, "p-9"))
            )
        );

        report.Leads[1].WaitsFor.ShouldBe(1);
    }

    [Fact]
    public async Task It_says_who_will_own_the_record_where_that_is_known()
    {
        var id = await push.Crm.Org.Rep.CreateAsync(
            "Lead",
            new
            {
                LastName = "Ng",
                Company = "Acme",
                Email = Email("dora"),
            }
        );

        var report = await push.RunAsync(
            Batches.Of(
                _connection,
                TestMode.Preview,
                Person("dora"),
                Person("emil"),
                Person("fay", ("OwnerId", push.Crm.Org.QueueId))
            )
        );

        report
            .Leads.Select(lead => lead.Owner)
            .ShouldBe([
                new TestOwner("unchanged", push.Crm.Org.RepUserId),
                new TestOwner("integrationUser", push.Crm.Org.IntegrationUserId),
                new TestOwner("mapping", push.Crm.Org.QueueId),
            ]);
        report.Leads[0].Record!.Link.ShouldBe(new Uri(push.Crm.Address, $"/{id}"));
    }

    [Fact]
    public async Task It_says_whom_the_push_rule_gives_a_new_record_to()
    {
        await push.RuleAsync(
            _connection,
            new
            {
                owner = new
                {
                    by = "user",
                    id = push.Crm.Org.InactiveUserId,
                    fallback = new[] { new { by = "queue", id = push.Crm.Org.QueueId } },
                },
            }
        );
        var left = await push.RunAsync(Batches.Of(_connection, TestMode.Preview, Person("oda")));
        await push.RuleAsync(_connection, new { owner = new { by = "assignmentRules" } });
        var assigned = await push.RunAsync(Batches.Of(_connection, TestMode.Preview, Person("oda")));

        left.Leads[0].Owner.ShouldBe(new TestOwner("fallback", push.Crm.Org.QueueId));
        assigned.Leads[0].Owner.ShouldBe(new TestOwner("assignmentRules", null));
    }

    [Fact]
    public async Task A_field_that_the_org_lost_stops_who_needs_it_and_nobody_else()
    {
        var report = await push.RunAsync(
            Batches.Of(_connection, TestMode.Preview, Person("gus", ("Gone__c", "x")), Person("hal"))
        );

        report.Leads.Select(lead => lead.Action).ShouldBe([TestAction.Park, TestAction.Create]);
        var problem = report.Leads[0].Problems.ShouldHaveSingleItem();
        problem.Code.ShouldBe("SCHEMA_CHANGED");
        problem.Fix.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task What_mapping_could_not_do_is_told_and_the_rest_is_tried()
    {
        var batch = Batches.Of(_connection, TestMode.Preview, Person("ida"), Person("jan"), Person("kai"));
        var problem = new TestProblem("VALUE_DOES_NOT_FIT", "Lead.Title is too long", "why", "cut it");

        var report = await push.RunAsync(
            batch with
            {
                Leads =
                [
                    batch.Leads[0] with
                    {
                        Wanted = null,
                        Problems = [problem],
                    },
                    batch.Leads[1] with
                    {
                        Wanted = null,
                        Skipped = "FILTERED_OUT",
                    },
                    batch.Leads[2],
                ],
            }
        );

        report.Leads.Select(lead => lead.Action).ShouldBe([TestAction.CannotMap, TestAction.Skip, TestAction.Create]);
        report.Leads[0].Problems.ShouldHaveSingleItem().Code.ShouldBe("VALUE_DOES_NOT_FIT");
        report.Leads[1].Reason.ShouldBe("FILTERED_OUT");
    }

    [Fact]
    public async Task While_the_connection_may_not_be_used_it_is_told_why()
    {
        push.ConnectorRefuses = (409, FailureCatalogue.AuthRevoked);
        try
        {
            var (status, body) = await push.TryAsync(Batches.Of(_connection, TestMode.Preview, Person("lea")));

            status.ShouldBe(HttpStatusCode.Conflict);
            body.GetProperty("code").GetString().ShouldBe("AUTH_REVOKED");
        }
        finally
        {
            push.ConnectorRefuses = null;
        }
    }

    [Fact]
    public async Task It_takes_an_integrator_and_a_batch()
    {
        var batch = Batches.Of(_connection, TestMode.Preview, Person("moe"));

        (await push.TryAsync(batch, Role.Viewer)).Status.ShouldBe(HttpStatusCode.Forbidden);
        var (status, body) = await push.TryAsync(
            batch with
            {
                Leads = [.. Enumerable.Range(1, 21).Select(number => batch.Leads[0] with { Number = number })],
            }
        );
        status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        body.GetProperty("code").GetString().ShouldBe("TEST_BATCH_INVALID");
        body.GetProperty("faults")[0].GetProperty("field").GetString().ShouldBe("leads");
    }

    private static string Shown(TestedLead lead) =>
        $"{lead.Action} {lead.Record?.Object} {lead.Record?.RecordId} {lead.MatchedBy} {lead.Reason} {lead.DecidedBy} {Shown(lead.Candidates?.Select(one => one.RecordId))}";

    private static string Shown(MatchedRecord real) =>
        $"{real.Decision} {real.Record?.Object} {real.Record?.RecordId} {real.MatchedBy} {real.Reason} {real.DecidedBy} {Shown(real.Candidates?.Select(one => one.RecordId))}";

    private static string Shown(IEnumerable<string>? ids) => string.Join(',', ids ?? []);

    private static string Shown(FieldDecision field) =>
        $"{field.Field}: {field.Before} > {field.After} {field.Rule} {field.Written} {field.Reason}";

    private MappedLead Person(string name, params (string, string?)[] fields) =>
        PushUnderTest.Lead(
            _connection,
            name,
            Email(name),
            fields: [("LastName", "Ng"), ("Company", "Acme"), ("Title", "CTO"), .. fields]
        );

    private string Email(string name) => $"{name}@{_connection:N}.example";

    // How many rows each table has.
    private async Task<string> RowsAsync()
    {
        await using var database = await push.Database.Source.OpenConnectionAsync();
        return (
            await database.ExecuteScalarAsync<string>(
                """
                select string_agg(t || ' ' || (xpath('/row/c/text()', query_to_xml('select count(*) as c from ' || t, false, true, '')))[1],
                                  ', ' order by t)
                  from unnest(array['lane', 'lead_sync', 'applied', 'intent', 'outcome', 'test_batch', 'test_outcome', 'setting_change']) as t
                """
            )
        )!;
    }
}
