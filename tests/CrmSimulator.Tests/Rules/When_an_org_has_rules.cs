using System.Net;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Tests.Rules;

public sealed class When_an_org_has_rules
{
    private static readonly object Lead = new { LastName = "Ng", Company = "Acme" };

    [Fact]
    public async Task An_assignment_rule_gives_owners_by_its_criteria_on_create_and_update_unless_told_not_to()
    {
        await using var client = await Client.StartAsync();
        var org = client.Simulator.Org;
        org.Setup = org.Setup with
        {
            AssignmentRules =
            [
                new(
                    "Web",
                    [
                        new("rep@demo.example", "LeadSource = 'Web' AND (Country = 'Germany' OR Country = 'Austria')"),
                        new("Inbound_leads", "LeadSource = 'Web'"),
                    ]
                ),
                new("Spare", [new("rep@demo.example")], IsActive: false),
            ],
        };

        var austria = await client.CreateLeadAsync(
            new
            {
                LastName = "x",
                Company = "y",
                LeadSource = "Web",
                Country = "Austria",
            }
        );
        var queue = await client.CreateLeadAsync(
            new
            {
                LastName = "x",
                Company = "y",
                LeadSource = "Web",
            }
        );
        var none = await client.CreateLeadAsync(Lead);
        var spare = await SpareAsync();
        await client.SendAsync(
            "PATCH",
            $"sobjects/Lead/{none}",
            new { LeadSource = "Web" },
            ("Sforce-Auto-Assign", "FALSE")
        );
        var untouched = Owner(none);
        await client.SendAsync("PATCH", $"sobjects/Lead/{none}", new { Title = "z" });

        Owner(austria).ShouldBe(org.RepUserId);
        Owner(queue).ShouldBe(org.QueueId);
        untouched.ShouldBe(org.IntegrationUserId);
        Owner(none).ShouldBe(org.QueueId);
        Owner(spare).ShouldBe(org.RepUserId);

        string Owner(string id) => (string)org.Get("Lead", id)!["OwnerId"]!;
        async Task<string> SpareAsync()
        {
            var rule = await client.QueryAsync("SELECT Id FROM AssignmentRule WHERE Name = 'Spare'");
            var answer = await client.SendAsync(
                "POST",
                "sobjects/Lead",
                Lead,
                ("Sforce-Auto-Assign", rule.Json.GetProperty("records")[0].GetProperty("Id").GetString()!)
            );
            return answer.Json.GetProperty("id").GetString()!;
        }
    }

