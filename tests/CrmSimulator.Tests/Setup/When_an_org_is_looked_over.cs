using System.Net;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Tests.Setup;

public sealed class When_an_org_is_looked_over
{
    [Theory]
    [InlineData("SELECT Id, Name, IsSandbox, InstanceName, OrganizationType, DefaultLeadAccess FROM Organization", 1)]
    [InlineData(
        "SELECT Id, Username, Profile.Name, Profile.PermissionsApiEnabled FROM User WHERE IsActive = true AND UserType = 'Standard'",
        2
    )]
    [InlineData("SELECT Id, Name FROM AssignmentRule WHERE SobjectType = 'Lead' AND Active = true", 1)]
    [InlineData("SELECT Id, Name, DeveloperName FROM Group WHERE Type = 'Queue'", 2)]
    [InlineData("SELECT Name FROM Group WHERE Id IN (SELECT QueueId FROM QueueSobject WHERE SobjectType = 'Lead')", 1)]
    [InlineData("SELECT Name FROM Group g WHERE g.Id NOT IN (SELECT q.QueueId FROM QueueSobject q)", 1)]
    [InlineData("SELECT QueueId, Queue.Name FROM QueueSobject WHERE SobjectType = 'Lead'", 1)]
    [InlineData("SELECT DeveloperName, IsActive FROM DuplicateRule WHERE SobjectType = 'Lead' AND IsActive = true", 1)]
    [InlineData("SELECT DeveloperName, RuleStatus FROM MatchingRule WHERE SobjectType = 'Contact'", 1)]
    [InlineData("SELECT Id, DeveloperName FROM RecordType WHERE SobjectType = 'Lead' AND IsActive = true", 1)]
    [InlineData("SELECT MasterLabel, ApiName, IsConverted, IsDefault, SortOrder FROM LeadStatus", 4)]
    [InlineData("SELECT IsoCode FROM CurrencyType WHERE IsActive = true", 2)]
    [InlineData(
        "SELECT PermissionsViewAllRecords FROM ObjectPermissions WHERE SobjectType = 'Lead' AND Parent.Label = 'System Administrator'",
        1
    )]
    [InlineData(
        "SELECT Field FROM FieldPermissions WHERE SobjectType = 'Lead' AND Field = 'Lead.Title' AND PermissionsEdit = true",
        1
    )]
    public async Task Its_setup_is_found_by_query(string soql, int rows)
    {
        await using var client = await Client.StartAsync();
        var org = client.Simulator.Org;
        org.Setup = org.Setup with
        {
            Queues = [.. org.Setup.Queues, new("Cases", "Cases", [])],
            AssignmentRules = [new("Web", [new("rep@demo.example")]), new("Old", [], IsActive: false)],
            DuplicateRules = [DuplicateRule.StandardLead],
            RecordTypes = [new("Inbound", "Inbound", "Lead"), new("Partner", "Partner", "Lead", IsActive: false)],
            Currencies = ["EUR", "USD"],
        };

        var answer = await client.QueryAsync(soql);

        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        answer.Json.GetProperty("totalSize").GetInt32().ShouldBe(rows);
    }

    [Theory]
    [InlineData("SELECT Id FROM Group WHERE Id IN (SELECT SobjectType FROM QueueSobject)")]
    [InlineData("SELECT Id FROM Group WHERE Name IN (SELECT QueueId FROM QueueSobject)")]
    [InlineData("SELECT Id FROM Group WHERE Id IN (SELECT QueueId FROM QueueSobject")]
    public async Task A_query_within_a_query_gives_ids_alone(string soql)
    {
        await using var client = await Client.StartAsync();

        (await client.QueryAsync(soql)).ShouldBeRefused(400, "MALFORMED_QUERY");
    }

