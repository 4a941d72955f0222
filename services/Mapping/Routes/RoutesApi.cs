using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Routes;

public static class RoutesApi
{
    public static void MapRoutes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/routes", ListAsync)
            .WithSummary("Every route of the workspace.")
            .Produces<IReadOnlyList<JsonObject>>()
            .RequireAtLeast(Role.Viewer);
        app.MapGet("/v1/routes/{source}/{connectionId:guid}", GetAsync)
            .WithSummary("The saved route, with its revision as ETag.")
            .Produces<JsonObject>()
            .RequireAtLeast(Role.Viewer);
        app.MapPut("/v1/routes/{source}/{connectionId:guid}", PutAsync)
            .WithSummary("Saves a route; all faults of it come at once.")
            .Produces<JsonObject>()
            .ReadsBody(
                "A route, as docs/sources-and-routes.md has it. If-Match may name the revision that it was made from."
            )
            .RequireAtLeast(Role.Integrator);
    }

    private static async Task<IResult> ListAsync(
        Caller caller,
        SettingsStore store,
        CancellationToken cancellationToken
    ) => Results.Ok((await store.ReadAsync(caller.Workspace, cancellationToken)).Routes.Select(View));

    private static async Task<IResult> GetAsync(
        string source,
        Guid connectionId,
        Caller caller,
        SettingsStore store,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        var there = await store.ReadAsync(caller.Workspace, cancellationToken);
        if (Find(there, source, connectionId) is not { } stored)
            return FailureCatalogue.NotFound.Problem(StatusCodes.Status404NotFound, "There is no such route.");
        response.Headers.ETag = SavingApi.ETag(stored.Revision);
        return Results.Ok(View(stored));
    }

    private static async Task<IResult> PutAsync(
        string source,
        Guid connectionId,
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
                [("source", source), ("connection", connectionId.ToString())],
                cancellationToken
            )
            is not { } body
        )
            return SavingApi.Unreadable();
        var reader = new SettingReader();
        var setting = RouteSetting.Read(reader, body, "");
        var outcome = await save.RunAsync(
            SaveCause.Of(caller),
            reader,
            new ConfigDocument([], [], setting is null ? [] : [setting]),
            there => SavingApi.IsExpected(request, Find(there, source, connectionId)?.Revision),
            cancellationToken
        );
        return SavingApi.Problem(outcome)
            ?? await GetAsync(source, connectionId, caller, store, response, cancellationToken);
    }

    private static StoredRoute? Find(StoredSettings there, string source, Guid connectionId) =>
        there.Routes.FirstOrDefault(one => one.Source == source && one.ConnectionId == connectionId);

    // The setting as it is saved, with what only we know.
    private static JsonObject View(StoredRoute route) =>
        RouteTerms.Write(
            new JsonObject
            {
                ["source"] = route.Source,
                ["connectionId"] = route.ConnectionId,
                ["enabled"] = route.Enabled,
                ["enabledSince"] = route.Enabled ? JsonValue.Create(route.EnabledAt) : null,
            },
            route.Terms
        );
}
