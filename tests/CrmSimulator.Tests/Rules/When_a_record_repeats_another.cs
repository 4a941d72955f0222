using System.Net;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Tests.Rules;

public sealed class When_a_record_repeats_another
{
    private const string AllowSave = "allowSave=true; includeRecordDetails = true";

    private static readonly object Jose = new
    {
        FirstName = "José",
        LastName = "García",
        Company = "Acme GmbH",
        Email = "jose@acme.example",
    };

    [Fact]
    public async Task An_alert_refuses_over_the_api_and_tells_which_it_repeats()
    {
        await using var client = await StartAsync(DuplicateRule.StandardLead);
        var org = client.Simulator.Org;
        var lead = await client.CreateLeadAsync(Jose);
        var contact = await org.Rep.CreateAsync(
            "Contact",
            new
            {
                FirstName = "Jose",
                LastName = "Garcia",
                Email = "JOSE@acme.example",
            }
        );

        var answer = await client.SendAsync(
            "POST",
            "sobjects/Lead",
            new
            {
                FirstName = "Jose",
                LastName = "Garzia",
                Company = "ACME Gmbh.",
            }
        );

        var error = answer.ShouldBeRefused(400, "DUPLICATES_DETECTED");
        error.GetProperty("message").GetString().ShouldBe("Use one of these records?");
        error.TryGetProperty("fields", out _).ShouldBeFalse();
        var result = error.GetProperty("duplicateResult");
        result.GetProperty("allowSave").GetBoolean().ShouldBeTrue();
        result.GetProperty("duplicateRule").GetString().ShouldBe("Standard_Lead_Duplicate_Rule");
        var match = result.GetProperty("matchResults").EnumerateArray().ShouldHaveSingleItem();
        match.GetProperty("matchEngine").GetString().ShouldBe("FuzzyMatchEngine");
        match.GetProperty("size").GetInt32().ShouldBe(1);
        var found = match.GetProperty("matchRecords")[0];
        found.GetProperty("record").GetProperty("Id").GetString().ShouldBe(lead);
        found.GetProperty("matchConfidence").GetDouble().ShouldBeInRange(80, 99.9);

        var byEmail = await client.SendAsync(
            "POST",
            "sobjects/Lead",
            new
            {
                LastName = "García",
                Company = "Elsewhere",
                Email = "jose@ACME.example",
            }
        );
        Matched(byEmail).ShouldBe([lead, contact]);
    }

    [Theory]
    [InlineData(DuplicateAction.Alert, HttpStatusCode.Created)]
    [InlineData(DuplicateAction.Block, HttpStatusCode.BadRequest)]
    [InlineData(DuplicateAction.Allow, HttpStatusCode.Created)]
    public async Task Only_what_merely_alerts_can_be_saved_all_the_same(DuplicateAction action, HttpStatusCode status)
    {
        await using var client = await StartAsync(DuplicateRule.StandardLead with { OnCreate = action });
        await client.CreateLeadAsync(Jose);

        var answer = await client.SendAsync("POST", "sobjects/Lead", Jose, ("Sforce-Duplicate-Rule-Header", AllowSave));

        answer.Status.ShouldBe(status);
        if (status == HttpStatusCode.BadRequest)
        {
            var result = answer.ShouldBeRefused(400, "DUPLICATES_DETECTED").GetProperty("duplicateResult");
            result.GetProperty("allowSave").GetBoolean().ShouldBeFalse();
            result
                .GetProperty("matchResults")[0]
                .GetProperty("matchRecords")[0]
                .GetProperty("record")
                .GetProperty("Company")
                .GetString()
                .ShouldBe("Acme GmbH");
        }
    }

    [Fact]
    public async Task An_exact_rule_wants_every_field_the_same()
    {
        var rule = new DuplicateRule(
            "Same_email",
            "Lead",
            [new("Email_and_company", "Lead", MatchEngine.Exact, ["Email", "Company"])]
        );
        await using var client = await StartAsync(rule);
        await client.CreateLeadAsync(Jose);

        (
            await client.SendAsync(
                "POST",
                "sobjects/Lead",
                new
                {
                    LastName = "x",
                    Company = "y",
                    Email = "jose@acme.example",
                }
            )
        ).Status.ShouldBe(HttpStatusCode.Created);
        (
            await client.SendAsync(
                "POST",
                "sobjects/Lead",
                new
                {
                    LastName = "x",
                    Company = "ACME GMBH",
                    Email = "JOSE@acme.example",
                }
            )
        ).ShouldBeRefused(400, "DUPLICATES_DETECTED");
    }

    [Fact]
    public async Task An_update_is_looked_at_only_when_it_changes_what_is_compared()
    {
        await using var client = await StartAsync(DuplicateRule.StandardLead);
        await client.CreateLeadAsync(Jose);
        var answer = await client.SendAsync("POST", "sobjects/Lead", Jose, ("Sforce-Duplicate-Rule-Header", AllowSave));
        var id = answer.Json.GetProperty("id").GetString()!;

        (await client.SendAsync("PATCH", $"sobjects/Lead/{id}", new { Title = "x" })).Status.ShouldBe(
            HttpStatusCode.NoContent
        );
        (await client.SendAsync("PATCH", $"sobjects/Lead/{id}", new { Company = "Acme" })).ShouldBeRefused(
            400,
            "DUPLICATES_DETECTED"
        );
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task A_collection_heeds_the_header_where_the_org_does_and_tells_nothing_more(bool heeds, bool saved)
    {
        await using var client = await StartAsync(DuplicateRule.StandardLead);
        var org = client.Simulator.Org;
        org.Settings = org.Settings with { CollectionsHeedDuplicateHeader = heeds };
        var record = new
        {
            attributes = new { type = "Lead" },
            LastName = "Ng",
            Company = "Acme",
            Email = "a@x.example",
        };

        var answer = await client.SendAsync(
            "POST",
            "composite/sobjects",
            new { records = new[] { record, record } },
            ("Sforce-Duplicate-Rule-Header", AllowSave)
        );

        answer.Json[0].GetProperty("success").GetBoolean().ShouldBeTrue();
        answer.Json[1].GetProperty("success").GetBoolean().ShouldBe(saved);
        if (!saved)
        {
            answer
                .Json[1]
                .GetProperty("errors")[0]
                .EnumerateObject()
                .Select(one => one.Name)
                .ShouldBe(["statusCode", "message", "fields"]);
        }
    }

    private static async Task<Client> StartAsync(DuplicateRule rule)
    {
        var client = await Client.StartAsync();
        client.Simulator.Org.Setup = client.Simulator.Org.Setup with { DuplicateRules = [rule] };
        return client;
    }

    private static IEnumerable<string?> Matched(Answer answer) =>
        answer
            .ShouldBeRefused(400, "DUPLICATES_DETECTED")
            .GetProperty("duplicateResult")
            .GetProperty("matchResults")
            .EnumerateArray()
            .SelectMany(match => match.GetProperty("matchRecords").EnumerateArray())
            .Select(found => found.GetProperty("record").GetProperty("Id").GetString());
}
