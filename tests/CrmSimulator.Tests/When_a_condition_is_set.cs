using System.Net;
using System.Text.Json;

namespace LeadSync.CrmSimulator.Tests;

public sealed class When_a_condition_is_set
{
    [Theory]
    [InlineData(true, 412, "rep")]
    [InlineData(false, 204, "api")]
    public async Task A_part_of_a_composite_is_held_to_it_where_the_org_heeds_that(bool heeds, int status, string title)
    {
        var clock = new SetClock();
        await using var client = await Client.StartAsync(new() { Clock = clock });
        var org = client.Simulator.Org;
        org.Settings = org.Settings with { CompositeHeedsConditions = heeds };
        var id = await client.CreateLeadAsync(new { LastName = "x", Company = "y" });
        var read = clock.GetUtcNow();
        clock.Advance(TimeSpan.FromMinutes(1));
        await org.Rep.EditAsync("Lead", id, new { Title = "rep" });

        var answer = await client.SendAsync("POST", "composite", Body(id, read));
        var single = await client.SendAsync(
            "PATCH",
            $"sobjects/Lead/{id}",
            new { Title = "single" },
            ("If-Unmodified-Since", read.ToString("r"))
        );

        answer.Json.GetProperty("compositeResponse")[0].GetProperty("httpStatusCode").GetInt32().ShouldBe(status);
        single.Status.ShouldBe(HttpStatusCode.PreconditionFailed);
        org.Get("Lead", id)!["Title"].ShouldBe(title);
    }

    private static string Body(string id, DateTimeOffset since) =>
        JsonSerializer.Serialize(
            new
            {
                compositeRequest = new[]
                {
                    new
                    {
                        method = "PATCH",
                        url = $"/services/data/v60.0/sobjects/Lead/{id}",
                        referenceId = "write",
                        httpHeaders = new Dictionary<string, string>(StringComparer.Ordinal)
                        {
                            ["If-Unmodified-Since"] = since.ToString("r"),
                        },
                        body = new { Title = "api" },
                    },
                },
            }
        );
}
