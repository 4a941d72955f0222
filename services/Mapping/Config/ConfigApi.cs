using System.Text;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Connections;

namespace LeadSync.Mapping.Config;

/// <summary>All settings of a workspace as one YAML file.</summary>
public static class ConfigApi
{
    private const int MostBytes = 1024 * 1024;

    public static void MapConfig(this IEndpointRouteBuilder app)
    {
        app.MapPut("/v1/config", ApplyAsync).RequireAtLeast(Role.Integrator);
        app.MapGet("/v1/config", ExportAsync).RequireAtLeast(Role.Viewer);
    }

    private static async Task<IResult> ApplyAsync(
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
        var document = ConfigDocument.Read(reader, root);
        var outcome = await save.RunAsync(SaveCause.Of(caller), reader, document, _ => true, cancellationToken);
        return SavingApi.Problem(outcome) ?? Results.Ok(Summary(((SaveOutcome.Saved)outcome).Changes));
    }

    private static object Summary(IReadOnlyList<SettingChange> changes) =>
        new
        {
            changed = changes.Where(change => change.Change != SettingChange.Unchanged).ToList(),
            unchanged = changes.Count(change => change.Change == SettingChange.Unchanged),
        };

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
