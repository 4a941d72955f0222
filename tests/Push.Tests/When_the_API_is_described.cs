using System.Net;
using LeadSync.Hosting.Web;
using LeadSync.Testing;

namespace LeadSync.Push.Tests;

public sealed class When_the_API_is_described(PushUnderTest push) : IClassFixture<PushUnderTest>
{
    [Fact]
    public async Task Every_endpoint_says_what_it_does_who_may_and_how_it_refuses() =>
        (await ApiDocuments.ReadAsync(push.Anonymous())).ShouldDescribe(push.Services);

    [Fact]
    public async Task Viewers_get_the_same_by_way_of_Gateway_and_nobody_else()
    {
        const string path = "/v1/openapi/push.json";

        var document = await ApiDocuments.ReadAsync(push.Client(PushUnderTest.Workspace, Role.Viewer), path);

        document.ShouldDescribe(push.Services);
        var refused = await push.Anonymous()
            .GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_needs_no_key_says_so_and_the_rest_asks_for_one()
    {
        var operations = (await ApiDocuments.ReadAsync(push.Anonymous())).Operations;

        operations["get /lanes/backlog"].GetProperty("security").GetArrayLength().ShouldBe(0);
        operations["post /v1/lanes/stop-all"].GetProperty("security")[0].TryGetProperty("bearer", out _).ShouldBeTrue();
        operations["put /v1/holds/{connectionId}"]
            .GetProperty("description")
            .GetString()
            .ShouldBe("Role: Service. For other services only; Gateway does not pass it on.");
    }
}
