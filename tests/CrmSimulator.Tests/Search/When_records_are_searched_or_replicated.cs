using System.Net;

namespace LeadSync.CrmSimulator.Tests.Search;

public sealed class When_records_are_searched_or_replicated
{
    [Fact]
    public async Task What_was_just_written_is_not_found_until_the_index_has_it()
    {
        var clock = new SetClock();
        await using var client = await Client.StartAsync(new() { Clock = clock });
        var id = await client.CreateLeadAsync(
            new
            {
                LastName = "Ng",
                Company = "Acme",
                Email = "jane.ng@acme.example",
            }
        );
        const string sosl =
            "FIND {jane.ng@acme.example} IN EMAIL FIELDS RETURNING Lead(Id, Email WHERE IsConverted = false LIMIT 5), Contact(Id)";

        var early = await FindAsync(client, sosl);
        clock.Advance(TimeSpan.FromMinutes(1));
        var found = await FindAsync(client, sosl);

        early.Json.GetProperty("searchRecords").GetArrayLength().ShouldBe(0);
        var record = found.Json.GetProperty("searchRecords").EnumerateArray().ShouldHaveSingleItem();
        record.GetProperty("Id").GetString().ShouldBe(id);
        record.GetProperty("Email").GetString().ShouldBe("jane.ng@acme.example");
    }

    [Theory]
    [InlineData("FIND {acm*} RETURNING Lead", 1)]
    [InlineData("FIND {acme} IN EMAIL FIELDS RETURNING Lead", 1)]
    [InlineData("FIND {acme} IN PHONE FIELDS RETURNING Lead", 0)]
    [InlineData(@"FIND {o\'neil} IN NAME FIELDS RETURNING Lead(Id), Contact(Id)", 2)]
    [InlineData("FIND {nobody} IN ALL FIELDS", 0)]
    [InlineData("FIND {O Neil} IN ALL FIELDS RETURNING Lead, Contact LIMIT 1", 1)]
    public async Task Words_are_found_where_they_are_looked_for(string sosl, int count)
    {
        await using var client = await StartAsync();

        var answer = await FindAsync(client, sosl);

        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        answer.Json.GetProperty("searchRecords").GetArrayLength().ShouldBe(count);
    }

    [Fact]
    public async Task A_search_can_be_given_by_parameters_and_was_a_bare_list_once()
    {
        await using var client = await StartAsync();

        var posted = await client.SendAsync(
            "POST",
            "parameterizedSearch",
            """{"q":"acme","in":"EMAIL","fields":["Id","Email"],"sobjects":[{"name":"Lead","limit":10}],"overallLimit":100}"""
        );
        var asked = await client.SendAsync("GET", "parameterizedSearch?q=acme&sobject=Lead&Lead.fields=Id,Email");
        var old = await client.SendAsync("GET", "/services/data/v36.0/search?q=FIND%20%7Bacme%7D%20RETURNING%20Lead");

        foreach (var answer in (Answer[])[posted, asked])
            answer.Json.GetProperty("searchRecords")[0].GetProperty("Email").GetString().ShouldBe("pat@acme.example");
        old.Json.GetArrayLength().ShouldBe(1);
        (await FindAsync(client, "FIND acme"))
            .ShouldBeRefused(400, "MALFORMED_SEARCH")
            .GetProperty("message")
            .GetString()
            .ShouldBe("No search term found. The search term must be enclosed in braces.");
    }

    [Fact]
    public async Task Changed_and_deleted_ids_are_told_for_a_stretch_of_time()
    {
        var clock = new SetClock();
        await using var client = await Client.StartAsync(new() { Clock = clock });
        var old = await client.CreateLeadAsync(new { LastName = "old", Company = "y" });
        await client.CreateLeadAsync(new { LastName = "untouched", Company = "y" });
        clock.Advance(TimeSpan.FromHours(1));
        var from = clock.GetUtcNow();
        var changed = await client.CreateLeadAsync(new { LastName = "new", Company = "y" });
        await client.SendAsync("DELETE", $"sobjects/Lead/{old}");
        clock.Advance(TimeSpan.FromMinutes(10));

        var updated = await client.SendAsync("GET", $"sobjects/Lead/updated/?{Range(from, clock.GetUtcNow())}");
        var deleted = await client.SendAsync("GET", $"sobjects/Lead/deleted?{Range(from, clock.GetUtcNow())}");

        updated.Json.GetProperty("ids").EnumerateArray().Select(id => id.GetString()).ShouldBe([changed]);
        updated.Json.GetProperty("latestDateCovered").GetString().ShouldBe("2026-03-01T13:10:00.000+0000");
        var gone = deleted.Json.GetProperty("deletedRecords").EnumerateArray().ShouldHaveSingleItem();
        gone.GetProperty("id").GetString().ShouldBe(old);
        gone.GetProperty("deletedDate").GetString().ShouldBe("2026-03-01T13:00:00.000+0000");
        deleted.Json.TryGetProperty("earliestDateAvailable", out _).ShouldBeTrue();
    }

    [Theory]
    [InlineData("updated", -31 * 24 * 60, 0)]
    [InlineData("deleted", -16 * 24 * 60, 0)]
    [InlineData("updated", -1, -1)]
    [InlineData("updated", 0, -5)]
    public async Task A_stretch_that_cannot_be_told_is_refused(string what, int fromMinutes, int toMinutes)
    {
        var clock = new SetClock();
        await using var client = await Client.StartAsync(new() { Clock = clock });
        var now = clock.GetUtcNow();

        var answer = await client.SendAsync(
            "GET",
            $"sobjects/Lead/{what}?{Range(now.AddMinutes(fromMinutes), now.AddMinutes(toMinutes))}"
        );

        answer.ShouldBeRefused(400, "INVALID_REPLICATION_DATE");
    }

    private static string Range(DateTimeOffset from, DateTimeOffset to) =>
        $"start={Uri.EscapeDataString(from.ToString("O"))}&end={Uri.EscapeDataString(to.ToString("O"))}";

    private static async Task<Client> StartAsync()
    {
        var client = await Client.StartAsync();
        var org = client.Simulator.Org;
        org.Settings = org.Settings with { SearchIndexLag = TimeSpan.Zero };
        await client.CreateLeadAsync(
            new
            {
                LastName = "O'Neil",
                Company = "y",
                Email = "pat@acme.example",
            }
        );
        await org.Rep.CreateAsync("Contact", new { LastName = "O'Neil" });
        return client;
    }

    private static Task<Answer> FindAsync(Client client, string sosl) =>
        client.SendAsync("GET", $"search?q={Uri.EscapeDataString(sosl)}");
}
