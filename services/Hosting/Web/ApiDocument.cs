using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace LeadSync.Hosting.Web;

/// <summary>On an endpoint that reads its body itself, so that nothing in its signature says what it takes.</summary>
/// <param name="About">What stands in it.</param>
/// <param name="Item">What it is one of, or, with <paramref name="OrList"/>, a list of; null: any JSON object.</param>
internal sealed record ReadBody(string About, IReadOnlyList<string> MediaTypes, Type? Item = null, bool OrList = false);

/// <summary>On an endpoint whose callers do not come with a token of ours.</summary>
internal sealed record MayCall(string Who);

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
    /// <param name="guard">Lets the right callers at the second through, where they do not come with a token of ours.</param>
    public static void MapApiDocument(this WebApplication app, Action<IEndpointConventionBuilder>? guard = null)
    {
        var service = app.Services.GetRequiredService<ServiceName>().Name;
        app.MapOpenApi("/openapi/v1.json").AllowAnonymous();
        var passedOn = app.MapOpenApi($"/v1/openapi/{service}.json");
        if (guard is null)
            passedOn.RequireAtLeast(Role.Viewer);
        else
            guard(passedOn);
    }

    /// <summary>Describes the body of an endpoint that reads it itself.</summary>
    public static TBuilder ReadsBody<TBuilder>(
        this TBuilder endpoint,
        string about,
        string mediaType = "application/json"
    )
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new ReadBody(about, [mediaType]));

    /// <summary>Describes the body of an endpoint that reads it itself, and what it is read as.</summary>
    /// <param name="orList">The first media type may be a list of them too.</param>
    public static RouteHandlerBuilder ReadsBody<TItem>(
        this RouteHandlerBuilder endpoint,
        string about,
        bool orList = false,
        params IReadOnlyList<string> mediaTypes
    ) =>
        endpoint.WithMetadata(
            new ReadBody(about, mediaTypes.Count == 0 ? ["application/json"] : mediaTypes, typeof(TItem), orList)
        );

    /// <summary>Says who may call an endpoint, where that does not hang on a token of ours.</summary>
    /// <param name="who">As <c>Role: Manager.</c></param>
    public static TBuilder MayBeCalledBy<TBuilder>(this TBuilder endpoint, string who)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new MayCall(who));

    internal static void AddApiDocument(this IServiceCollection services, string service)
    {
        var name = char.ToUpperInvariant(service[0]) + service[1..];
        services.AddOpenApi(options =>
        {
            options.AddOperationTransformer(
                (operation, context, cancellationToken) => DescribeAsync(operation, context, name, cancellationToken)
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

    private static async Task DescribeAsync(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        string service,
        CancellationToken cancellationToken
    )
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
                metadata.OfType<MayCall>().LastOrDefault()?.Who
                    ?? Who(isOpen, metadata.OfType<LowestRole>().Select(lowest => (Role?)lowest.Role).Max()),
            }.Where(text => !string.IsNullOrEmpty(text))
        );
        operation.Security = isOpen
            ? []
            : [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] }];

        AddPathParameters(operation, context.Description.RelativePath!);
        if (metadata.OfType<ReadBody>().LastOrDefault() is { } body)
            operation.RequestBody = await BodyAsync(body, context, cancellationToken);

        operation.Responses ??= [];
        operation.Responses["4XX"] = ProblemSchema.Answer("It was refused; `fix` says what to do about it.", document);
        operation.Responses["5XX"] = ProblemSchema.Answer(
            "It could not be done now. With 503 come again after `Retry-After` seconds.",
            document
        );
    }

    private static async Task<OpenApiRequestBody> BodyAsync(
        ReadBody body,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        var content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal);
        foreach (var mediaType in body.MediaTypes)
        {
            IOpenApiSchema schema = new OpenApiSchema { Type = JsonSchemaType.Object };
            if (body.Item is not null)
            {
                var made = await context.GetOrCreateSchemaAsync(body.Item, cancellationToken: cancellationToken);
                context.Document!.AddComponent(body.Item.Name, made);
                schema = new OpenApiSchemaReference(body.Item.Name, context.Document);
            }
            if (body.OrList && content.Count == 0)
                schema = new OpenApiSchema
                {
                    OneOf = [schema, new OpenApiSchema { Type = JsonSchemaType.Array, Items = schema }],
                };
            content[mediaType] = new OpenApiMediaType { Schema = schema };
        }
        return new OpenApiRequestBody
        {
            Description = body.About,
            Required = true,
            Content = content,
        };
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
