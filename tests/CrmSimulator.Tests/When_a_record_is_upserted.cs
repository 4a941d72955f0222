using System.Net;

namespace LeadSync.CrmSimulator.Tests;

public sealed class When_a_record_is_upserted
{
    private static readonly object Fields = new { LastName = "x", Company = "y" };

    [Fact]
    public async Task It_is_created_then_updated_by_the_key_in_the_path()
    {
        await using var client = await Client.StartAsync();
        var url = $"sobjects/Lead/Email/{Uri.EscapeDataString("a/b+c@x.example")}";

        var first = await client.SendAsync("PATCH", url, Fields);
        var second = await client.SendAsync("PATCH", url, Fields);
        var old = await client.SendAsync("PATCH", $"/services/data/v45.0/{url}", Fields);

        first.Status.ShouldBe(HttpStatusCode.Created);
        first.Json.GetProperty("created").GetBoolean().ShouldBeTrue();
        second.Status.ShouldBe(HttpStatusCode.OK);
        second.Json.GetProperty("created").GetBoolean().ShouldBeFalse();
        old.Status.ShouldBe(HttpStatusCode.NoContent);
        client.Simulator.Org.Find("Lead", "A/B+C@X.example").Count.ShouldBe(1);
    }

    [Fact]
    public async Task Several_matches_are_listed_and_nothing_is_written()
    {
        await using var client = await Client.StartAsync();
        var org = client.Simulator.Org;
        var one = await org.Rep.CreateAsync(
            "Lead",
            new
            {
                LastName = "1",
                Company = "y",
                Email = "a@x.example",
            }
        );
        var two = await org.Rep.CreateAsync(
            "Lead",
            new
            {
                LastName = "2",
                Company = "y",
                Email = "A@x.example",
            }
        );

        var answer = await client.SendAsync("PATCH", "sobjects/Lead/Email/a@x.example", Fields);

        answer.Status.ShouldBe(HttpStatusCode.MultipleChoices);
        answer
            .Json.EnumerateArray()
            .Select(url => url.GetString())
            .ShouldBe([$"/services/data/v60.0/sobjects/Lead/{one}", $"/services/data/v60.0/sobjects/Lead/{two}"]);
        client.Simulator.Journal.Effects.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_field_that_is_no_key_is_refused()
    {
        await using var client = await Client.StartAsync();

        var answer = await client.SendAsync("PATCH", "sobjects/Lead/Title/x", Fields);

        answer
            .ShouldBeRefused(404, "NOT_FOUND")
            .GetProperty("message")
            .GetString()
            .ShouldBe("Provided external ID field does not exist or is not accessible: Title");
    }

    [Fact]
    public async Task A_converted_lead_is_matched_and_refused()
    {
        await using var client = await Client.StartAsync();
        var org = client.Simulator.Org;
        var id = await org.Rep.CreateAsync(
            "Lead",
            new
            {
                LastName = "1",
                Company = "y",
                Email = "a@x.example",
            }
        );
        await org.Rep.ConvertAsync(id);

        var answer = await client.SendAsync("PATCH", "sobjects/Lead/Email/a@x.example", Fields);

        answer.ShouldBeRefused(400, "CANNOT_UPDATE_CONVERTED_LEAD");
    }
}