    [Fact]
    public async Task The_whole_of_it_can_be_read_and_replaced_over_the_control_api()
    {
        await using var client = await Client.StartAsync();
        var setup = await client.SendAsync("GET", "/control/orgs/demo/setup");

        var put = await client.SendAsync("PUT", "/control/orgs/demo/setup", setup.Text);
        var changed = setup.Text.Replace("\"currencies\":[]", "\"currencies\":[\"EUR\"]", StringComparison.Ordinal);
        await client.SendAsync("PUT", "/control/orgs/demo/setup", changed);
        var wrong = await client.SendAsync(
            "PUT",
            "/control/orgs/demo/setup",
            setup
                .Text.Replace("System Administrator", "Nobody", StringComparison.Ordinal)
                .Replace("\"name\":\"Nobody\"", "\"name\":\"Else\"", StringComparison.Ordinal)
        );

        put.Text.ShouldBe(setup.Text);
        Names(await client.SendAsync("GET", "sobjects/Lead/describe"))
            .ShouldContain("CurrencyIsoCode", StringComparer.Ordinal);
        wrong.Status.ShouldBe(HttpStatusCode.BadRequest);
        wrong.Text.ShouldContain("has the permission set Nobody, which is not there");
    }

    [Fact]
    public async Task Features_add_the_fields_that_come_with_them_and_take_them_away()
    {
        await using var client = await Client.StartAsync();
        var org = client.Simulator.Org;
        org.Setup = org.Setup with
        {
            Countries = [new("DE", "Germany", States("BY", "Bavaria"))],
            PersonAccounts = true,
            RecordTypes = [new("Inbound", "Inbound", "Lead", IsDefault: true)],
        };

        var lead = await client.SendAsync("GET", "sobjects/Lead/describe");
        var account = await client.SendAsync("GET", "sobjects/Account/describe");
        var id = await client.CreateLeadAsync(
            new
            {
                LastName = "x",
                Company = "y",
                CountryCode = "de",
                State = "bavaria",
            }
        );
        var wrong = await client.SendAsync(
            "POST",
            "sobjects/Lead",
            new
            {
                LastName = "x",
                Company = "y",
                Country = "Narnia",
            }
        );
        var stray = await client.SendAsync(
            "POST",
            "sobjects/Lead",
            new
            {
                LastName = "x",
                Company = "y",
                State = "Bavaria",
            }
        );
        var stored = org.Get("Lead", id)!;
        org.Setup = org.Setup with { Countries = [], PersonAccounts = false, RecordTypes = [] };
        var without = await client.SendAsync("GET", "sobjects/Lead/describe");

        Names(lead).ShouldContain("StateCode", StringComparer.Ordinal);
        Names(lead).ShouldContain("RecordTypeId", StringComparer.Ordinal);
        Names(account).ShouldContain("IsPersonAccount", StringComparer.Ordinal);
        lead.Json.GetProperty("recordTypeInfos")[0].GetProperty("defaultRecordTypeMapping").GetBoolean().ShouldBeTrue();
        lead.Json.GetProperty("recordTypeInfos")[1].GetProperty("master").GetBoolean().ShouldBeTrue();
        (stored["Country"], stored["State"], stored["StateCode"]).ShouldBe(("Germany", "Bavaria", "BY"));
        stored["RecordTypeId"].ShouldNotBeNull();
        wrong
            .ShouldBeRefused(400, "FIELD_INTEGRITY_EXCEPTION")
            .GetProperty("message")
            .GetString()
            .ShouldBe(
                "There's a problem with this country, even though it may appear correct. Please select a country from the list of valid countries."
            );
        stray.ShouldBeRefused(400, "FIELD_INTEGRITY_EXCEPTION");
        Names(without).ShouldNotContain("StateCode", StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_description_that_has_not_changed_is_not_sent_again()
    {
        await using var client = await Client.StartAsync();
        var described = await client.SendAsync("GET", "sobjects/Lead/describe");
        var since = described.ContentHeaders.LastModified!.Value;

        var same = await client.SendAsync(
            "GET",
            "sobjects/Lead/describe",
            null,
            ("If-Modified-Since", since.AddSeconds(1).ToString("r"))
        );
        var older = await client.SendAsync(
            "GET",
            "sobjects/Lead/describe",
            null,
            ("If-Modified-Since", since.AddSeconds(-60).ToString("r"))
        );

        same.Status.ShouldBe(HttpStatusCode.NotModified);
        same.Text.ShouldBeEmpty();
        older.Status.ShouldBe(HttpStatusCode.OK);
    }

    private static Dictionary<string, string> States(string code, string name) =>
        new(StringComparer.Ordinal) { [code] = name };

    private static IEnumerable<string?> Names(Answer described) =>
        described.Json.GetProperty("fields").EnumerateArray().Select(field => field.GetProperty("name").GetString());
}
