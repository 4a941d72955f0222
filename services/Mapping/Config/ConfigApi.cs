using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Hosting.Config;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Connections;

namespace LeadSync.Mapping.Config;

/// <summary>All settings of a workspace as one YAML file.</summary>
public static class ConfigApi
{
    public static void MapConfig(this IEndpointRouteBuilder app)
    {
        app.MapPut("/v1/config", ApplyAsync)
            .WithSummary("Applies a file of settings: all of it, or nothing when anything in it is wrong.")
            .Produces<AppliedConfig>()
            .ReadsBody("The file, as docs/config.md has it.", "application/yaml")
            .RequireAtLeast(Role.Integrator);
        app.MapGet("/v1/config", ExportAsync)
            .WithSummary("All settings of the workspace, as one file.")
            .Produces<string>(contentType: "application/yaml")
            .RequireAtLeast(Role.Viewer);
    }

    /// <param name="dryRun">Whether it is only looked what would be changed; everything is checked all the same.</param>
    /// <param name="others">Names at the top of the file, between commas, that belong to other services.</param>
    private static async Task<IResult> ApplyAsync(
        bool? dryRun,
        string? others,
        Caller caller,
        HttpRequest request,
        SaveSettings save,
        CancellationToken cancellationToken
    )
    {
        var (root, refusal) = await ConfigFile.ReadAsync(request, cancellationToken);
        if (refusal is not null)
            return refusal;
        var reader = new SettingReader();
        var document = ConfigDocument.Read(reader, root, (others ?? "").Split(','));
        var cause = SaveCause.Of(caller) with { IsTrial = dryRun ?? false };
        var outcome = await save.RunAsync(cause, reader, document, _ => true, cancellationToken);
        return SavingApi.Problem(outcome) ?? Results.Ok(Told(((SaveOutcome.Saved)outcome).Changes));
    }

    private static async Task<IResult> ExportAsync(
        Caller caller,
        SettingsStore store,
        ConnectorClient connector,
        CancellationToken cancellationToken
    )
    {
        var there = await store.ReadAsync(caller.Workspace, cancellationToken);
        var names = (await connector.ListAsync(caller.Workspace, cancellationToken)).ToDictionary(
            connection => connection.Id,
            connection => connection.Name
        );
        return Results.Text(
            ConfigYaml.FromJson(ConfigDocument.Write(there, id => names.GetValueOrDefault(id, id.ToString()))),
            "application/yaml"
        );
    }

    private static AppliedConfig Told(IReadOnlyList<SettingChange> changes) =>
        new(
            [
                .. changes
                    .Where(change => change.Change != SettingChange.Unchanged)
                    .Select(change => new AppliedChange(
                        change.Kind,
                        change.Name,
                        change.Change,
                        JsonOf(change.Before),
                        JsonOf(change.After)
                    )),
            ],
            changes.Count(change => change.Change == SettingChange.Unchanged)
        );

    private static JsonElement? JsonOf(JsonNode? node) => node is null ? null : JsonSerializer.SerializeToElement(node);
}
