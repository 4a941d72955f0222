using LeadSync.Contracts;
using LeadSync.Gateway.Access;
using LeadSync.Hosting.Config;
using LeadSync.Hosting.Web;

namespace LeadSync.Gateway.Config;

/// <summary>A workspace's settings as one file: <c>GET</c> and <c>PUT /v1/config</c> and <c>POST /v1/config/diff</c>.</summary>
internal static class ConfigApi
{
    public static void MapConfig(this WebApplication app)
    {
        var apply = app.Services.GetRequiredService<ApplyConfig>();
        app.MapPut(
                "/v1/config",
                (bool? dryRun, HttpContext context, ApiKey key) => HandleAsync(apply, context, key, dryRun ?? false)
            )
            .WithSummary("Applies a file of settings; with dryRun it only says what it would change.")
            .ReadsBody("The file as YAML: docs/config.md. All faults are told at once.", "application/yaml")
            .Produces<AppliedConfig>()
            .RequireKeyAtLeast(KeyRole.Integrator);
        var export = app.Services.GetRequiredService<ExportConfig>();
        app.MapGet("/v1/config", (HttpContext context, ApiKey key) => ExportAsync(export, context, key))
            .WithSummary("All settings of the workspace, as one file.")
            .Produces<string>(contentType: "application/yaml")
            .RequireKeyAtLeast(KeyRole.Viewer);
        app.MapPost(
                "/v1/config/diff",
                (HttpContext context, ApiKey key) => HandleAsync(apply, context, key, dryRun: true)
            )
            .WithSummary("What a file of settings would change; nothing is.")
            .ReadsBody("The file as YAML: docs/config.md.", "application/yaml")
            .Produces<AppliedConfig>()
            .RequireKeyAtLeast(KeyRole.Integrator);
    }

    private static Task<IResult> ExportAsync(ExportConfig export, HttpContext context, ApiKey key) =>
        key.ToCaller() is { } caller ? export.HandleAsync(context, caller) : Task.FromResult(NotHere());

    private static Task<IResult> HandleAsync(ApplyConfig apply, HttpContext context, ApiKey key, bool dryRun) =>
        key.ToCaller() is { } caller ? apply.HandleAsync(context, caller, dryRun) : Task.FromResult(NotHere());

    private static IResult NotHere() =>
        FailureCatalogue.NotFound.Problem(StatusCodes.Status404NotFound, "There is nothing at this path.");
}
