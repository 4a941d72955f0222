using System.Net;
using System.Net.Http.Headers;
using System.Text;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;

namespace LeadSync.CrmSimulator.Tests.Bulk;

public sealed class When_records_are_loaded_in_bulk
{
    [Fact]
    public async Task A_job_goes_from_open_to_complete_and_tells_what_became_of_each_row()
    {
        await using var client = await Client.StartAsync();
        var open = await CreateAsync(client, "insert");
        var id = open.Json.GetProperty("id").GetString()!;

        var uploaded = await UploadAsync(
            client,
            id,
            "LastName,Company,Title\nNg,Acme,\"a \"\"b\"\", c\"\nx,,y\nz,Acme,#N/A\n"
        );
        var again = await UploadAsync(client, id, "LastName\nx\n");
        var closed = await client.SendAsync("PATCH", $"jobs/ingest/{id}", new { state = "UploadComplete" });
        var running = await client.SendAsync("GET", $"jobs/ingest/{id}");
        var done = await client.SendAsync("GET", $"jobs/ingest/{id}");
        var good = await client.SendAsync("GET", $"jobs/ingest/{id}/successfulResults");
        var bad = await client.SendAsync("GET", $"jobs/ingest/{id}/failedResults/");
        var rest = await client.SendAsync("GET", $"jobs/ingest/{id}/unprocessedrecords");

        open.Status.ShouldBe(HttpStatusCode.OK);
        open.Json.GetProperty("state").GetString().ShouldBe("Open");
        open.Json.GetProperty("apiVersion").GetDecimal().ShouldBe(60.0m);
        open.Json.GetProperty("contentUrl").GetString().ShouldBe($"services/data/v60.0/jobs/ingest/{id}/batches");
        uploaded.Status.ShouldBe(HttpStatusCode.Created);
        uploaded.Text.ShouldBeEmpty();
        again.ShouldBeRefused(400, "INVALIDJOBSTATE");
        closed.Json.GetProperty("state").GetString().ShouldBe("UploadComplete");
        running.Json.GetProperty("state").GetString().ShouldBe("InProgress");
        client.Simulator.Org.Records("Lead").Count.ShouldBe(2);
        done.Json.GetProperty("state").GetString().ShouldBe("JobComplete");
        done.Json.GetProperty("numberRecordsProcessed").GetInt32().ShouldBe(3);
        done.Json.GetProperty("numberRecordsFailed").GetInt32().ShouldBe(1);
        var ng = client.Simulator.Org.Records("Lead")[0];
        ng["Title"].ShouldBe("a \"b\", c");
        good.Text.ShouldBe(
            $"\"sf__Id\",\"sf__Created\",\"LastName\",\"Company\",\"Title\"\n\"{ng.Id}\",\"true\",\"Ng\",\"Acme\",\"a \"\"b\"\", c\"\n\"{client.Simulator.Org.Records("Lead")[1].Id}\",\"true\",\"z\",\"Acme\",\"#N/A\"\n"
        );
        bad.Text.ShouldContain(
            "\"\",\"REQUIRED_FIELD_MISSING:Required fields are missing: [Company]:Company --\",\"x\",\"\",\"y\""
        );
        rest.Text.ShouldBe("\"LastName\",\"Company\",\"Title\"\n");
    }

    [Fact]
    public async Task An_upsert_finds_by_its_key_leaves_what_is_empty_and_clears_what_says_so()
    {
        await using var client = await Client.StartAsync();
        var org = client.Simulator.Org;
        org.AddField("Lead", new("Ext__c", FieldType.String, ExternalId: true, Unique: true));
        org.AddField("Lead", new("Ok__c", FieldType.Boolean));
        await client.CreateLeadAsync(
            new
            {
                LastName = "old",
                Company = "Acme",
                Ext__c = "1",
                Title = "t",
                Phone = "p",
            }
        );
        foreach (var twin in (string[])["a@x.example", "A@x.example"])
            await client.CreateLeadAsync(
                new
                {
                    LastName = "twin",
                    Company = "y",
                    Email = twin,
                }
            );

        await RunAsync(
            client,
            "upsert",
            "Ext__c;LastName;Company;Title;Phone;Ok__c\r\n1;new;;;#N/A;1\r\n2;n;c;;;0\r\n",
            "Ext__c",
            "SEMICOLON",
            "CRLF"
        );
        var byEmail = await RunAsync(client, "upsert", "Email,Title\na@x.example,x\n", "Email");

        var lead = org.Records("Lead")[0];
        (lead["LastName"], lead["Title"], lead["Phone"], lead["Ok__c"]).ShouldBe(("new", "t", null, true));
        org.Records("Lead").Count.ShouldBe(4);
        (await client.SendAsync("GET", $"jobs/ingest/{byEmail}/failedResults")).Text.ShouldContain(
            "DUPLICATE_EXTERNAL_ID:Email: more than one record found for external id field: ["
        );
    }

    [Theory]
    [InlineData("insert", "LastName,Nope__c\nx,y\n", "InvalidBatch : Field name not found : Nope__c")]
    [InlineData(
        "insert",
        "LastName,Company\r\nx,y\r\n",
        "InvalidBatch : LineEnding is invalid on user data. Current LineEnding setting is LF"
    )]
    [InlineData("insert", "LastName,Company\n\"x,y\n", "InvalidBatch : a quote is not closed")]
    public async Task What_cannot_be_read_fails_the_job(string operation, string csv, string message)
    {
        await using var client = await Client.StartAsync();

        var id = await RunAsync(client, operation, csv);
        var job = await client.SendAsync("GET", $"jobs/ingest/{id}");

        job.Json.GetProperty("state").GetString().ShouldBe("Failed");
        job.Json.GetProperty("errorMessage").GetString().ShouldBe(message);
        client.Simulator.Org.Records("Lead").ShouldBeEmpty();
    }

