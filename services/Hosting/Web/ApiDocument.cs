using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace LeadSync.Hosting.Web;

/// <summary>On an endpoint that reads its body itself, so that nothing in its signature says what it takes.</summary>
/// <param name="About">What stands in it.</param>
internal sealed record ReadBody(string About, string MediaType);

/// <summary>
/// The service's HTTP API as OpenAPI, made from its endpoints: who may call what, what it takes and gives, and what a refusal
/// looks like.
/// </summary>
public static class ApiDocument
{
    private const string Bearer = "bearer";

    /// <summary>
    /// Serves it: <c>/openapi/v1.json</c> to anyone on the service's own port, and <c>/v1/openapi/SERVICE.json</c>, which
    /// Gateway passes on, to Viewers.
    /// </summary>
    public static void MapApiDocument(this WebApplication app)
    {
        var service = app.Services.GetRequiredService<ServiceName>().Name;
        app.MapOpenApi("/openapi/v1.json").AllowAnonymous();
        app.MapOpenApi($"/v1/openapi/{service}.json").RequireAtLeast(Role.Viewer);
    }

    /// <summary>Describes the body of an endpoint that reads it itself.</summary>
    public static TBuilder ReadsBody<TBuilder>(
        this TBuilder endpoint,
        string about,
        string mediaType = "application/json"
    )
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new ReadBody(about, mediaType));

    internal static void AddApiDocument(this IServiceCollection services, string service)
    {
        var name = char.ToUpperInvariant(service[0]) + service[1..];
        services.AddOpenApi(options =>
        {
            options.AddOperationTransformer(
                (operation, context, _) =>
                {
                    Describe(operation, context, name);
                    return Task.CompletedTask;
                }
            );
            options.AddDocumentTransformer(
                (document, _, _) =>
                {
                    Complete(document, name);
                    return Task.CompletedTask;
                }
            );
        });
    }

    private static void Complete(OpenApiDocument document, string service)
    {
        document.Info.Title = $"LeadSync {service}";
        document.Info.Version = Version.Current;
        // Whoever served the document serves what it describes: the service itself, or Gateway.
        document.Servers = [];
        document.Tags = new HashSet<OpenApiTag> { new() { Name = service } };
        document.AddComponent(ProblemSchema.Name, ProblemSchema.Make());
        document.AddComponent<IOpenApiSecurityScheme>(
            Bearer,
            new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = Bearer,
                Description =
                    "At Gateway an API key; at the service itself a token that Gateway or another service made.",
            }
        );
    }

    private static void Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context, string service)
    {
        var document = context.Document!;
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var isOpen = metadata.OfType<IAllowAnonymous>().Any();

        operation.OperationId = Id(context.Description.HttpMethod!, context.Description.RelativePath!);
        operation.Tags = new HashSet<OpenApiTagReference> { new(service, document) };
        operation.Description = string.Join(
            "\n\n",
            new[]
            {
                operation.Description,
                Who(isOpen, metadata.OfType<LowestRole>().Select(lowest => (Role?)lowest.Role).Max()),
            }.Where(text => !string.IsNullOrEmpty(text))
        );
        operation.Security = isOpen
            ? []
            : [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] }];

        AddPathParameters(operation, context.Description.RelativePath!);
        if (metadata.OfType<ReadBody>().LastOrDefault() is { } body)
            operation.RequestBody = new OpenApiRequestBody
            {
                Description = body.About,
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    [body.MediaType] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.Object } },
                },
            };

        operation.Responses ??= [];
        operation.Responses["4XX"] = ProblemSchema.Answer("It was refused; `fix` says what to do about it.", document);
        operation.Responses["5XX"] = ProblemSchema.Answer(
            "It could not be done now. With 503 come again after `Retry-After` seconds.",
            document
        );
    }

    private static string Who(bool isOpen, Role? lowest) =>
        isOpen ? "For anyone, without a key."
        : lowest is Role.Service ? "Role: Service. For other services only; Gateway does not pass it on."
        : lowest is { } role ? $"Role: {role} or a higher one."
        : "For any caller with a token.";

    /// <summary>From method and path, of which there is only one: <c>getRoutesBySourceByConnectionId</c>.</summary>
    private static string Id(string method, string path) =>
        method.ToLowerInvariant()
        + string.Concat(
            Segments(path)
                .Where(segment => segment != "v1")
                .Select(segment =>
                    ParameterName(segment) is { } name
                        ? $"By{Pascal(name)}"
                        : string.Concat(segment.Split('-').Select(Pascal))
                )
        );

    // Some are bound together into a type of ours, which is not taken for a parameter.
    private static void AddPathParameters(OpenApiOperation operation, string path)
    {
        operation.Parameters ??= [];
        foreach (var name in Segments(path).Select(ParameterName).OfType<string>())
        {
            if (operation.Parameters.Any(one => one.In == ParameterLocation.Path && one.Name == name))
                continue;
            operation.Parameters.Add(
                new OpenApiParameter
                {
                    Name = name,
                    In = ParameterLocation.Path,
                    Required = true,
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                }
            );
        }
    }

    private static string[] Segments(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static string? ParameterName(string segment) =>
        segment.StartsWith('{') ? segment.Trim('{', '}').TrimStart('*').Split(':')[0] : null;

    private static string Pascal(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
