using LeadSync.Contracts;
using LeadSync.Hosting.Web;

namespace LeadSync.Mapping.Config;

/// <summary>Mappings, routes and pull mappings one by one: listed, read, saved and removed, each at its address.</summary>
public static class SettingsApi
{
    public static void MapSettings(this IEndpointRouteBuilder app)
    {
        foreach (var kind in SettingKind.Published)
        {
            app.MapGet(
                    kind.Path,
                    (Caller caller, SettingsStore store, CancellationToken cancellationToken) =>
                        ListAsync(kind, caller, store, cancellationToken)
                )
                .WithSummary($"Every {kind.Title} of the workspace.")
                .Produces(StatusCodes.Status200OK, typeof(IReadOnlyList<>).MakeGenericType(kind.View))
                .RequireAtLeast(Role.Viewer);
            app.MapGet(kind.Address, GetAsync)
                .WithMetadata(kind)
                .WithSummary($"The saved {kind.Title}, with its revision as ETag.")
                .Produces(StatusCodes.Status200OK, kind.View)
                .RequireAtLeast(Role.Viewer);
            app.MapPut(kind.Address, PutAsync)
                .WithMetadata(kind)
                .WithSummary($"Saves a {kind.Title}; all faults of it come at once.")
                .Produces(StatusCodes.Status200OK, kind.View)
                .ReadsBody(
                    $"A {kind.Title}, as docs/config.schema.json has it. If-Match may name the revision that it was made from."
                )
                .RequireAtLeast(Role.Integrator);
            // What a file of settings does not name stays: they are removed only here.
            app.MapDelete(kind.Address, DeleteAsync)
                .WithMetadata(kind)
                .WithSummary($"Removes a {kind.Title}. If-Match may name the revision that is meant.")
                .Produces(StatusCodes.Status204NoContent)
                .RequireAtLeast(Role.Manager);
        }
    }

    private static async Task<IResult> ListAsync(
        SettingKind kind,
        Caller caller,
        SettingsStore store,
        CancellationToken cancellationToken
    ) =>
        Results.Ok(
            kind.Shown(await store.ReadAsync(caller.Workspace, cancellationToken)).Select(setting => setting.View)
        );

    private static async Task<IResult> GetAsync(
        AddressedSetting setting,
        Caller caller,
        SettingsStore store,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        var there = await store.ReadAsync(caller.Workspace, cancellationToken);
        if (ShownSetting.All(there).GetValueOrDefault(setting.Key) is not { } shown)
            return SavingApi.NotThere(setting.Kind);
        response.Headers.ETag = SavingApi.ETag(shown.Revision);
        return Results.Ok(shown.View);
    }

    private static async Task<IResult> PutAsync(
        AddressedSetting setting,
        Caller caller,
        HttpRequest request,
        HttpResponse response,
        SaveSettings save,
        SettingsStore store,
        CancellationToken cancellationToken
    ) =>
        await SaveAsync(setting, caller, request, save, cancellationToken)
        ?? await GetAsync(setting, caller, store, response, cancellationToken);

    /// <summary>Saves what was sent for a setting.</summary>
    /// <returns>Why it was not saved; null when it was.</returns>
    public static async Task<IResult?> SaveAsync(
        AddressedSetting setting,
        Caller caller,
        HttpRequest request,
        SaveSettings save,
        CancellationToken cancellationToken
    )
    {
        if (await SavingApi.BodyAsync(request, setting.Members, cancellationToken) is not { } body)
            return SavingApi.Unreadable();
        var reader = new SettingReader();
        var outcome = await save.RunAsync(
            SaveCause.Of(caller),
            reader,
            setting.Kind.Read(reader, body),
            there => SavingApi.IsExpected(request, ShownSetting.All(there).GetValueOrDefault(setting.Key)?.Revision),
            cancellationToken
        );
        return SavingApi.Problem(outcome);
    }

    private static async Task<IResult> DeleteAsync(
        AddressedSetting setting,
        Caller caller,
        HttpRequest request,
        RemoveSetting remove,
        CancellationToken cancellationToken
    ) =>
        await remove.RunAsync(
            SaveCause.Of(caller),
            setting.Key,
            revision => SavingApi.IsExpected(request, revision),
            cancellationToken
        ) switch
        {
            RemoveOutcome.Removed => Results.NoContent(),
            RemoveOutcome.NotThere => SavingApi.NotThere(setting.Kind),
            RemoveOutcome.Stale => SavingApi.Stale(),
            RemoveOutcome.Needed(var faults) => FailureCatalogue.SettingInvalid.Problem(
                StatusCodes.Status422UnprocessableEntity,
                "Other settings need it; nothing was removed.",
                faults
            ),
            _ => FailureCatalogue.Unavailable.Problem(
                StatusCodes.Status503ServiceUnavailable,
                "Push does not answer, so it cannot be promised that nothing is sent any more; nothing was removed. Repeat it."
            ),
        };
}
