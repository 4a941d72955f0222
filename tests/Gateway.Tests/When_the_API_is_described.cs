using System.Net;
using LeadSync.Gateway.Access;
using LeadSync.Gateway.Forwarding;
using LeadSync.Testing;

namespace LeadSync.Gateway.Tests;

public sealed class When_the_API_is_described(GatewayUnderTest gateway) : IClassFixture<GatewayUnderTest>
{
    private const string Path = "/v1/openapi/gateway.json";

    [Fact]
    public async Task Every_endpoint_of_ours_says_what_it_does_who_may_and_how_it_refuses()
    {
        var document = await ApiDocuments.ReadAsync(gateway.Anonymous());

        document.ShouldDescribe(gateway.Services);
        document.ShouldDescribeBodies();
    }

    [Fact]
    public void What_is_passed_on_is_described_by_whose_it_is_and_nothing_else_is_left_out() =>
        ApiDocuments
            .EndpointsOf(gateway.Services, excluded: true)
            .Count.ShouldBe(
                ForwardTable
                    .Rows.Where(row => !row.Path.Contains("openapi", StringComparison.Ordinal))
                    .Sum(row => row.Methods.Count)
            );

    [Fact]
    public async Task Viewers_get_the_same_and_nobody_without_a_key()
    {
        var document = await ApiDocuments.ReadAsync(await gateway.ClientAsync(KeyRole.Viewer), Path);

        document.ShouldDescribe(gateway.Services);
        var refused = await gateway.Anonymous().SendAsync(HttpMethod.Get, Path);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public void Each_service_that_people_reach_has_its_document_passed_on() =>
        ForwardTable
            .Rows.Where(row => row.Path.Contains("openapi", StringComparison.Ordinal))
            .Select(row => row.Service)
            .ShouldBe(
                ForwardTable.Rows.Select(row => row.Service).OfType<string>().Distinct(StringComparer.Ordinal),
                ignoreOrder: true
            );

    [Fact]
    public async Task It_says_which_keys_may_capture_and_that_a_body_may_be_one_lead_or_several()
    {
        var capture = (await ApiDocuments.ReadAsync(gateway.Anonymous())).Operations["post /v1/leads"];

        capture
            .GetProperty("description")
            .GetString()
            .ShouldBe("Role: a key with the role capture or integrator or manager.");
        var body = capture.GetProperty("requestBody").GetProperty("content");
        body.GetProperty(Http.Json)
            .GetProperty("schema")
            .GetProperty("oneOf")[1]
            .GetProperty("items")
            .GetProperty("$ref")
            .GetString()
            .ShouldBe("#/components/schemas/LeadToCapture");
        body.TryGetProperty(Http.Lines, out _).ShouldBeTrue();
    }
}