    [Theory]
    [InlineData("Phone", new[] { "Phone" })]
    [InlineData(null, new string[0])]
    public async Task A_validation_rule_refuses_in_the_admins_own_words(string? field, string[] shownAt)
    {
        await using var client = await Client.StartAsync();
        var org = client.Simulator.Org;
        org.Setup = org.Setup with
        {
            ValidationRules =
            [
                new("Phone", "Lead", "Phone = null AND LeadSource = 'Web'", "Bitte Telefon angeben", field),
            ],
        };

        var refused = await client.SendAsync(
            "POST",
            "sobjects/Lead",
            new
            {
                LastName = "x",
                Company = "y",
                LeadSource = "Web",
            }
        );
        var id = await client.CreateLeadAsync(
            new
            {
                LastName = "x",
                Company = "y",
                LeadSource = "Web",
                Phone = "1",
            }
        );
        var emptied = await client.SendAsync("PATCH", $"sobjects/Lead/{id}", new { Phone = (string?)null });

        var error = refused.ShouldBeRefused(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION");
        error.GetProperty("message").GetString().ShouldBe("Bitte Telefon angeben");
        error.GetProperty("fields").EnumerateArray().Select(one => one.GetString()).ShouldBe(shownAt);
        emptied.ShouldBeRefused(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION");
        org.Get("Lead", id)!["Phone"].ShouldBe("1");
    }

    [Fact]
    public async Task A_trigger_that_throws_on_one_record_fails_its_whole_chunk()
    {
        await using var client = await Client.StartAsync();
        var org = client.Simulator.Org;
        org.Setup = org.Setup with { Triggers = [new("LeadTrigger", "Lead", "LastName = 'bad'")] };
        object[] records =
        [
            new
            {
                attributes = new { type = "Lead" },
                LastName = "good",
                Company = "y",
            },
            new
            {
                attributes = new { type = "Lead" },
                LastName = "bad",
                Company = "y",
            },
            new { attributes = new { type = "Contact" }, LastName = "other chunk" },
        ];

        var collection = await client.SendAsync("POST", "composite/sobjects", new { records });
        var single = await client.SendAsync("POST", "sobjects/Lead", new { LastName = "bad", Company = "y" });

        collection
            .Json.EnumerateArray()
            .Select(one => one.GetProperty("success").GetBoolean())
            .ShouldBe([false, false, true]);
        var error = collection.Json[0].GetProperty("errors")[0];
        error.GetProperty("statusCode").GetString().ShouldBe("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY");
        error
            .GetProperty("message")
            .GetString()!
            .ShouldStartWith("LeadTrigger: execution of BeforeInsert caused by: System.NullPointerException: ");
        org.Records("Lead").ShouldBeEmpty();
        org.Records("Contact").Count.ShouldBe(1);
        single.ShouldBeRefused(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY");
    }

    [Fact]
    public async Task A_locked_record_is_not_edited()
    {
        await using var client = await Client.StartAsync();
        var org = client.Simulator.Org;
        var id = await client.CreateLeadAsync(Lead);

        org.Rep.Lock("Lead", id);
        var locked = await client.SendAsync("PATCH", $"sobjects/Lead/{id}", new { Title = "x" });
        await client.SendAsync("PUT", $"/control/orgs/demo/records/Lead/{id}/lock", new { locked = false });
        var unlocked = await client.SendAsync("PATCH", $"sobjects/Lead/{id}", new { Title = "x" });

        locked
            .ShouldBeRefused(400, "ENTITY_IS_LOCKED")
            .GetProperty("message")
            .GetString()
            .ShouldBe("the entity is locked for editing");
        unlocked.Status.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_record_type_narrows_what_a_restricted_picklist_takes()
    {
        await using var client = await Client.StartAsync();
        var org = client.Simulator.Org;
        org.AddField("Lead", new("Tier__c", FieldType.Picklist, Values: ["Gold", "Silver"], Restricted: true));
        org.Setup = org.Setup with
        {
            RecordTypes =
            [
                new(
                    "Inbound",
                    "Inbound",
                    "Lead",
                    IsDefault: true,
                    Values: new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
                    {
                        ["Tier__c"] = ["Gold"],
                    }
                ),
            ],
        };

        var gold = await client.SendAsync(
            "POST",
            "sobjects/Lead",
            new
            {
                LastName = "x",
                Company = "y",
                Tier__c = "gold",
            }
        );
        var id = gold.Json.GetProperty("id").GetString()!;
        var silver = await client.SendAsync("PATCH", $"sobjects/Lead/{id}", new { Tier__c = "Silver" });

        gold.Status.ShouldBe(HttpStatusCode.Created);
        silver.ShouldBeRefused(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST");
    }

    [Fact]
    public async Task A_queue_owns_only_what_it_is_for()
    {
        await using var client = await Client.StartAsync();
        var org = client.Simulator.Org;
        org.Setup = org.Setup with { Queues = [org.Setup.Queues[0] with { Objects = [] }] };

        var answer = await client.SendAsync(
            "POST",
            "sobjects/Lead",
            new
            {
                LastName = "x",
                Company = "y",
                OwnerId = org.QueueId,
            }
        );

        answer
            .ShouldBeRefused(400, "INVALID_CROSS_REFERENCE_KEY")
            .GetProperty("message")
            .GetString()
            .ShouldBe("Queue not associated with this SObject type");
    }

    [Fact]
    public async Task A_person_is_a_campaigns_member_once()
    {
        await using var client = await Client.StartAsync();
        var lead = await client.CreateLeadAsync(Lead);
        var campaign = await client.SendAsync("POST", "sobjects/Campaign", new { Name = "Fair", IsActive = true });
        var campaignId = campaign.Json.GetProperty("id").GetString()!;

        var first = await client.SendAsync(
            "POST",
            "sobjects/CampaignMember",
            new { CampaignId = campaignId, LeadId = lead }
        );
        var second = await client.SendAsync(
            "POST",
            "sobjects/CampaignMember",
            new { CampaignId = campaignId, LeadId = lead }
        );
        var member = first.Json.GetProperty("id").GetString()!;
        await client.SendAsync("PATCH", $"sobjects/CampaignMember/{member}", new { Status = "Responded" });
        var found = await client.QueryAsync(
            $"SELECT Status, HasResponded, Campaign.Name, Lead.LastName FROM CampaignMember WHERE CampaignId = '{campaignId}'"
        );
        var statuses = await client.QueryAsync(
            $"SELECT Label FROM CampaignMemberStatus WHERE CampaignId = '{campaignId}'"
        );

        second
            .ShouldBeRefused(400, "DUPLICATE_VALUE")
            .GetProperty("message")
            .GetString()
            .ShouldBe("Already a campaign member.");
        var row = found.Json.GetProperty("records")[0];
        row.GetProperty("HasResponded").GetBoolean().ShouldBeTrue();
        row.GetProperty("Lead").GetProperty("LastName").GetString().ShouldBe("Ng");
        statuses.Json.GetProperty("totalSize").GetInt32().ShouldBe(2);
    }
}
