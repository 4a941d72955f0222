using System.Net;

namespace LeadSync.CrmSimulator.Tests.Bulk;

public sealed class When_records_are_queried_in_bulk
{
    [Fact]
    public async Task The_answer_comes_as_csv_in_pages_each_with_a_header()
    {
        await using var client = await Client.StartAsync();
        var org = client.Simulator.Org;
        for (var i = 1; i <= 5; i++)
            await client.CreateLeadAsync(
                new
                {
                    LastName = $"n{i}",
                    Company = "a \"b\"",
                    NumberOfEmployees = i,
                }
            );

        var created = await QueryAsync(
            client,
            "SELECT LastName, Company, NumberOfEmployees, IsConverted, Title, Owner.Name FROM Lead ORDER BY LastName"
        );
        var id = created.Json.GetProperty("id").GetString()!;
        var early = await client.SendAsync("GET", $"jobs/query/{id}/results");
        org.Settings = org.Settings with { BulkEarlyResultsStatus = 412 };
        var earlyElsewhere = await client.SendAsync("GET", $"jobs/query/{id}/results");
        var running = await client.SendAsync("GET", $"jobs/query/{id}");
        var done = await client.SendAsync("GET", $"jobs/query/{id}");
        var first = await client.SendAsync("GET", $"jobs/query/{id}/results?maxRecords=3");
        var second = await client.SendAsync(
            "GET",
            $"jobs/query/{id}/results?maxRecords=3&locator={first.Header("Sforce-Locator")}"
        );
        var otherVersion = await client.SendAsync("GET", $"/services/data/v59.0/jobs/query/{id}/results");

        created.Json.GetProperty("state").GetString().ShouldBe("UploadComplete");
        created.Json.TryGetProperty("contentUrl", out _).ShouldBeFalse();
        early.ShouldBeRefused(400, "API_ERROR");
        earlyElsewhere.ShouldBeRefused(412, "API_ERROR");
        running.Json.GetProperty("state").GetString().ShouldBe("InProgress");
        done.Json.GetProperty("state").GetString().ShouldBe("JobComplete");
        done.Json.GetProperty("jobType").GetString().ShouldBe("V2Query");
        done.Json.GetProperty("numberRecordsProcessed").GetInt32().ShouldBe(5);
        const string header =
            "\"LastName\",\"Company\",\"NumberOfEmployees\",\"IsConverted\",\"Title\",\"Owner.Name\"\n";
        first.Text.ShouldStartWith($"{header}\"n1\",\"a \"\"b\"\"\",\"1\",\"false\",\"\",\"LeadSync Integration\"\n");
        first.Header("Sforce-NumberOfRecords").ShouldBe("3");
        second.Text.ShouldStartWith($"{header}\"n4\"");
        second.Header("Sforce-NumberOfRecords").ShouldBe("2");
        second.Header("Sforce-Locator").ShouldBe("null");
        otherVersion.ShouldBeRefused(409, "INVALID_VERSION");
    }

    [Theory]
    [InlineData("SELECT COUNT() FROM Lead", "API_ERROR")]
    [InlineData("SELECT Id FROM Lead LIMIT 1 OFFSET 1", "API_ERROR")]
    [InlineData("SELECT Address FROM Lead", "FUNCTIONALITY_NOT_ENABLED")]
    [InlineData("SELECT Nope FROM Lead", "INVALID_FIELD")]
    [InlineData("SELECT Id FROM Nope", "INVALID_TYPE")]
    public async Task What_bulk_cannot_answer_is_refused_at_once(string soql, string code)
    {
        await using var client = await Client.StartAsync();

        (await QueryAsync(client, soql)).ShouldBeRefused(400, code);
    }

    [Fact]
    public async Task Deleted_records_come_with_query_all_and_a_job_can_be_aborted()
    {
        await using var client = await Client.StartAsync();
        var lead = await client.CreateLeadAsync(new { LastName = "x", Company = "y" });
        await client.SendAsync("DELETE", $"sobjects/Lead/{lead}");

        var all = await QueryAsync(client, "SELECT Id FROM Lead", "queryAll");
        var id = all.Json.GetProperty("id").GetString()!;
        await client.SendAsync("GET", $"jobs/query/{id}");
        await client.SendAsync("GET", $"jobs/query/{id}");
        var aborted = await QueryAsync(client, "SELECT Id FROM Lead");
        var abortedId = aborted.Json.GetProperty("id").GetString()!;
        var state = await client.SendAsync("PATCH", $"jobs/query/{abortedId}", new { state = "Aborted" });

        (await client.SendAsync("GET", $"jobs/query/{id}/results")).Text.ShouldContain(lead);
        state.Json.GetProperty("state").GetString().ShouldBe("Aborted");
        (await client.SendAsync("DELETE", $"jobs/query/{abortedId}")).Status.ShouldBe(HttpStatusCode.NoContent);
    }

    private static Task<Answer> QueryAsync(Client client, string soql, string operation = "query") =>
        client.SendAsync("POST", "jobs/query", new { operation, query = soql });
}
