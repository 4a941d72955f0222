using System.Net;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Tests.Setup;

public sealed class When_a_user_may_not_do_everything
{
    private static readonly object Lead = new { LastName = "Ng", Company = "Acme" };

    [Fact]
    public async Task Objects_and_fields_that_are_not_theirs_are_not_there()
    {
        var sales = People.Sales with
        {
            Fields = new Dictionary<string, FieldAccess>(StringComparer.Ordinal)
            {
                ["Lead.Title"] = FieldAccess.Hidden,
                ["Lead.Phone"] = FieldAccess.Read,
                ["Lead.Company"] = FieldAccess.Hidden,
            },
        };
        await using var client = await StartAsync(sales);

        var described = await client.SendAsync("GET", "sobjects/Lead/describe");
        var contact = await client.SendAsync("GET", "sobjects/Contact/describe");

        var fields = described
            .Json.GetProperty("fields")
            .EnumerateArray()
            .ToDictionary(field => field.GetProperty("name").GetString()!, StringComparer.Ordinal);
        fields.ShouldNotContainKey("Title");
        fields["Phone"].GetProperty("updateable").GetBoolean().ShouldBeFalse();
        fields["Company"].GetProperty("createable").GetBoolean().ShouldBeTrue();
        contact.Json.GetProperty("createable").GetBoolean().ShouldBeFalse();
        (await client.SendAsync("GET", "sobjects/Account/describe")).ShouldBeRefused(404, "NOT_FOUND");
        (await client.QueryAsync("SELECT Id FROM Account")).ShouldBeRefused(400, "INVALID_TYPE");
        (await client.QueryAsync("SELECT Title FROM Lead")).ShouldBeRefused(400, "INVALID_FIELD");
        (await client.SendAsync("POST", "sobjects/Contact", new { LastName = "Ng" })).ShouldBeRefused(
            403,
            "INSUFFICIENT_ACCESS_OR_READONLY"
        );
        (
            await client.SendAsync(
                "POST",
                "sobjects/Lead",
                new
                {
                    LastName = "x",
                    Company = "y",
                    Phone = "1",
                }
            )
        ).ShouldBeRefused(400, "INVALID_FIELD_FOR_INSERT_UPDATE");
        (await client.SendAsync("GET", "limits")).ShouldBeRefused(403, "INSUFFICIENT_ACCESS");
    }

    [Fact]
    public async Task What_several_permission_sets_give_adds_up()
    {
        var titles = new PermissionSet
        {
            Name = "Contacts",
            Objects = new Dictionary<string, ObjectAccess>(StringComparer.Ordinal) { ["Contact"] = new(Create: true) },
        };
        await using var client = await StartAsync(People.Sales, titles);

        var created = await client.SendAsync("POST", "sobjects/Contact", new { LastName = "Ng" });
        var assigned = await client.QueryAsync(
            "SELECT PermissionSet.Label FROM PermissionSetAssignment WHERE Assignee.Username = 'rep@demo.example'"
        );

        created.Status.ShouldBe(HttpStatusCode.Created);
        assigned.Json.GetProperty("totalSize").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task Without_api_enabled_every_call_is_refused()
    {
        await using var client = await StartAsync(People.Sales with { ApiEnabled = false });

        (await client.SendAsync("GET", "sobjects"))
            .ShouldBeRefused(403, "API_CURRENTLY_DISABLED")
            .GetProperty("message")
            .GetString()
            .ShouldBe("API is disabled for this User");
    }

    [Theory]
    [InlineData(SharingModel.Private, 1, "INVALID_CROSS_REFERENCE_KEY")]
    [InlineData(SharingModel.Read, 2, "INSUFFICIENT_ACCESS_OR_READONLY")]
    public async Task Other_peoples_records_are_closed_to_them_where_sharing_says_so(
        SharingModel sharing,
        int seen,
        string code
    )
    {
        await using var client = await StartAsync(People.Sales);
        var org = client.Simulator.Org;
        org.Setup = org.Setup with
        {
            Sharing = new Dictionary<string, SharingModel>(StringComparer.Ordinal) { ["Lead"] = sharing },
        };
        await client.LogInAsync();
        var others = await client.CreateLeadAsync(Lead);
        await client.ActAsAsync("rep@demo.example");
        var own = await client.CreateLeadAsync(Lead);

        var found = await client.QueryAsync("SELECT Id FROM Lead");
        var written = await client.SendAsync(
            "PATCH",
            "composite/sobjects",
            new
            {
                records = new[]
                {
                    new
                    {
                        attributes = new { type = "Lead" },
                        id = own,
                        Title = "x",
                    },
                    new
                    {
                        attributes = new { type = "Lead" },
                        id = others,
                        Title = "x",
                    },
                },
            }
        );

        found.Json.GetProperty("totalSize").GetInt32().ShouldBe(seen);
        written.Json[0].GetProperty("success").GetBoolean().ShouldBeTrue();
        written.Json[1].GetProperty("errors")[0].GetProperty("statusCode").GetString().ShouldBe(code);
    }

    [Fact]
    public async Task A_queues_members_see_what_the_queue_owns()
    {
        await using var client = await StartAsync(People.Sales);
        var org = client.Simulator.Org;
        org.Setup = org.Setup with
        {
            Queues = [org.Setup.Queues[0] with { Members = ["rep@demo.example"] }],
            Sharing = new Dictionary<string, SharingModel>(StringComparer.Ordinal) { ["Lead"] = SharingModel.Private },
        };
        await client.LogInAsync();
        await client.CreateLeadAsync(Lead);
        await client.CreateLeadAsync(
            new
            {
                LastName = "q",
                Company = "y",
                OwnerId = org.QueueId,
            }
        );

        await client.ActAsAsync("rep@demo.example");

        var found = await client.QueryAsync("SELECT LastName, Owner.Name FROM Lead");
        found
            .Json.GetProperty("records")
            .EnumerateArray()
            .ShouldHaveSingleItem()
            .GetProperty("LastName")
            .GetString()
            .ShouldBe("q");
    }

    private static async Task<Client> StartAsync(PermissionSet sales, params PermissionSet[] further)
    {
        var client = await Client.StartAsync();
        var org = client.Simulator.Org;
        org.Setup = People.WithSales(org.Setup, sales, further);
        await client.ActAsAsync("rep@demo.example");
        return client;
    }
}
