using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;

namespace LeadSync.Testing;

/// <summary>A service's OpenAPI document, as it serves it, beside the endpoints that it really has.</summary>
/// <param name="Operations">By method and path: <c>get /v1/lanes/{connectionId}</c>.</param>
public sealed record ApiDocuments(JsonElement Root, IReadOnlyDictionary<string, JsonElement> Operations)
{
    public static async Task<ApiDocuments> ReadAsync(HttpClient client, string path = "/openapi/v1.json")
    {
        var root = await client.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative));
        var operations = root.GetProperty("paths")
            .EnumerateObject()
            .SelectMany(item =>
                item.Value.EnumerateObject()
                    .Select(operation => (Key: $"{operation.Name} {item.Name}", operation.Value))
            );
        return new(root, operations.ToDictionary(one => one.Key, one => one.Value, StringComparer.Ordinal));
    }

    /// <summary>The service's endpoints, written as <see cref="Operations"/> has them; without the documents themselves.</summary>
    public static IReadOnlyList<string> EndpointsOf(IServiceProvider services) =>
        [
            .. services
                .GetRequiredService<EndpointDataSource>()
                .Endpoints.OfType<RouteEndpoint>()
                .Where(endpoint => !endpoint.RoutePattern.RawText!.Contains("openapi", StringComparison.Ordinal))
                .SelectMany(endpoint =>
                    (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Select(method =>
                        $"{method.ToLowerInvariant()} {Path(endpoint.RoutePattern)}"
                    )
                ),
        ];

    /// <summary>
    /// Every endpoint is there, once, and says what it does, who may, what its path takes and what a refusal looks like.
    /// </summary>
    public void ShouldDescribe(IServiceProvider services)
    {
        Operations.Keys.ShouldBe(EndpointsOf(services), ignoreOrder: true);
        Operations
            .Values.Select(operation => operation.GetProperty("operationId").GetString())
            .ShouldBeUnique(StringComparer.Ordinal);
        foreach (var (key, operation) in Operations)
        {
            operation.TryGetProperty("summary", out var summary).ShouldBeTrue(key);
            summary.GetString().ShouldNotBeNullOrWhiteSpace(key);
            operation.GetProperty("description").GetString()!.ShouldMatch("^(Role: |For anyone)", key);
            Parameters(operation)
                .Order(StringComparer.Ordinal)
                .ShouldBe(Placeholders(key).Order(StringComparer.Ordinal), key);
            foreach (var status in new[] { "4XX", "5XX" })
                operation
                    .GetProperty("responses")
                    .GetProperty(status)
                    .GetProperty("content")
                    .GetProperty("application/problem+json")
                    .GetProperty("schema")
                    .GetProperty("$ref")
                    .GetString()
                    .ShouldBe("#/components/schemas/Problem", key);
        }
        Root.GetProperty("components")
            .GetProperty("schemas")
            .GetProperty("Problem")
            .GetProperty("properties")
            .EnumerateObject()
            .Select(property => property.Name)
            .ShouldBe(
                ["type", "title", "status", "detail", "code", "cause", "fix", "traceId", "faults"],
                ignoreOrder: true
            );
    }

    private static string[] Parameters(JsonElement operation) =>
        operation.TryGetProperty("parameters", out var all)
            ?
            [
                .. all.EnumerateArray()
                    .Where(one => one.GetProperty("in").GetString() == "path")
                    .Select(one => one.GetProperty("name").GetString()!),
            ]
            : [];

    private static IEnumerable<string> Placeholders(string key) =>
        key.Split('/').Where(segment => segment.StartsWith('{')).Select(segment => segment.Trim('{', '}'));

    private static string Path(RoutePattern pattern) =>
        "/"
        + string.Join(
            '/',
            pattern.PathSegments.Select(segment =>
                string.Concat(
                    segment.Parts.Select(part =>
                        part switch
                        {
                            RoutePatternLiteralPart literal => literal.Content,
                            RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
                            _ => "",
                        }
                    )
                )
            )
        );
}
