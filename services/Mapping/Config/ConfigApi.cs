using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Connections;

namespace LeadSync.Mapping.Config;

/// <summary>What applying a file did, or would do.</summary>
/// <param name="Changed">What was created or updated, before and after.</param>
/// <param name="Unchanged">How many settings of the file were so already.</param>
public sealed record Applied(IReadOnlyList<AppliedChange> Changed, int Unchanged)
{
    public static Applied Of(IReadOnlyList<SettingChange> changes) =>
        new(
            [
                .. changes
                    .Where(change => change.Change != SettingChange.Unchanged)
                    .Select(change => new AppliedChange(
                        change.Kind,
                        change.Name,
                        change.Change,
                        change.Before,
                        change.After
                    )),
            ],
            changes.Count(change => change.Change == SettingChange.Unchanged)
        );
}

/// <param name="Kind"><c>source</c>, <c>mapping</c> or <c>route</c>.</param>
/// <param name="Name">As its address has it.</param>
/// <param name="Change"><c>created</c> or <c>updated</c>.</param>
/// <param name="Before">Null when it was not there.</param>
public sealed record AppliedChange(string Kind, string Name, string Change, JsonObject? Before, JsonObject? After);

/// <summary>All settings of a workspace as one YAML file.</summary>
public static class ConfigApi
{
    private const int MostBytes = 1024 * 1024;

    public static void MapConfig(this IEndpointRouteBuilder app)
    {
        app.MapPut("/v1/config", ApplyAsync)
            .WithSummary("Applies a file of settings: all of it, or nothing when anything in it is wrong.")
            .Produces<Applied>()
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
        if (request.ContentLength > MostBytes)
            return FailureCatalogue.BodyTooLarge.Problem(
                StatusCodes.Status413PayloadTooLarge,
                $"The file is larger than {MostBytes} bytes."
            );
        JsonElement root;
        try
        {
            using var text = new StreamReader(
                request.Body,
                new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true)
            );
            root = JsonSerializer.SerializeToElement(ConfigYaml.ToJson(await text.ReadToEndAsync(cancellationToken)));
        }
        catch (Exception fault) when (fault is UnreadableYamlException or DecoderFallbackException)
        {
            return FailureCatalogue.BodyUnreadable.Problem(
                StatusCodes.Status400BadRequest,
                fault is UnreadableYamlException ? fault.Message : "The file is not UTF-8."
            );
        }

        var reader = new SettingReader();
        var document = ConfigDocument.Read(reader, root, (others ?? "").Split(','));
        var cause = SaveCause.Of(caller) with { IsTrial = dryRun ?? false };
        var outcome = await save.RunAsync(cause, reader, document, _ => true, cancellationToken);
        return SavingApi.Problem(outcome) ?? Results.Ok(Applied.Of(((SaveOutcome.Saved)outcome).Changes));
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
}
