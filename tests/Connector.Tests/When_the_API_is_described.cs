using System.Net;
using LeadSync.Hosting.Web;
using LeadSync.Testing;

namespace LeadSync.Connector.Tests;

public sealed class When_the_API_is_described(ConnectorUnderTest connector) : IClassFixture<ConnectorUnderTest>
{
    [Fact]
    public async Task Every_endpoint_says_what_it_does_who_may_and_how_it_refuses()
    {
        var document = await ApiDocuments.ReadAsync(connector.Anonymous());

        document.ShouldDescribe(connector.Services);
        document.ShouldDescribeBodies();
    }

    [Fact]
    public async Task Viewers_get_the_same_by_way_of_Gateway_and_nobody_else()
    {
        const string path = "/v1/openapi/connector.json";

        var document = await ApiDocuments.ReadAsync(connector.Client(ConnectorUnderTest.Workspace, Role.Viewer), path);

        document.ShouldDescribe(connector.Services);
        var refused = await connector
            .Anonymous()
            .GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }
}
