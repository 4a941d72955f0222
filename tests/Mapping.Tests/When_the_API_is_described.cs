using System.Net;
using LeadSync.Hosting.Web;
using LeadSync.Testing;

namespace LeadSync.Mapping.Tests;

public sealed class When_the_API_is_described(MappingUnderTest mapping) : IClassFixture<MappingUnderTest>
{
    // As they were saved; their form is docs/config.schema.json, and what each of the two others gives is in docs/mapping.md.
    private static readonly string[] Settings =
    [
        "get /v1/mappings/{connectionId}/{object}/misfits",
        "get /v1/mappings/presets/{connectionId}/{object}",
        "get /v1/pulls",
        "get /v1/pulls/{connectionId}/{object}",
        "put /v1/pulls/{connectionId}/{object}",
        "get /v1/routes",
        "get /v1/routes/{source}/{connectionId}",
        "put /v1/routes/{source}/{connectionId}",
    ];

    [Fact]
    public async Task Every_endpoint_says_what_it_does_who_may_and_how_it_refuses() =>
        (await ApiDocuments.ReadAsync(mapping.Anonymous())).ShouldDescribe(mapping.Services, Settings);

    [Fact]
    public async Task Viewers_get_the_same_by_way_of_Gateway_and_nobody_else()
    {
        const string path = "/v1/openapi/mapping.json";

        var document = await ApiDocuments.ReadAsync(mapping.Client(MappingUnderTest.Workspace, Role.Viewer), path);

        document.ShouldDescribe(mapping.Services, Settings);
        var refused = await mapping
            .Anonymous()
            .GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_role_a_body_and_an_answer_are_those_of_the_endpoint()
    {
        var operations = (await ApiDocuments.ReadAsync(mapping.Anonymous())).Operations;

        var save = operations["put /v1/mappings/{connectionId}/{object}/draft"];
        save.GetProperty("description").GetString().ShouldBe("Role: Integrator or a higher one.");
        save.GetProperty("requestBody").GetProperty("content").TryGetProperty("application/json", out _).ShouldBeTrue();
        save.GetProperty("responses")
            .GetProperty("200")
            .GetProperty("content")
            .GetProperty("application/json")
            .GetProperty("schema")
            .GetProperty("$ref")
            .GetString()
            .ShouldBe("#/components/schemas/DraftView");
        operations["delete /v1/people"].GetProperty("tags")[0].GetString().ShouldBe("Mapping");
    }
}
