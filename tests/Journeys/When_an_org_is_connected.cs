using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.CrmSimulator.Oauth;
using LeadSync.Testing;
using LeadSync.WholeSystem;

namespace LeadSync.Journeys;

/// <summary>What an admin does with a connection, over Gateway alone: connect, deauthorise in the middle of a burst, come back.</summary>
public sealed class When_an_org_is_connected(House house) : IClassFixture<House>
{
    private const string Key = "journey-app";
    private const string Secret = "journey-app-secret";

    [Fact]
    public async Task It_is_authorised_in_the_browser_and_leads_arrive()
    {
        var (org, connection) = await ConnectAsync("browser");

        await CaptureAsync("browser", "anna");

        await Eventually.ShouldBe(() => org.Find("Lead", Email("anna")).Count == 1);
        var shown = await house.ReadAsync($"/v1/connections/{connection}");
        shown.GetProperty("environment").GetString().ShouldBe("production");
        shown.GetProperty("username").GetString().ShouldBe(User(org));
    }

    [Fact]
    public async Task Deauthorised_in_a_burst_no_call_starts_after_the_answer_and_authorised_again_all_arrive()
    {
        var (org, connection) = await ConnectAsync("burst");
        // Slow enough that calls are under way whenever it is deauthorised.
        var slow = house.Crm.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.Delay,
                DelayMilliseconds = 300,
                Match = new FaultMatch { Org = org.Name, Kind = RequestKinds.Write },
            }
        );
        using var enough = new CancellationTokenSource();
        var burst = BurstAsync(enough.Token);
        await Eventually.ShouldBe(() => org.Records("Lead").Count > 0);

        using var answer = await house.Http.PostAsync($"/v1/connections/{connection}/deauthorise", null, Stop);
        var after = house.Crm.Journal.LastSequence;
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Stop));
        house.Crm.Faults.Remove(slow);
        await enough.CancelAsync();
        var names = await burst;

        // The journal writes a call down when it ends; one that was under way at the answer may be written down after it.
        await Eventually.ShouldStay(
            () => Task.FromResult(house.Crm.Journal.After(after).Count(entry => entry.Org == org.Name) <= 1),
            TimeSpan.FromSeconds(5)
        );
        Found(org, names).ShouldBeLessThan(names.Length);
        org.ShowGrants().ShouldBeEmpty();
        var lanes = await house.ReadAsync("/v1/lanes");
        lanes
            .EnumerateArray()
            .Single(lane => lane.GetProperty("connectionId").GetGuid() == connection)
            .GetProperty("state")
            .GetString()
            .ShouldBe("held");

        var consent = await ConsentAsync(new { connectionId = connection }, org);
        using var unsaid = await ConfirmAsync(consent, org.Id, waiting: null);
        using var said = await ConfirmAsync(consent, org.Id, waiting: "send");

        unsaid.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        said.StatusCode.ShouldBe(HttpStatusCode.OK, await said.Content.ReadAsStringAsync(Stop));
        await Eventually.ShouldBe(() => Found(org, names) == names.Length, within: TimeSpan.FromSeconds(90));
        names.ShouldAllBe(name => org.Find("Lead", Email(name)).Count == 1);

        // Goes on until it is enough, and then a little: what comes after the answer waits for certain.
        async Task<string[]> BurstAsync(CancellationToken enough)
        {
            var captured = new List<string>();
            for (var further = 10; further > 0; further -= enough.IsCancellationRequested ? 1 : 0)
            {
                string[] few = [.. Enumerable.Range(captured.Count, 4).Select(number => $"burst{number}")];
                await CaptureAsync("burst", few);
                captured.AddRange(few);
            }
            return [.. captured];
        }
    }

    [Fact]
    public async Task Sessions_that_end_at_random_under_load_lose_nothing()
    {
        var (org, _) = await ConnectAsync("expiring");
        string[] names = [.. Enumerable.Range(0, 300).Select(number => $"expiring{number}")];
        var random = new Random(11);

        // Leads in small requests, and after some of them every session is over: in the middle of whatever goes on then.
        foreach (var few in names.Chunk(3))
        {
            await CaptureAsync("expiring", few);
            if (random.Next(2) == 0)
                org.ExpireSessions();
        }

        await Eventually.ShouldBe(() => Found(org, names) == names.Length, within: TimeSpan.FromSeconds(120));
        names.ShouldAllBe(name => org.Find("Lead", Email(name)).Count == 1);
    }

    /// <summary>An org of its own, connected by its admin in a browser, with a source and a mapping.</summary>
    private async Task<(Org Org, Guid Connection)> ConnectAsync(string name)
    {
        var org = house.Crm.Orgs.Add(name, $"{name}-client", $"{name}-secret");
        org.PutApp(
            new App
            {
                ClientId = $"{Key}-{name}",
                ClientSecret = Secret,
                CallbackUrls = [new Uri(house.Http.BaseAddress!, "/oauth/salesforce/callback").AbsoluteUri],
                PkceRequired = true,
                RotatesRefreshTokens = true,
            }
        );
        var consent = await ConsentAsync(
            new
            {
                name,
                system = "salesforce",
                direction = "push",
                environment = "production",
                instanceUrl = house.Crm.Address,
                clientId = $"{Key}-{name}",
                clientSecret = Secret,
            },
            org
        );
        using var confirmed = await ConfirmAsync(consent, org.Id, waiting: null);
        confirmed.StatusCode.ShouldBe(HttpStatusCode.Created, await confirmed.Content.ReadAsStringAsync(Stop));
        var connection = await confirmed.Content.ReadFromJsonAsync<JsonElement>(Stop);
        var yaml = $$"""
            sources:
              - name: {{name}}
            mappings:
              - connection: {{name}}
                object: Lead
                fields:
                  - { field: LastName, from: lastName }
                  - { field: Company, from: company }
                  - { field: Email, from: email }
            routes:
              - { source: {{name}}, connection: {{name}}, createAs: Lead }
            """;
        using var body = new StringContent(yaml, Encoding.UTF8, "application/yaml");
        using var applied = await house.Http.PutAsync("/v1/config", body, Stop);
        applied.IsSuccessStatusCode.ShouldBeTrue(await applied.Content.ReadAsStringAsync(Stop));
        return (org, connection.GetProperty("id").GetGuid());
    }

    /// <summary>Asks, consents on the CRM's page, and comes back as the browser does: to Gateway, without a key.</summary>
    private async Task<Guid> ConsentAsync(object request, Org org)
    {
        using var answer = await house.Http.PostAsJsonAsync("/v1/connections/consents", request, Stop);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Stop));
        var asked = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        var location = house.Crm.Consent(new Uri(asked.GetProperty("authorizeUrl").GetString()!), User(org));
        using var browser = new HttpClient(new SocketsHttpHandler());
        using var page = await browser.GetAsync(location, Stop);
        var text = await page.Content.ReadAsStringAsync(Stop);
        page.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        text.ShouldContain(org.Id);
        return asked.GetProperty("id").GetGuid();
    }

    private Task<HttpResponseMessage> ConfirmAsync(Guid consent, string orgId, string? waiting) =>
        house.Http.PostAsJsonAsync($"/v1/connections/consents/{consent}/confirm", new { orgId, waiting }, Stop);

    private Task CaptureAsync(string source, params IEnumerable<string> names) =>
        house.CaptureAsync(
            names.Select(name =>
                (object)
                    new
                    {
                        source,
                        leadId = name,
                        fields = new
                        {
                            lastName = "Person",
                            company = "Acme",
                            email = Email(name),
                        },
                    }
            )
        );

    private static int Found(Org org, string[] names) => names.Sum(name => org.Find("Lead", Email(name)).Count);

    private static string User(Org org) => (string)org.Get("User", org.IntegrationUserId)!["Username"]!;

    private static string Email(string name) => $"{name}@connected.example";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
