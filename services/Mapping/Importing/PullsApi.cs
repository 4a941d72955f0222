using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Importing;

/// <summary>How records of a connection's object become leads: <c>/v1/pulls/{connectionId}/{object}</c>.</summary>
public static class PullsApi
{
    public static void MapPulls(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/pulls", ListAsync)
            .WithSummary("Every pull mapping of the workspace.")
            .Produces<IReadOnlyList<JsonObject>>()
            .RequireAtLeast(Role.Viewer);
        app.MapGet("/v1/pulls/{connectionId:guid}/{object}", GetAsync)
            .WithSummary("The saved pull mapping, with its revision as ETag.")
            .Produces<JsonObject>()
            .RequireAtLeast(Role.Viewer);
        app.MapPut("/v1/pulls/{connectionId:guid}/{object}", PutAsync)
            .WithSummary("Saves how records of the object become leads.")
            .Produces<JsonObject>()
            .ReadsBody(
                "A pull mapping, as docs/config.schema.json has it. If-Match may name the revision that it was made from."
            )
            .RequireAtLeast(Role.Integrator);
    }

    private static async Task<IResult> ListAsync(
        Caller caller,
        SettingsStore store,
        CancellationToken cancellationToken
    ) => Results.Ok((await store.ReadAsync(caller.Workspace, cancellationToken)).Pulls.Select(View));

    private static async Task<IResult> GetAsync(
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
            return FailureCatalogue.NotFound.Problem(StatusCodes.Status404NotFound, "There is no such pull mapping.");
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
        var setting = PullSetting.Read(reader, body, "");
        var outcome = await save.RunAsync(
            SaveCause.Of(caller),
            reader,
            new ConfigDocument([], [], []) { Pulls = setting is null ? [] : [setting] },
            there => SavingApi.IsExpected(request, Find(there, connectionId, @object)?.Revision),
            cancellationToken
        );
        return SavingApi.Problem(outcome)
            ?? await GetAsync(connectionId, @object, caller, store, response, cancellationToken);
    }

    private static StoredPull? Find(StoredSettings there, Guid connectionId, string name) =>
        there.Pulls.FirstOrDefault(one => one.ConnectionId == connectionId && one.Object == name);

    private static JsonObject View(StoredPull pull) => PullSetting.Write(pull, pull.ConnectionId.ToString());
}
