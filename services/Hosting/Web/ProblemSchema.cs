using Microsoft.OpenApi;

namespace LeadSync.Hosting.Web;

/// <summary>What <see cref="Problems"/> answers, in OpenAPI: one schema for every refusal of every service.</summary>
internal static class ProblemSchema
{
    public const string Name = "Problem";

    /// <summary>A response that points at it.</summary>
    public static OpenApiResponse Answer(string about, OpenApiDocument document) =>
        new()
        {
            Description = about,
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(Name, document) },
            },
        };

    public static OpenApiSchema Make() =>
        new()
        {
            Type = JsonSchemaType.Object,
            Description = "Problem details (RFC 9457) with an entry of the failure catalogue.",
            Required = new HashSet<string>(StringComparer.Ordinal)
            {
                "type",
                "title",
                "status",
                "code",
                "cause",
                "fix",
            },
            Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
            {
                ["type"] = Text("A name for the code: urn:leadsync:failure:CODE."),
                ["title"] = Text("The same as the cause."),
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "The HTTP status." },
                ["detail"] = Text("What it was here."),
                ["code"] = Text("The failure's code in the catalogue."),
                ["cause"] = Text("Why it comes to this failure."),
                ["fix"] = Text("What mends it."),
                ["traceId"] = Text("The trace of the request, to look for in logs and traces."),
                ["faults"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Array,
                    Description = "Everything that is wrong in what was sent; only where something is.",
                    Items = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Required = new HashSet<string>(StringComparer.Ordinal) { "field", "reason", "fix" },
                        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
                        {
                            ["field"] = Text("Where, as a path into the body."),
                            ["reason"] = Text("What is wrong."),
                            ["fix"] = Text("How to mend it."),
                        },
                    },
                },
            },
        };

    private static OpenApiSchema Text(string about) => new() { Type = JsonSchemaType.String, Description = about };
}
