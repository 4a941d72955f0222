using System.Text.Json.Nodes;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Fields;

/// <summary>The connection's mapping after a value was mapped.</summary>
/// <param name="Routes">Sources whose route maps the field by an entry of its own, which took the value.</param>
public sealed record MendedView(
    Guid ConnectionId,
    string Object,
    DateTimeOffset EnabledSince,
    JsonArray Fields,
    IReadOnlyList<string> Routes
);

/// <summary>The picklist report, and its one-call mending.</summary>
public static class MisfitsApi
{
    public static void MapMisfits(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/mappings/{connectionId:guid}/{object}/misfits", ReadAsync)
            .WithSummary("Values that fitted no picklist value, and what for.")
            .Produces<JsonObject>()
            .RequireAtLeast(Role.Viewer);
        app.MapPost("/v1/mappings/{connectionId:guid}/{object}/misfits/map", MapAsync)
            .WithSummary("Adds one value to the value map of the entries that the leads it stops are mapped by.")
            .Produces<MendedView>()
            .ReadsBody("field, value, and to: the value that takes its place.")
            .RequireAtLeast(Role.Integrator);
    }

    private static async Task<IResult> ReadAsync(
        Guid connectionId,
        string @object,
        Caller caller,
        Misfits misfits,
        CancellationToken cancellationToken
    ) =>
        Results.Ok(
            new { misfits = await misfits.ReadAsync(caller.Workspace, connectionId, @object, cancellationToken) }
        );

    private static async Task<IResult> MapAsync(
        Guid connectionId,
        string @object,
        Caller caller,
        HttpRequest request,
        HttpResponse response,
        SaveSettings save,
        SettingsStore store,
        Misfits misfits,
        CancellationToken cancellationToken
    )
    {
        if (await SavingApi.BodyAsync(request, [], cancellationToken) is not { } body)
            return SavingApi.Unreadable();
        var there = await store.ReadAsync(caller.Workspace, cancellationToken);
        if (there.Mapping(connectionId, @object) is not { } stored)
            return SavingApi.NotThere(MappingSetting.Kind);

        var reader = new SettingReader();
        reader.IsObject(body, "", "field", "value", "to");
        var field = reader.Text(body, "", "field");
        var value = reader.Text(body, "", "value");
        var to = reader.Value(body, "", "to");
        if (!SettingReader.Has(body, "to"))
            reader.Fault("to", "is missing", "Give the value that takes its place.");
        if (reader.Faults.Count > 0)
            return SavingApi.Problem(new SaveOutcome.Faulty(reader.Faults))!;

        var sources = await misfits.SourcesAsync(
            caller.Workspace,
            connectionId,
            @object,
            field!,
            value!,
            cancellationToken
        );
        var mended = MendMisfit.Of(there, stored, field!, value!, to!.Value, sources);
        if (mended is { Mapping: null, Routes: [] })
        {
            reader.Fault("field", "is not mapped", "Use the CRM field's API name as the mapping has it.");
            return SavingApi.Problem(new SaveOutcome.Faulty(reader.Faults))!;
        }
        var outcome = await save.RunAsync(
            SaveCause.Of(caller),
            reader,
            mended.Document(),
            // What was read is what is changed: whoever saved in between is not overwritten.
            now =>
                now.Mapping(connectionId, @object)?.Revision == stored.Revision
                && mended.Routes.All(route => now.Route(route.Source, connectionId)?.Revision == route.Revision),
            cancellationToken
        );
        if (SavingApi.Problem(outcome) is { } problem)
            return problem;
        var saved = (await store.ReadAsync(caller.Workspace, cancellationToken)).Mapping(connectionId, @object);
        if (saved is null)
            return SavingApi.NotThere(MappingSetting.Kind);
        response.Headers.ETag = SavingApi.ETag(saved.Revision);
        return Results.Ok(
            new MendedView(
                connectionId,
                @object,
                saved.EnabledAt,
                MappingSetting.Write(saved.Entries),
                [.. mended.Routes.Select(route => route.Source)]
            )
        );
    }
}