    [Fact]
    public async Task Rows_are_saved_by_two_hundreds_and_assigned_only_by_a_named_rule()
    {
        await using var client = await Client.StartAsync();
        var org = client.Simulator.Org;
        org.Setup = org.Setup with
        {
            Triggers = [new("LeadTrigger", "Lead", "LastName = 'row 250'", OnUpdate: false)],
            AssignmentRules = [new("All", [new("Inbound_leads")])],
        };
        client.Simulator.Faults.Put(new() { Kind = FaultKind.LockRow, Records = [3] });
        var rows = string.Concat(Enumerable.Range(1, 450).Select(i => $"row {i},Acme\n"));

        var unassigned = await RunAsync(client, "insert", $"LastName,Company\n{rows}");
        var rule = (await client.QueryAsync("SELECT Id FROM AssignmentRule"))
            .Json.GetProperty("records")[0]
            .GetProperty("Id")
            .GetString();
        await RunAsync(client, "insert", "LastName,Company\nnamed,Acme\n", rule: rule);

        var failed = (await client.SendAsync("GET", $"jobs/ingest/{unassigned}/failedResults")).Text;
        failed.Split('\n').Length.ShouldBe(203);
        failed.ShouldContain("UNABLE_TO_LOCK_ROW:");
        org.Records("Lead").Count.ShouldBe(250);
        org.Records("Lead").Count(lead => Equals(lead["OwnerId"], org.QueueId)).ShouldBe(1);
    }

    [Fact]
    public async Task A_record_can_be_named_by_another_objects_external_id_deleted_and_a_job_aborted()
    {
        await using var client = await Client.StartAsync();
        var org = client.Simulator.Org;
        org.AddField("Account", new("Ext__c", FieldType.String, ExternalId: true, Unique: true));
        var account = await org.Rep.CreateAsync("Account", new { Name = "Acme", Ext__c = "acc" });

        var named = await RunAsync(client, "insert", "LastName,Account.Ext__c\nx,acc\ny,none\n", objectName: "Contact");
        var contact = org.Records("Contact").ShouldHaveSingleItem();
        await RunAsync(client, "delete", $"Id\n{contact.Id}\n", objectName: "Contact");
        var aborted = await CreateAsync(client, "insert");
        var id = aborted.Json.GetProperty("id").GetString()!;
        await UploadAsync(client, id, "LastName\nx\n");
        await client.SendAsync("PATCH", $"jobs/ingest/{id}", new { state = "Aborted" });

        contact["AccountId"].ShouldBe(account);
        (await client.SendAsync("GET", $"jobs/ingest/{named}/failedResults")).Text.ShouldContain(
            "INVALID_FIELD:Foreign key external ID: none not found for field Ext__c in entity Account:--"
        );
        org.Records("Contact")[0].IsDeleted.ShouldBeTrue();
        (await client.SendAsync("GET", $"jobs/ingest/{id}/unprocessedrecords")).Text.ShouldBe("\"LastName\"\n\"x\"\n");
        (await client.SendAsync("DELETE", $"jobs/ingest/{id}")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await client.SendAsync("GET", $"jobs/ingest/{id}")).ShouldBeRefused(404, "NOT_FOUND");
        (await client.SendAsync("GET", "jobs/ingest")).Json.GetProperty("records").GetArrayLength().ShouldBe(2);
    }

    private static Task<Answer> CreateAsync(
        Client client,
        string operation,
        string objectName = "Lead",
        string? key = null,
        string delimiter = "COMMA",
        string lineEnding = "LF",
        string? rule = null
    )
    {
        var job = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["object"] = objectName,
            ["operation"] = operation,
            ["contentType"] = "CSV",
            ["columnDelimiter"] = delimiter,
            ["lineEnding"] = lineEnding,
        };
        if (key is not null)
            job["externalIdFieldName"] = key;
        if (rule is not null)
            job["assignmentRuleId"] = rule;
        return client.SendAsync("POST", "jobs/ingest", job);
    }

    private static async Task<Answer> UploadAsync(Client client, string id, string csv)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(csv));
        content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        using var answer = await client.Http.PutAsync(
            $"{Client.Root}/jobs/ingest/{id}/batches",
            content,
            TestContext.Current.CancellationToken
        );
        return new(
            answer.StatusCode,
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            answer.Headers,
            answer.Content.Headers
        );
    }

    /// <summary>A whole job, polled to its end; gives its id.</summary>
    private static async Task<string> RunAsync(
        Client client,
        string operation,
        string csv,
        string? key = null,
        string delimiter = "COMMA",
        string lineEnding = "LF",
        string objectName = "Lead",
        string? rule = null
    )
    {
        var job = await CreateAsync(client, operation, objectName, key, delimiter, lineEnding, rule);
        job.Status.ShouldBe(HttpStatusCode.OK, job.Text);
        var id = job.Json.GetProperty("id").GetString()!;
        (await UploadAsync(client, id, csv)).Status.ShouldBe(HttpStatusCode.Created);
        await client.SendAsync("PATCH", $"jobs/ingest/{id}", new { state = "UploadComplete" });
        for (var polls = 0; polls < client.Simulator.Org.Settings.BulkPolls; polls++)
            await client.SendAsync("GET", $"jobs/ingest/{id}");
        return id;
    }
}
