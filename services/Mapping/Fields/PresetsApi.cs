using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Connections;

namespace LeadSync.Mapping.Fields;

/// <summary>Offers entries for an object; each list is what a mapping's <c>fields</c> takes.</summary>
public static class PresetsApi
{
    public static void MapPresets(this IEndpointRouteBuilder app) =>
        app.MapGet("/v1/mappings/presets/{connectionId:guid}/{object}", OfferAsync)
            .WithSummary("Entries to start a mapping of the object with.")
            .Produces<JsonObject>()
            .RequireAtLeast(Role.Viewer);

    private static async Task<IResult> OfferAsync(
        Guid connectionId,
        string @object,
        Caller caller,
        ConnectorClient connector,
        CancellationToken cancellationToken
    ) =>
        await connector.ReadSchemaAsync(caller.Workspace, connectionId, @object, cancellationToken) switch
        {
            SchemaReading.Known(var schema) => Results.Ok(
                new
                {
                    presets = Presets
                        .For(schema)
                        .Select(preset => new
                        {
                            preset.Name,
                            preset.About,
                            fields = MappingSetting.Write(preset.Entries),
                            preset.Needs,
                        }),
                }
            ),
            SchemaReading.Unavailable(var kind) => SavingApi.Problem(new SaveOutcome.Unavailable(kind))!,
            _ => FailureCatalogue.NotFound.Problem(
                StatusCodes.Status404NotFound,
                "There is no such connection, or its CRM has no such object."
            ),
        };
}
