using System.Net;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;

namespace LeadSync.CrmSimulator.Tests;

public sealed class When_a_fault_is_on
{
    private static readonly object Lead = new { LastName = "x", Company = "y" };

    [Theory]
    [InlineData(FaultKind.DropBeforeEffect, 0, Fate.DroppedBeforeEffect)]
    [InlineData(FaultKind.DropAnswer, 1, Fate.AnswerDropped)]
    [InlineData(FaultKind.TruncateBody, 1, Fate.Truncated)]
    public async Task A_lost_answer_leaves_the_effect_that_the_journal_tells(FaultKind kind, int created, Fate fate)
    {
        await using var client = await Client.StartAsync();
        var fault = client.Simulator.Faults.Put(
            new()
            {
                Kind = kind,
                Match = new() { Kind = RequestKinds.Write },
                Count = 1,
            }
        );

        await Should.ThrowAsync<HttpRequestException>(() => client.SendAsync("POST", "sobjects/Lead", Lead));

        client.Simulator.Org.Records("Lead").Count.ShouldBe(created);
        var entry = client.Simulator.Journal.Entries[^1];
        entry.Fate.ShouldBe(fate);
        entry.Fault.ShouldBe(fault);
        entry.Effects.Count.ShouldBe(created);
        await client.CreateLeadAsync(Lead);
    }

    [Fact]
    public async Task A_late_effect_comes_after_the_connection_was_cut()
    {
        await using var client = await Client.StartAsync();
        client.Simulator.Faults.Put(
            new()
            {
                Kind = FaultKind.LateEffect,
                DelayMilliseconds = 100,
                Match = new() { Kind = RequestKinds.Create },
            }
        );

        await Should.ThrowAsync<HttpRequestException>(() => client.SendAsync("POST", "sobjects/Lead", Lead));
        var cut = client.Simulator.Journal.Entries[^1];
        client.Simulator.Org.Records("Lead").ShouldBeEmpty();
        await client.Simulator.Faults.WhenLateEffectsAppliedAsync();

        cut.Fate.ShouldBe(Fate.EffectLate);
        var late = client.Simulator.Journal.Entries[^1];
        late.Fate.ShouldBe(Fate.LateEffectApplied);
        late.LateOf.ShouldBe(cut.Sequence);
        late.Effects.Count.ShouldBe(1);
        client.Simulator.Org.Records("Lead").Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(FaultKind.ServerError, false, 500, "UNKNOWN_EXCEPTION", 0)]
    [InlineData(FaultKind.ServerError, true, 500, "UNKNOWN_EXCEPTION", 1)]
    [InlineData(FaultKind.Unavailable, false, 503, "SERVER_UNAVAILABLE", 0)]
    [InlineData(FaultKind.ExpiredSession, false, 401, "INVALID_SESSION_ID", 0)]
    [InlineData(FaultKind.DailyLimit, false, 403, "REQUEST_LIMIT_EXCEEDED", 0)]
    [InlineData(FaultKind.ConcurrentLimit, false, 403, "REQUEST_LIMIT_EXCEEDED", 0)]
    public async Task An_error_is_answered_before_or_after_the_effect(
        FaultKind kind,
        bool afterEffect,
        int status,
        string code,
        int created
    )
    {
        await using var client = await Client.StartAsync();
        client.Simulator.Faults.Put(new() { Kind = kind, AfterEffect = afterEffect });

        var answer = await client.SendAsync("POST", "sobjects/Lead", Lead);

        answer.ShouldBeRefused(status, code);
        client.Simulator.Org.Records("Lead").Count.ShouldBe(created);
    }

    [Fact]
    public async Task A_maintenance_page_is_html_with_the_time_to_wait()
    {
        await using var client = await Client.StartAsync();
        client.Simulator.Faults.Put(
            new()
            {
                Kind = FaultKind.Unavailable,
                Html = true,
                RetryAfterSeconds = 7,
            }
        );

        var answer = await client.SendAsync("GET", "limits");

        answer.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.ContentHeaders.ContentType!.MediaType.ShouldBe("text/html");
        answer.Header("Retry-After").ShouldBe("7");
    }

