using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Sources;

/// <summary>A source: what captures leads. One that was only seen in captures is offered, not yet declared.</summary>
public sealed record SourceView(string Name, bool Declared, bool Enabled, DateTimeOffset? EnabledSince);

public static class SourcesApi
{
    public static void MapSources(this IEndpointRouteBuilder app)
    {
        app.MapGet("/v1/sources", ListAsync).RequireAtLeast(Role.Viewer);
        app.MapGet("/v1/sources/{source}", GetAsync).RequireAtLeast(Role.Viewer);
        app.MapPut("/v1/sources/{source}", PutAsync).RequireAtLeast(Role.Integrator);
    }

    private static async Task<IResult> ListAsync(
        Caller caller,
        SettingsStore store,
        CancellationToken cancellationToken
    ) => Results.Ok((await store.ReadAsync(caller.Workspace, cancellationToken)).Sources.Select(View));

    private static async Task<IResult> GetAsync(
        string source,
        Caller caller,
        SettingsStore store,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        var there = await store.ReadAsync(caller.Workspace, cancellationToken);
        if (there.Sources.FirstOrDefault(one => one.Name == source) is not { } stored)
            return FailureCatalogue.NotFound.Problem(StatusCodes.Status404NotFound, "There is no such source.");
        response.Headers.ETag = SavingApi.ETag(stored.Revision);
        return Results.Ok(View(stored));
    }

    private static async Task<IResult> PutAsync(
        string source,
        Caller caller,
        HttpRequest request,
        HttpResponse response,
        SaveSettings save,
        SettingsStore store,
        CancellationToken cancellationToken
    )
    {
        if (await SavingApi.BodyAsync(request, [("name", source)], cancellationToken) is not { } body)
            return SavingApi.Unreadable();
        var reader = new SettingReader();
        var setting = SourceSetting.Read(reader, body, "");
        var outcome = await save.RunAsync(
            SaveCause.Of(caller),
            reader,
            new ConfigDocument(setting is null ? [] : [setting], [], []),
            there => SavingApi.IsExpected(request, there.Sources.FirstOrDefault(one => one.Name == source)?.Revision),
            cancellationToken
        );
        return SavingApi.Problem(outcome) ?? await GetAsync(source, caller, store, response, cancellationToken);
    }

    private static SourceView View(StoredSource source) =>
        new(source.Name, source.Declared, source.Enabled, source.Enabled ? source.EnabledAt : null);
}
