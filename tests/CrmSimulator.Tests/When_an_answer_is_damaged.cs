using System.Net;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;

namespace LeadSync.CrmSimulator.Tests;

public sealed class When_an_answer_is_damaged
{
    private static readonly object Records = new
    {
        records = Enumerable
            .Range(1, 5)
            .Select(i => new
            {
                attributes = new { type = "Lead" },
                LastName = $"n{i}",
                Company = "y",
            }),
    };

    [Fact]
    public async Task It_may_tell_of_half_of_what_happened()
    {
        await using var client = await Client.StartAsync();
        client.Simulator.Faults.Put(new() { Kind = FaultKind.PartialResults });

        var collection = await client.SendAsync("POST", "composite/sobjects", Records);
        var query = await client.QueryAsync("SELECT Id FROM Lead");

        collection.Status.ShouldBe(HttpStatusCode.OK);
        collection.Json.GetArrayLength().ShouldBe(2);
        client.Simulator.Org.Records("Lead").Count.ShouldBe(5);
        query.Json.GetProperty("totalSize").GetInt32().ShouldBe(5);
        query.Json.GetProperty("records").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task It_may_arrive_drop_by_drop_and_be_whole()
    {
        await using var client = await Client.StartAsync();
        client.Simulator.Faults.Put(new() { Kind = FaultKind.SlowDrip, DelayMilliseconds = 1 });

        var answer = await client.SendAsync("POST", "composite/sobjects", Records);

        answer.Json.GetArrayLength().ShouldBe(5);
    }

    [Fact]
    public async Task It_may_have_a_length_that_cuts_it_in_two()
    {
        await using var client = await Client.StartAsync();
        client.Simulator.Faults.Put(new() { Kind = FaultKind.WrongContentLength, Count = 1 });

        var answer = await client.SendAsync("POST", "composite/sobjects", Records);

        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.ContentHeaders.ContentLength.ShouldBe(answer.Text.Length);
        Should.Throw<System.Text.Json.JsonException>(() => answer.Json);
        client.Simulator.Org.Records("Lead").Count.ShouldBe(5);
    }

    [Fact]
    public async Task A_session_may_end_between_the_pages_of_an_answer_or_after_an_effect()
    {
        await using var client = await Client.StartAsync();
        client.Simulator.Org.Settings = client.Simulator.Org.Settings with { QueryPageSize = 2 };
        await client.SendAsync("POST", "composite/sobjects", Records);
        client.Simulator.Faults.Put(
            new()
            {
                Kind = FaultKind.ExpiredSession,
                Match = new() { Kind = RequestKinds.QueryMore },
                Count = 1,
            }
        );
        client.Simulator.Faults.Put(
            new()
            {
                Kind = FaultKind.ExpiredSession,
                AfterEffect = true,
                Match = new() { Kind = RequestKinds.Create },
                Count = 1,
            }
        );

        var first = await client.QueryAsync("SELECT Id FROM Lead");
        var next = first.Json.GetProperty("nextRecordsUrl").GetString()!;
        (await client.SendAsync("GET", next)).ShouldBeRefused(401, "INVALID_SESSION_ID");
        await client.LogInAsync();
        (await client.SendAsync("GET", next)).Status.ShouldBe(HttpStatusCode.OK);
        (await client.SendAsync("POST", "sobjects/Lead", new { LastName = "x", Company = "y" })).ShouldBeRefused(
            401,
            "INVALID_SESSION_ID"
        );
        client.Simulator.Org.Records("Lead").Count.ShouldBe(6);
    }

    [Theory]
    [InlineData(403, "TXN_SECURITY_NO_ACCESS")]
    [InlineData(400, "STORAGE_LIMIT_EXCEEDED")]
    [InlineData(503, "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE")]
    public async Task Any_row_of_the_crms_catalogue_can_be_called_up(int status, string code)
    {
        await using var client = await Client.StartAsync();
        client.Simulator.Faults.Put(
            new()
            {
                Kind = FaultKind.CallError,
                Status = status,
                Code = code,
                Message = "not now",
            }
        );

        var answer = await client.SendAsync("GET", "limits");

        answer.ShouldBeRefused(status, code).TryGetProperty("fields", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_page_of_html_may_come_with_status_200()
    {
        await using var client = await Client.StartAsync();
        client.Simulator.Faults.Put(
            new()
            {
                Kind = FaultKind.Unavailable,
                Html = true,
                Status = 200,
            }
        );

        var answer = await client.SendAsync("GET", "limits");

        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.ContentHeaders.ContentType!.MediaType.ShouldBe("text/html");
    }
}