    [Fact]
    public async Task An_expired_session_stays_expired_until_the_next_login()
    {
        await using var client = await Client.StartAsync();
        client.Simulator.Faults.Put(
            new()
            {
                Kind = FaultKind.ExpiredSession,
                Match = new() { Kind = RequestKinds.Limits },
                Count = 1,
            }
        );

        (await client.SendAsync("GET", "limits")).ShouldBeRefused(401, "INVALID_SESSION_ID");
        (await client.SendAsync("GET", "limits")).ShouldBeRefused(401, "INVALID_SESSION_ID");
        await client.LogInAsync();
        (await client.SendAsync("GET", "limits")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Rows_can_be_locked_by_their_place_or_value_while_others_go_through()
    {
        await using var client = await Client.StartAsync();
        client.Simulator.Faults.Put(
            new()
            {
                Kind = FaultKind.LockRow,
                Records = [2],
                Match = new() { Kind = RequestKinds.Create },
            }
        );
        client.Simulator.Faults.Put(
            new()
            {
                Kind = FaultKind.RecordError,
                Field = "LastName",
                Value = "n4",
                Code = "FIELD_CUSTOM_VALIDATION_EXCEPTION",
                Message = "Nein",
            }
        );

        var answer = await client.SendAsync(
            "POST",
            "composite/sobjects",
            new
            {
                records = Enumerable
                    .Range(1, 5)
                    .Select(i => new
                    {
                        attributes = new { type = "Lead" },
                        LastName = $"n{i}",
                        Company = "c",
                    }),
            }
        );

        When_a_collection_is_written
            .Codes(answer.Json)
            .ShouldBe([null, "UNABLE_TO_LOCK_ROW", null, "FIELD_CUSTOM_VALIDATION_EXCEPTION", null]);
    }

    [Fact]
    public async Task It_strikes_the_composite_that_writes_and_not_the_one_that_reads()
    {
        await using var client = await Client.StartAsync();
        client.Simulator.Faults.Put(
            new()
            {
                Kind = FaultKind.DropAnswer,
                Match = new()
                {
                    Path = "/composite",
                    Kind = RequestKinds.Write,
                    Object = "Lead",
                },
            }
        );

        Task<Answer> Send(string part) =>
            client.SendAsync("POST", "composite", $$"""{"compositeRequest":[{{part}}]}""");

        await Send("""{"method":"GET","url":"/services/data/v60.0/query?q=SELECT Id FROM Lead","referenceId":"q"}""");
        await Send(
            """{"method":"POST","url":"/services/data/v60.0/sobjects/Contact","referenceId":"c","body":{"LastName":"x"}}"""
        );
        await Should.ThrowAsync<HttpRequestException>(() =>
            Send(
                """{"method":"POST","url":"/services/data/v60.0/composite/sobjects","referenceId":"l","body":{"records":[{"attributes":{"type":"Lead"},"LastName":"x","Company":"y"}]}}"""
            )
        );

        client.Simulator.Org.Records("Lead").Count.ShouldBe(1);
        client
            .Simulator.Faults.All[0]
            .ShouldSatisfyAllConditions(state => state.Matched.ShouldBe(1), state => state.Struck.ShouldBe(1));
    }

    [Fact]
    public async Task It_strikes_from_the_nth_request_and_only_so_often()
    {
        await using var client = await Client.StartAsync();
        client.Simulator.Faults.Put(
            new()
            {
                Kind = FaultKind.Unavailable,
                Nth = 2,
                Count = 2,
            }
        );

        var statuses = new List<int>();
        for (var i = 0; i < 5; i++)
            statuses.Add((int)(await client.SendAsync("GET", "limits")).Status);

        statuses.ShouldBe([200, 503, 503, 200, 200]);
    }

    [Fact]
    public async Task Chance_repeats_itself_with_the_same_seed()
    {
        async Task<string> Draw(int seed)
        {
            await using var client = await Client.StartAsync();
            client.Simulator.Faults.Put(
                new()
                {
                    Kind = FaultKind.Unavailable,
                    Probability = 0.5,
                    Seed = seed,
                }
            );
            var statuses = new List<int>();
            for (var i = 0; i < 20; i++)
                statuses.Add((int)(await client.SendAsync("GET", "limits")).Status);
            return string.Join(',', statuses);
        }

        var first = await Draw(7);

        (await Draw(7)).ShouldBe(first);
        first.ShouldContain("200");
        first.ShouldContain("503");
    }

    [Fact]
    public async Task It_is_set_listed_and_lifted_over_the_control_api()
    {
        await using var client = await Client.StartAsync();

        var put = await client.SendAsync(
            "PUT",
            "/control/faults/away",
            """{"kind":"unavailable","match":{"kind":"limits"},"retryAfterSeconds":3}"""
        );
        var struck = await client.SendAsync("GET", "limits");
        var listed = await client.SendAsync("GET", "/control/faults");
        var lifted = await client.SendAsync("DELETE", "/control/faults/away");
        var wrong = await client.SendAsync("POST", "/control/faults", """{"kind":"unavailable","nth":0}""");
        var typo = await client.SendAsync("POST", "/control/faults", """{"kind":"unavailable","cuont":1}""");

        put.Status.ShouldBe(HttpStatusCode.OK, put.Text);
        struck.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        listed.Json[0].GetProperty("struck").GetInt32().ShouldBe(1);
        lifted.Status.ShouldBe(HttpStatusCode.NoContent);
        wrong.Status.ShouldBe(HttpStatusCode.BadRequest);
        wrong.Json.GetProperty("detail").GetString()!.ShouldContain("Nth must be 1 or more");
        typo.Status.ShouldBe(HttpStatusCode.BadRequest);
        (await client.SendAsync("GET", "limits")).Status.ShouldBe(HttpStatusCode.OK);
    }
}
