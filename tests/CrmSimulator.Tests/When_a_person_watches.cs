using System.Net;
using LeadSync.CrmSimulator.Faults;

namespace LeadSync.CrmSimulator.Tests;

public sealed class When_a_person_watches
{
    [Fact]
    public async Task The_page_shows_records_and_requests_escaped_and_loads_itself_again()
    {
        await using var client = await Client.StartAsync();
        await client.CreateLeadAsync(new { LastName = "<script>alert(1)</script>", Company = "Acme & Co" });

        var page = await GetAsync(client, "/?refresh=3");

        page.ContentHeaders.ContentType!.MediaType.ShouldBe("text/html");
        page.Text.ShouldContain("<meta http-equiv=\"refresh\" content=\"3\">");
        page.Text.ShouldContain("&lt;script&gt;alert(1)&lt;/script&gt;");
        page.Text.ShouldNotContain("<script>");
        page.Text.ShouldContain("integration@demo.example");
        page.Text.ShouldContain("POST /services/data/v60.0/sobjects/Lead");
        page.Text.ShouldContain("1 Lead created");
        (await GetAsync(client, "/?org=%3Cx%3E&show=Contact&refresh=0")).Text.ShouldContain(
            "<h2>Contact: 0 records</h2>"
        );
    }

    [Fact]
    public async Task Faults_are_switched_on_and_off_but_not_from_another_sites_page()
    {
        await using var client = await Client.StartAsync();

        var on = await PostAsync(client, ("kind", "DropAnswer"), ("match", "write"), ("count", "2"), ("delay", "0"));
        var fault = client.Simulator.Faults.All.ShouldHaveSingleItem().Rule;
        var page = await GetAsync(client, "/");
        var foreign = await PostAsync(client, "https://evil.example", ("off", fault.Id));
        var still = client.Simulator.Faults.All.Count;
        await PostAsync(client, ("off", fault.Id));
        var wrong = await PostAsync(client, ("kind", "Nonsense"));

        on.Status.ShouldBe(HttpStatusCode.OK);
        (fault.Kind, fault.Match.Kind, fault.Count).ShouldBe((FaultKind.DropAnswer, "write", 2));
        page.Text.ShouldContain("struck 0 of 0");
        foreign.Status.ShouldBe(HttpStatusCode.Forbidden);
        still.ShouldBe(1);
        client.Simulator.Faults.All.ShouldBeEmpty();
        wrong.Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    private static async Task<Answer> GetAsync(Client client, string path)
    {
        using var response = await client.Http.GetAsync(path, TestContext.Current.CancellationToken);
        return await ReadAsync(response);
    }

    private static Task<Answer> PostAsync(Client client, params (string Name, string Value)[] form) =>
        PostAsync(client, null, form);

    private static async Task<Answer> PostAsync(
        Client client,
        string? origin,
        params (string Name, string Value)[] form
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/faults")
        {
            Content = new FormUrlEncodedContent(form.Select(one => KeyValuePair.Create(one.Name, one.Value))),
        };
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        using var response = await client.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return await ReadAsync(response);
    }

    private static async Task<Answer> ReadAsync(HttpResponseMessage response) =>
        new(
            response.StatusCode,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            response.Headers,
            response.Content.Headers
        );
}
