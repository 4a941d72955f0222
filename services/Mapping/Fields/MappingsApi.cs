using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Fields;

/// <summary>Which lead field goes to which field of a connection's object.</summary>
public sealed record MappingView(Guid ConnectionId, string Object, DateTimeOffset EnabledSince, JsonArray Fields);

public static class MappingsApi
{
    public static void MapMappings(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/mappings", ListAsync)
            .WithSummary("Every mapping of the workspace.")
            .Produces<IReadOnlyList<MappingView>>()
            .RequireAtLeast(Role.Viewer);
        app.MapGet("/v1/mappings/{connectionId:guid}/{object}", GetAsync)
            .WithSummary("The saved mapping, with its revision as ETag.")
            .Produces<MappingView>()
            .RequireAtLeast(Role.Viewer);
        app.MapPut("/v1/mappings/{connectionId:guid}/{object}", PutAsync)
            .WithSummary("Saves a mapping; all faults of it come at once.")
            .Produces<MappingView>()
            .ReadsBody("A mapping, as docs/mapping.md has it. If-Match may name the revision that it was made from.")
            .RequireAtLeast(Role.Integrator);
    }

    private static async Task<IResult> ListAsync(
        Caller caller,
        SettingsStore store,
        CancellationToken cancellationToken
    ) => Results.Ok((await store.ReadAsync(caller.Workspace, cancellationToken)).Mappings.Select(View));

    /// <summary>The saved mapping, with its revision as <c>ETag</c>.</summary>
    internal static async Task<IResult> GetAsync(
        Guid connectionId,
        string @object,
        Caller caller,
        SettingsStore store,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        var there = await store.ReadAsync(caller.Workspace, cancellationToken);
        if (Find(there, connectionId, @object) is not { } stored)
            return NoSuchMapping();
        response.Headers.ETag = SavingApi.ETag(stored.Revision);
        return Results.Ok(View(stored));
    }

    private static async Task<IResult> PutAsync(
        Guid connectionId,
        string @object,
        Caller caller,
        HttpRequest request,
        HttpResponse response,
        SaveSettings save,
        SettingsStore store,
        CancellationToken cancellationToken
    )
    {
        if (
            await SavingApi.BodyAsync(
                request,
                [("connection", connectionId.ToString()), ("object", @object)],
                cancellationToken
            )
            is not { } body
        )
            return SavingApi.Unreadable();
        var reader = new SettingReader();
        var setting = MappingSetting.Read(reader, body, "");
        var outcome = await save.RunAsync(
            SaveCause.Of(caller),
            reader,
            new ConfigDocument([], setting is null ? [] : [setting], []),
            there => SavingApi.IsExpected(request, Find(there, connectionId, @object)?.Revision),
            cancellationToken
        );
        return SavingApi.Problem(outcome)
            ?? await GetAsync(connectionId, @object, caller, store, response, cancellationToken);
    }

    internal static StoredMapping? Find(StoredSettings there, Guid connectionId, string name) =>
        there.Mappings.FirstOrDefault(one => one.ConnectionId == connectionId && one.Object == name);

    internal static IResult NoSuchMapping() =>
        FailureCatalogue.NotFound.Problem(StatusCodes.Status404NotFound, "There is no such mapping.");

    private static MappingView View(StoredMapping mapping) =>
        new(mapping.ConnectionId, mapping.Object, mapping.EnabledAt, MappingSetting.Write(mapping.Entries));
}
