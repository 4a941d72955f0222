using System.Net;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Tests;

public sealed class When_a_rep_works_by_hand
{
    [Fact]
    public async Task Records_are_made_found_edited_converted_and_deleted_over_the_control_api()
    {
        await using var client = await Client.StartAsync();
        const string leads = "/control/orgs/demo/records/Lead";

        var made = await client.SendAsync(
            "POST",
            leads,
            new
            {
                LastName = "Ng",
                Company = "Acme",
                Email = "ng@acme.example",
                HasOptedOutOfEmail = true,
            }
        );
        var id = made.Json.GetProperty("id").GetString()!;
        var edited = await client.SendAsync("PATCH", $"{leads}/{id}", new { Title = "CTO" });
        var found = await client.SendAsync("GET", $"{leads}?email=NG@acme.example");
        var converted = await client.SendAsync("POST", $"{leads}/{id}/convert");
        var contact = converted.Json.GetProperty("contactId").GetString()!;
        var deleted = await client.SendAsync("DELETE", $"/control/orgs/demo/records/Contact/{contact}");
        var refused = await client.SendAsync("PATCH", $"{leads}/{id}", new { Title = "x" });

        made.Status.ShouldBe(HttpStatusCode.Created, made.Text);
        edited.Status.ShouldBe(HttpStatusCode.NoContent);
        found.Json[0].GetProperty("Title").GetString().ShouldBe("CTO");
        found.Json[0].GetProperty("HasOptedOutOfEmail").GetBoolean().ShouldBeTrue();
        found.Json[0].GetProperty("LastModifiedById").GetString().ShouldBe(client.Simulator.Org.RepUserId);
        deleted.Status.ShouldBe(HttpStatusCode.NoContent);
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Json.GetProperty("detail").GetString()!.ShouldContain("CANNOT_UPDATE_CONVERTED_LEAD");
        var summary = client.Simulator.Journal.Summarize();
        summary.ApiCalls.ShouldBe(0);
        summary.ChangedByHand.ShouldBe(6);
        summary.Created.ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_org_has_its_own_client_records_and_ids()
    {
        await using var client = await Client.StartAsync();

        var added = await client.SendAsync(
            "POST",
            "/control/orgs",
            new
            {
                name = "second",
                clientId = "second-client",
                clientSecret = "second-secret",
            }
        );
        var second = client.Simulator.Orgs.Find("second")!;
        var here = await client.Simulator.Org.Rep.CreateAsync("Lead", new { LastName = "x", Company = "y" });
        var there = await second.Rep.CreateAsync("Lead", new { LastName = "x", Company = "y" });
        var seen = await client.QueryAsync("SELECT Id FROM Lead");

        added.Status.ShouldBe(HttpStatusCode.Created);
        added.Text.ShouldNotContain("second-secret");
        (there == here).ShouldBeFalse();
        seen.Json.GetProperty("totalSize").GetInt32().ShouldBe(1);
        (
            await client.SendAsync(
                "POST",
                "/control/orgs",
                new
                {
                    name = "second",
                    clientId = "a",
                    clientSecret = "b",
                }
            )
        ).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Automation_moves_only_the_system_stamp()
    {
        var clock = new SetClock();
        await using var client = await Client.StartAsync(new() { Clock = clock });
        var org = client.Simulator.Org;
        var id = await client.CreateLeadAsync(new { LastName = "x", Company = "y" });
        clock.Advance(TimeSpan.FromMinutes(1));

        await org.Rep.TouchAsync("Lead", id);

        var lead = org.Get("Lead", id)!;
        lead["SystemModstamp"].ShouldBe(clock.GetUtcNow());
        lead["LastModifiedDate"].ShouldBe(clock.GetUtcNow() - TimeSpan.FromMinutes(1));
        lead["LastModifiedById"].ShouldBe(org.IntegrationUserId);
    }

    [Fact]
    public async Task A_reset_leaves_an_org_as_new()
    {
        await using var client = await Client.StartAsync();
        await client.CreateLeadAsync(new { LastName = "x", Company = "y" });
        client.Simulator.Org.AddField("Lead", new("Score__c", FieldType.Double));

        (await client.SendAsync("POST", "/control/reset")).Status.ShouldBe(HttpStatusCode.NoContent);

        client.Simulator.Org.Records("Lead").ShouldBeEmpty();
        client.Simulator.Journal.Entries.ShouldBeEmpty();
        client.Simulator.Org.ApiCallsUsed.ShouldBe(0);
        client.Simulator.Org.Records("User").Count.ShouldBe(3);
        client.Simulator.Org.FindObject("Lead")!.Find("Score__c").ShouldBeNull();
    }
}
