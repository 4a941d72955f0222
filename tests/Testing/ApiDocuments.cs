using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Shouldly;

namespace LeadSync.Testing;

/// <summary>A service's OpenAPI document, as it serves it, beside the endpoints that it really has.</summary>
/// <param name="Operations">By method and path: <c>get /v1/lanes/{connectionId}</c>.</param>
public sealed record ApiDocuments(JsonElement Root, IReadOnlyDictionary<string, JsonElement> Operations)
{
    public static async Task<ApiDocuments> ReadAsync(HttpClient client, string path = "/openapi/v1.json")
    {
        var text = await client.GetStringAsync(new Uri(path, UriKind.Relative));
        // As those read it who make clients from it.
        OpenApiDocument.Parse(text, OpenApiConstants.Json).Diagnostic!.Errors.ShouldBeEmpty();
        var root = JsonElement.Parse(text);
        var operations = root.GetProperty("paths")
            .EnumerateObject()
            .SelectMany(item =>
                item.Value.EnumerateObject()
                    .Select(operation => (Key: $"{operation.Name} {item.Name}", operation.Value))
            );
        return new(root, operations.ToDictionary(one => one.Key, one => one.Value, StringComparer.Ordinal));
    }

    /// <summary>
    /// The service's endpoints, written as <see cref="Operations"/> has them; without the documents themselves.
    /// </summary>
    /// <param name="excluded">Those that say of themselves that another service describes them.</param>
    public static IReadOnlyList<string> EndpointsOf(IServiceProvider services, bool excluded = false) =>
        [
            .. services
                .GetRequiredService<EndpointDataSource>()
                .Endpoints.OfType<RouteEndpoint>()
                .Where(endpoint => !endpoint.RoutePattern.RawText!.Contains("openapi", StringComparison.Ordinal))
                .Where(endpoint =>
                    endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is { ExcludeFromDescription: true }
                    == excluded
                )
                .SelectMany(endpoint =>
                    (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Select(method =>
                        $"{method.ToLowerInvariant()} {Path(endpoint.RoutePattern)}"
                    )
                ),
        ];

    /// <summary>
    /// Every endpoint is there, once, and says what it does, who may, what its path takes, what it answers and what a refusal
    /// looks like.
    /// </summary>
    /// <param name="settings">Operations whose answer is a setting as it was saved, so that no type has its members.</param>
    public void ShouldDescribe(IServiceProvider services, IReadOnlyList<string>? settings = null)
    {
        UntypedAnswers().ShouldBe(settings ?? [], ignoreOrder: true);
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

    /// <summary>Every body that is read is described by a type with members.</summary>
    public void ShouldDescribeBodies()
    {
        foreach (var (key, operation) in Operations)
        {
            if (!operation.TryGetProperty("requestBody", out var body))
                continue;
            foreach (
                var content in body.GetProperty("content")
                    .EnumerateObject()
                    .Where(one => one.Name.Contains("json", StringComparison.Ordinal))
            )
                IsTyped(content.Value.GetProperty("schema")).ShouldBeTrue($"{key}: body as {content.Name}");
        }
    }

    // Whoever succeeds gets a type with members, or nothing on purpose.
    private IEnumerable<string> UntypedAnswers() =>
        from operation in Operations
        let answers = operation
            .Value.GetProperty("responses")
            .EnumerateObject()
            .Where(answer => answer.Name is ['2' or '3', ..])
            .ToList()
        where answers.Count == 0 || answers.Exists(answer => !IsTypedAnswer(answer))
        select operation.Key;

    private bool IsTypedAnswer(JsonProperty answer) =>
        answer.Value.TryGetProperty("content", out var content)
            ? content.EnumerateObject().All(media => IsTyped(media.Value.GetProperty("schema")))
            : answer.Name is "202" or "204";

    private bool IsTyped(JsonElement schema)
    {
        if (schema.TryGetProperty("$ref", out var reference))
            return IsTyped(
                Root.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1])
            );
        if (schema.TryGetProperty("oneOf", out var either))
            return either.EnumerateArray().All(IsTyped);
        if (schema.TryGetProperty("enum", out _))
            return true;
        if (!schema.TryGetProperty("type", out var type))
            return false;
        var name =
            type.ValueKind == JsonValueKind.Array ? type[type.GetArrayLength() - 1].GetString() : type.GetString();
        return name switch
        {
            "object" => schema.TryGetProperty("properties", out _),
            "array" => IsTyped(schema.GetProperty("items")),
            _ => true,
        };
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
