using System.Net;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Journal;

namespace LeadSync.CrmSimulator.Tests;

public sealed class When_a_record_is_written
{
    [Fact]
    public async Task It_is_created_with_id_location_owner_and_stamps()
    {
        var clock = new SetClock();
        await using var client = await Client.StartAsync(new() { Clock = clock });

        var created = await client.SendAsync(
            "POST",
            "sobjects/Lead",
            new
            {
                LastName = "Ng",
                Company = "Acme",
                FirstName = "  Zoë ",
                Email = "",
                AnnualRevenue = 5,
            }
        );
        var id = created.Json.GetProperty("id").GetString()!;
        var read = await client.SendAsync("GET", $"sobjects/Lead/{id[..15]}");

        created.Status.ShouldBe(HttpStatusCode.Created);
        created.Header("Location").ShouldBe($"/services/data/v60.0/sobjects/Lead/{id}");
        created.Header("Sforce-Limit-Info").ShouldBe("api-usage=1/100000");
        created.Header("X-Sfdc-Request-Id").Length.ShouldBe(32);
        created.Headers.Date.ShouldBe(clock.GetUtcNow());
        RecordId.ToLong(id[..15]).ShouldBe(id);
        read.Json.GetProperty("Name").GetString().ShouldBe("Zoë Ng");
        read.Json.GetProperty("Email").GetString().ShouldBeNull();
        read.Json.GetProperty("Status").GetString().ShouldBe("Open - Not Contacted");
        read.Json.GetProperty("AnnualRevenue").GetRawText().ShouldBe("5.0");
        read.Json.GetProperty("OwnerId").GetString().ShouldBe(client.Simulator.Org.IntegrationUserId);
        read.Json.GetProperty("CreatedDate").GetString().ShouldBe("2026-03-01T12:00:00.000+0000");
    }

    [Theory]
    [InlineData(
        """{"FirstName":"x"}""",
        400,
        "REQUIRED_FIELD_MISSING",
        "Required fields are missing: [LastName, Company]"
    )]
    [InlineData(
        """{"LastName":"x","Company":" "}""",
        400,
        "REQUIRED_FIELD_MISSING",
        "Required fields are missing: [Company]"
    )]
    [InlineData("""{"Nope":1}""", 400, "INVALID_FIELD", "No such column 'Nope' on sobject of type Lead")]
    [InlineData(
        """{"HasOptedOutOfEmail":true}""",
        400,
        "INVALID_FIELD",
        "No such column 'HasOptedOutOfEmail' on sobject of type Lead"
    )]
    [InlineData(
        """{"LastName":"x","Company":"y","Email":"foo@bar"}""",
        400,
        "INVALID_EMAIL_ADDRESS",
        "Email: invalid email address: foo@bar"
    )]
    [InlineData(
        """{"LastName":"x","Company":"y","CompanyDunsNumber":"1234567890"}""",
        400,
        "STRING_TOO_LONG",
        "Company D-U-N-S Number: data value too large: 1234567890 (max length=9)"
    )]
    [InlineData(
        """{"LastName":"x","Company":"y","CleanStatus":"Spotless"}""",
        400,
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "Clean Status: bad value for restricted picklist field: Spotless"
    )]
    [InlineData(
        """{"LastName":"x","Company":"y","Name":"z"}""",
        400,
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        "Unable to create/update fields: Name. Please check the security settings of this field and verify that it is read/write for your profile or permission set."
    )]
    [InlineData(
        """{"LastName":"x","Company":"y","NumberOfEmployees":123456789}""",
        400,
        "NUMBER_OUTSIDE_VALID_RANGE",
        "Employees: value outside of valid range on numeric field: 123456789"
    )]
    [InlineData(
        """{"LastName":"x","Company":"y","OwnerId":"nonsense"}""",
        400,
        "MALFORMED_ID",
        "Owner ID: id value of incorrect type: nonsense"
    )]
    [InlineData(
        """{"LastName":1}""",
        400,
        "JSON_PARSER_ERROR",
        "Cannot deserialize instance of string from VALUE_NUMBER_INT value 1 or request may be missing a required field at [line:1, column:13]"
    )]
    [InlineData(
        """{"LastName":"x","Company":"y","IsUnreadByOwner":"maybe"}""",
        400,
        "JSON_PARSER_ERROR",
        "Cannot deserialize instance of boolean from VALUE_STRING value maybe or request may be missing a required field at [line:1, column:49]"
    )]
    [InlineData(
        """{"LastName":"\ud800"}""",
        400,
        "JSON_PARSER_ERROR",
        "Illegal unpaired surrogate at [line:1, column:13]"
    )]
    public async Task A_wrong_field_is_refused_in_the_words_of_the_crm(
        string body,
        int status,
        string code,
        string message
    )
    {
        await using var client = await Client.StartAsync();

        var answer = await client.SendAsync("POST", "sobjects/Lead", body);

        answer.ShouldBeRefused(status, code).GetProperty("message").GetString().ShouldBe(message);
        client.Simulator.Org.Records("Lead").ShouldBeEmpty();
    }

