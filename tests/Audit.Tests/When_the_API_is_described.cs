using System.Net;
using LeadSync.Hosting.Web;
using LeadSync.Testing;

namespace LeadSync.Audit.Tests;

public sealed class When_the_API_is_described(AuditUnderTest audit) : IClassFixture<AuditUnderTest>
{
    [Fact]
    public async Task Every_endpoint_says_what_it_does_who_may_and_how_it_refuses()
    {
        var document = await ApiDocuments.ReadAsync(audit.Anonymous());

        document.ShouldDescribe(audit.Services);
        document.ShouldDescribeBodies();
    }

    [Fact]
    public async Task Viewers_get_the_same_by_way_of_Gateway_and_nobody_else()
    {
        const string path = "/v1/openapi/audit.json";

        var document = await ApiDocuments.ReadAsync(audit.Client("acme", Role.Viewer), path);

        document.ShouldDescribe(audit.Services);
        var refused = await audit
            .Anonymous()
            .GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }
}
