using System.Text.Json.Nodes;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Sources;

/// <summary>A source: what captures leads. One that was only seen in captures is offered, not yet declared.</summary>
/// <param name="Fields">Its own, beside the standard ones; as they are saved.</param>
public sealed record SourceView(
    string Name,
    bool Declared,
    bool Enabled,
    DateTimeOffset? EnabledSince,
    JsonArray Fields
)
{
    public static SourceView Of(StoredSource source) =>
        new(
            source.Name,
            source.Declared,
            source.Enabled,
            source.Enabled ? source.EnabledAt : null,
            FieldSetting.Write(source.Fields)
        );
}

/// <summary>A source with all that is known of its fields.</summary>
/// <param name="Standard">Fields that every source has, but for those that it declares otherwise.</param>
/// <param name="Seen">Fields of its captures that nobody declared, with the type that they seem to have: to be offered.</param>
/// <param name="Misfits">Declared fields whose captured values did not all fit; the values are kept all the same.</param>
public sealed record SourceDetails(
    string Name,
    bool Declared,
    bool Enabled,
    DateTimeOffset? EnabledSince,
    JsonArray Fields,
    JsonArray Standard,
    IReadOnlyList<SeenField> Seen,
    IReadOnlyList<SeenField> Misfits
);

public static class SourcesApi
{
    public static void MapSources(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/sources", ListAsync)
            .WithSummary("Every source, declared or only seen in captures.")
            .Produces<IReadOnlyList<SourceView>>()
            .RequireAtLeast(Role.Viewer);
        app.MapGet("/v1/sources/{source}", GetAsync)
            .WithSummary("A source with all that is known of its fields, and its revision as ETag.")
            .Produces<SourceDetails>()
            .RequireAtLeast(Role.Viewer);
        app.MapPut(SourceSetting.Kind.Address, PutAsync)
            .WithMetadata(SourceSetting.Kind)
            .WithSummary("Declares a source or changes it.")
            .Produces<SourceDetails>()
            .ReadsBody(
                "A source, as docs/sources-and-routes.md has it. If-Match may name the revision that it was made from."
            )
            .RequireAtLeast(Role.Integrator);
    }

    private static async Task<IResult> ListAsync(
        Caller caller,
        SettingsStore store,
        CancellationToken cancellationToken
    ) => Results.Ok((await store.ReadAsync(caller.Workspace, cancellationToken)).Sources.Select(SourceView.Of));

    private static async Task<IResult> GetAsync(
        string source,
        Caller caller,
        SettingsStore store,
        SeenFieldStore seenFields,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        var there = await store.ReadAsync(caller.Workspace, cancellationToken);
        if (there.Source(source) is not { } stored)
            return SavingApi.NotThere(SourceSetting.Kind);
        response.Headers.ETag = SavingApi.ETag(stored.Revision);
        var model = new SourceModel(stored.Fields);
        var seen = await seenFields.ReadAsync(caller.Workspace, source, cancellationToken);
        return Results.Ok(
            new SourceDetails(
                stored.Name,
                stored.Declared,
                stored.Enabled,
                stored.Enabled ? stored.EnabledAt : null,
                FieldSetting.Write(stored.Fields),
                FieldSetting.Write(model.Fields.Skip(stored.Fields.Count)),
                [.. seen.Where(field => model.Find(field.Name) is null)],
                [.. seen.Where(field => field.Misfits > 0 && model.Find(field.Name) is not null)]
            )
        );
    }

    private static async Task<IResult> PutAsync(
        AddressedSetting setting,
        Caller caller,
        HttpRequest request,
        HttpResponse response,
        SaveSettings save,
        SettingsStore store,
        SeenFieldStore seenFields,
        CancellationToken cancellationToken
    ) =>
        await SettingsApi.SaveAsync(setting, caller, request, save, cancellationToken)
        ?? await GetAsync(setting.Key.Name, caller, store, seenFields, response, cancellationToken);
}