    [Fact]
    public async Task An_open_picklist_takes_any_text()
    {
        await using var client = await Client.StartAsync();

        var id = await client.CreateLeadAsync(
            new
            {
                LastName = "x",
                Company = "y",
                LeadSource = "Carrier pigeon",
            }
        );

        client.Simulator.Org.Get("Lead", id)!["LeadSource"].ShouldBe("Carrier pigeon");
    }

    [Fact]
    public async Task Body_of_no_json_or_another_type_or_resource_or_method_is_refused()
    {
        await using var client = await Client.StartAsync();
        using var text = new StringContent("x", null, "text/plain");

        using var wrongType = await client.Http.PostAsync(
            $"{Client.Root}/sobjects/Lead",
            text,
            TestContext.Current.CancellationToken
        );
        wrongType.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await client.SendAsync("POST", "sobjects/Lead", "{")).ShouldBeRefused(400, "JSON_PARSER_ERROR");
        (await client.SendAsync("POST", "sobjects/Nope", "{}")).ShouldBeRefused(404, "NOT_FOUND");
        (await client.SendAsync("GET", "/services/data/vNope/limits")).ShouldBeRefused(404, "NOT_FOUND");
        (await client.SendAsync("GET", "/services/data/v25.0/limits")).ShouldBeRefused(410, "UNSUPPORTED_API_VERSION");
        (await client.SendAsync("PATCH", "sobjects/Lead", "{}"))
            .ShouldBeRefused(405, "METHOD_NOT_ALLOWED")
            .GetProperty("message")
            .GetString()
            .ShouldBe("HTTP Method 'PATCH' not allowed. Allowed are GET,POST");
    }

    [Fact]
    public async Task An_update_moves_the_stamps_and_names_the_user()
    {
        var clock = new SetClock();
        await using var client = await Client.StartAsync(new() { Clock = clock });
        var org = client.Simulator.Org;
        var id = await org.Rep.CreateAsync("Lead", new { LastName = "x", Company = "y" });
        clock.Advance(TimeSpan.FromMinutes(1));

        var updated = await client.SendAsync("PATCH", $"sobjects/Lead/{id}", new { Title = "CTO", lastname = "z" });

        updated.Status.ShouldBe(HttpStatusCode.NoContent);
        updated.Text.ShouldBeEmpty();
        var lead = org.Get("Lead", id)!;
        lead["LastName"].ShouldBe("z");
        lead["CreatedById"].ShouldBe(org.RepUserId);
        lead["LastModifiedById"].ShouldBe(org.IntegrationUserId);
        lead["SystemModstamp"].ShouldBe(clock.GetUtcNow());
        lead["CreatedDate"].ShouldBe(clock.GetUtcNow() - TimeSpan.FromMinutes(1));
        client
            .Simulator.Journal.Effects[^1]
            .Fields.ShouldBe([new FieldChange("Title", null, "CTO"), new FieldChange("LastName", "x", "z")]);
    }

    [Fact]
    public async Task A_condition_on_the_stamp_guards_an_update()
    {
        var clock = new SetClock();
        await using var client = await Client.StartAsync(new() { Clock = clock });
        var id = await client.CreateLeadAsync(new { LastName = "x", Company = "y" });
        var seen = clock.GetUtcNow().ToString("r");
        var url = $"sobjects/Lead/{id}";

        var inTime = await client.SendAsync("PATCH", url, new { Title = "a" }, ("If-Unmodified-Since", seen));
        clock.Advance(TimeSpan.FromSeconds(1));
        await client.Simulator.Org.Rep.EditAsync("Lead", id, new { Title = "rep" });
        var tooLate = await client.SendAsync("PATCH", url, new { Title = "b" }, ("If-Unmodified-Since", seen));

        inTime.Status.ShouldBe(HttpStatusCode.NoContent);
        tooLate.ShouldBeRefused(412, "PRECONDITION_FAILED");
        client.Simulator.Org.Get("Lead", id)!["Title"].ShouldBe("rep");
    }

    [Fact]
    public async Task Deleted_converted_and_wrongly_named_records_are_refused()
    {
        await using var client = await Client.StartAsync();
        var org = client.Simulator.Org;
        var deleted = await client.CreateLeadAsync(new { LastName = "d", Company = "y" });
        var converted = await client.CreateLeadAsync(new { LastName = "c", Company = "y" });

        (await client.SendAsync("DELETE", $"sobjects/Lead/{deleted}")).Status.ShouldBe(HttpStatusCode.NoContent);
        var contact = await org.Rep.ConvertAsync(converted);

        (await client.SendAsync("GET", $"sobjects/Lead/{deleted}")).ShouldBeRefused(404, "ENTITY_IS_DELETED");
        (await client.SendAsync("PATCH", $"sobjects/Lead/{deleted}", "{}")).ShouldBeRefused(404, "ENTITY_IS_DELETED");
        (await client.SendAsync("DELETE", $"sobjects/Lead/{deleted}")).ShouldBeRefused(404, "ENTITY_IS_DELETED");
        var refusal = (
            await client.SendAsync("PATCH", $"sobjects/Lead/{converted}", new { Title = "x" })
        ).ShouldBeRefused(400, "CANNOT_UPDATE_CONVERTED_LEAD");
        refusal.GetProperty("message").GetString().ShouldBe("cannot reference converted lead");
        refusal.GetProperty("fields").GetArrayLength().ShouldBe(0);
        org.Get("Lead", converted)!["ConvertedContactId"].ShouldBe(contact.ContactId);
        (await client.SendAsync("GET", "sobjects/Lead/nope")).ShouldBeRefused(400, "MALFORMED_ID");
        (await client.SendAsync("PATCH", $"sobjects/Lead/{converted}", new { Id = converted })).ShouldBeRefused(
            400,
            "INVALID_FIELD"
        );
    }

    [Fact]
    public async Task References_must_lead_to_a_living_record_of_the_right_kind()
    {
        await using var client = await Client.StartAsync();
        var org = client.Simulator.Org;

        Task<Answer> Owned(string owner) =>
            client.SendAsync(
                "POST",
                "sobjects/Lead",
                new
                {
                    LastName = "x",
                    Company = "y",
                    OwnerId = owner,
                }
            );

        (await Owned(org.QueueId[..15])).Status.ShouldBe(HttpStatusCode.Created);
        (await Owned(org.InactiveUserId)).ShouldBeRefused(400, "INACTIVE_OWNER_OR_USER");
        (await Owned(org.Id)).ShouldBeRefused(400, "MALFORMED_ID");
        (await Owned(RecordId.ToLong("00551000000zzzz"))).ShouldBeRefused(400, "INVALID_CROSS_REFERENCE_KEY");
    }

    [Fact]
    public async Task The_assignment_rule_gives_an_owner_unless_told_not_to()
    {
        await using var client = await Client.StartAsync();
        var org = client.Simulator.Org;
        org.Settings = org.Settings with { AssignLeadsTo = org.QueueId };
        var fields = new { LastName = "x", Company = "y" };

        var assigned = await client.CreateLeadAsync(fields);
        var answer = await client.SendAsync("POST", "sobjects/Lead", fields, ("Sforce-Auto-Assign", "FALSE"));
        var kept = answer.Json.GetProperty("id").GetString()!;

        org.Get("Lead", assigned)!["OwnerId"].ShouldBe(org.QueueId);
        org.Get("Lead", kept)!["OwnerId"].ShouldBe(org.IntegrationUserId);
        await client.SendAsync("PATCH", $"sobjects/Lead/{kept}", new { Title = "x" });
        org.Get("Lead", kept)!["OwnerId"].ShouldBe(org.QueueId);
    }

    [Fact]
    public async Task Custom_fields_can_be_added_required_unique_and_hidden()
    {
        await using var client = await Client.StartAsync();
        var org = client.Simulator.Org;
        org.AddField("Lead", new("Score__c", FieldType.Double));
        org.AddField(
            "Lead",
            new("Key__c", FieldType.String, Length: 20, Required: true, ExternalId: true, Unique: true)
        );
        var fields = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["LastName"] = "x",
            ["Company"] = "y",
            ["Score__c"] = 1.5,
            ["Key__c"] = "A1",
        };

        var id = await client.CreateLeadAsync(fields);
        var again = await client.SendAsync("POST", "sobjects/Lead", fields);
        org.SetAccess("Lead", "Score__c", FieldAccess.Hidden);
        var hidden = await client.SendAsync("POST", "sobjects/Lead", fields);

        again
            .ShouldBeRefused(400, "DUPLICATE_VALUE")
            .GetProperty("message")
            .GetString()
            .ShouldBe($"duplicate value found: Key__c duplicates value on record with id: {id[..15]}");
        hidden.ShouldBeRefused(400, "INVALID_FIELD");
        (await client.SendAsync("POST", "sobjects/Lead", new { LastName = "x", Company = "y" })).ShouldBeRefused(
            400,
            "REQUIRED_FIELD_MISSING"
        );
    }

    [Fact]
    public async Task The_days_allowance_is_kept_and_frees_itself()
    {
        var clock = new SetClock();
        await using var client = await Client.StartAsync(new() { Clock = clock });
        var org = client.Simulator.Org;
        org.Settings = org.Settings with { DailyApiRequests = 2, SessionLifetime = TimeSpan.FromDays(3) };

        (await client.SendAsync("GET", "limits")).Status.ShouldBe(HttpStatusCode.OK);
        (await client.SendAsync("GET", "limits"))
            .Json.GetProperty("DailyApiRequests")
            .GetProperty("Remaining")
            .GetInt32()
            .ShouldBe(0);
        (await client.SendAsync("GET", "limits"))
            .ShouldBeRefused(403, "REQUEST_LIMIT_EXCEEDED")
            .GetProperty("message")
            .GetString()
            .ShouldBe("TotalRequests Limit exceeded.");
        clock.Advance(TimeSpan.FromHours(25));
        (await client.SendAsync("GET", "limits")).Status.ShouldBe(HttpStatusCode.OK);
        client.Simulator.Journal.Summarize().ApiCalls.ShouldBe(3);
        client.Simulator.Journal.Entries.Count(entry => entry.Kind == RequestKinds.Limits).ShouldBe(4);
    }
}
