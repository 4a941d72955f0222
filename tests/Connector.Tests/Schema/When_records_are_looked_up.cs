using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LeadSync.Connector.Schema;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Hosting.Web;

namespace LeadSync.Connector.Tests.Schema;

public sealed class When_records_are_looked_up(ConnectorUnderTest connector) : IClassFixture<ConnectorUnderTest>
{
    [Fact]
    public async Task Each_value_gets_its_record_or_how_many_there_are()
    {
        var org = connector.NewOrg();
        var id = await connector.ConnectAsync(org);
        var grant = await connector.GrantAsync(id, 10);
        var spring = await CreateAsync(grant, @"Spring's \ ""Launch"" %_");
        await CreateAsync(grant, "Twice");
        await CreateAsync(grant, "Twice");
        var before = connector.Requests(org, RequestKinds.Query);

        var found = await LookUpAsync(id, "Campaign", "Name", @"spring's \ ""launch"" %_", "Twice", "' OR Name != '");

        found.ShouldBe([
            new LookedUpShown(@"spring's \ ""launch"" %_", spring, 1),
            new LookedUpShown("Twice", null, 2),
            new LookedUpShown("' OR Name != '", null, 0),
        ]);
        connector.Requests(org, RequestKinds.Query).ShouldBe(before + 1);
    }

    [Theory]
    [InlineData("Campaign", "Nickname__c")]
    [InlineData("Campaign", "Name != '' OR Name")]
    [InlineData("Nothing__c", "Name")]
    [InlineData("Campaign WHERE", "Name")]
    public async Task Names_that_the_schema_lacks_are_asked_of_nobody(string name, string by)
    {
        var org = connector.NewOrg();
        var id = await connector.ConnectAsync(org);

        var response = await AskAsync(connector.Service, id, name, by, "Spring");

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        connector.Requests(org, RequestKinds.Query).ShouldBe(0);
    }

    [Fact]
    public async Task More_than_two_hundred_values_are_too_many()
    {
        var id = await connector.ConnectAsync(connector.NewOrg());
        string[] values = [.. Enumerable.Range(0, 201).Select(number => $"v{number}")];

        var response = await AskAsync(connector.Service, id, "Campaign", "Name", values);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Integrator)]
    public async Task Only_services_may(Role role)
    {
        var id = await connector.ConnectAsync(connector.NewOrg());

        var response = await AskAsync(
            connector.Client(ConnectorUnderTest.Workspace, role),
            id,
            "Campaign",
            "Name",
            "Spring"
        );

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    private async Task<List<LookedUpShown>> LookUpAsync(Guid id, string name, string by, params string[] values)
    {
        var response = await AskAsync(connector.Service, id, name, by, values);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Token));
        return (await response.Content.ReadFromJsonAsync<List<LookedUpShown>>(Token))!;
    }

    private static Task<HttpResponseMessage> AskAsync(
        HttpClient client,
        Guid id,
        string name,
        string by,
        params string[] values
    ) => client.PostAsJsonAsync($"/v1/connections/{id}/lookup", new LookUpRequest(name, by, values), Token);

    private static async Task<string> CreateAsync(Contracts.Grant grant, string name)
    {
        using var handler = new SocketsHttpHandler();
        using var org = new HttpClient(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            new Uri(grant.InstanceUrl, "/services/data/v60.0/sobjects/Campaign")
        );
        request.Headers.Authorization = new("Bearer", grant.AccessToken);
        request.Content = JsonContent.Create(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["Name"] = name }
        );
        using var response = await org.SendAsync(request, Token);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("id").GetString()!;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
