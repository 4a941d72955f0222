using System.Net;
using LeadSync.Gateway.Access;

namespace LeadSync.Gateway.Tests.Forwarding;

public sealed class When_a_services_API_is_asked_for(When_requests_are_forwarded.WithPeers gateway)
    : IClassFixture<When_requests_are_forwarded.WithPeers>
{
    [Theory]
    [InlineData("Mapping")]
    [InlineData("Push")]
    public async Task Its_document_comes_to_viewers_and_not_without_a_key(string service)
    {
        var path = $"/v1/openapi/{service.ToLowerInvariant()}.json";
        gateway.Seen.Clear();

        (await gateway.Anonymous().SendAsync(HttpMethod.Get, path)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        gateway.Seen.ShouldBeEmpty();

        var viewer = await gateway.ClientAsync(KeyRole.Viewer);
        (await viewer.SendAsync(HttpMethod.Get, path)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var seen = gateway.Seen.ShouldHaveSingleItem();
        seen.Service.ShouldBe(service);
        seen.Path.ShouldBe(path);
    }
}
