using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Config;
using LeadSync.Hosting.Web;

namespace LeadSync.Push.Rules;

/// <summary>Push's part of a workspace's file of settings, which Gateway puts together with that of others.</summary>
public static class RulesFileApi
{
    public static void MapRulesFile(this WebApplication app)
    {
        app.MapPut("/v1/config", ApplyAsync)
            .WithSummary(
                "Applies the push rules of a file of settings: all of them, or nothing when anything is wrong."
            )
            .Produces<AppliedConfig>()
            .ReadsBody("The file, as docs/config.md has it.", "application/yaml")
            .RequireAtLeast(Role.Integrator);
        app.MapGet("/v1/config", ExportAsync)
            .WithSummary("All push rules of the workspace, as a section of the file of settings.")
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
        RulesFile file,
        CancellationToken cancellationToken
    )
    {
        var (root, refusal) = await ConfigFile.ReadAsync(request, cancellationToken);
        if (refusal is not null)
            return refusal;
        try
        {
            var (applied, faults) = await file.ApplyAsync(
                caller,
                root,
                (others ?? "").Split(','),
                dryRun ?? false,
                cancellationToken
            );
            return faults.Count == 0
                ? Results.Ok(applied)
                : FailureCatalogue.SettingInvalid.Problem(
                    StatusCodes.Status422UnprocessableEntity,
                    faults.Count == 1
                        ? "One thing is wrong; nothing was saved."
                        : $"{faults.Count} things are wrong; nothing was saved.",
                    faults
                );
        }
        catch (Exception fault) when (IsConnectorAway(fault, cancellationToken))
        {
            return Away();
        }
    }

    private static async Task<IResult> ExportAsync(Caller caller, RulesFile file, CancellationToken cancellationToken)
    {
        try
        {
            return Results.Text(await file.ExportAsync(caller.Workspace, cancellationToken), "application/yaml");
        }
        catch (Exception fault) when (IsConnectorAway(fault, cancellationToken))
        {
            return Away();
        }
    }

    private static bool IsConnectorAway(Exception fault, CancellationToken cancellationToken) =>
        fault is HttpRequestException or JsonException
        || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static IResult Away() =>
        FailureCatalogue.Unavailable.Problem(
            StatusCodes.Status503ServiceUnavailable,
            "Connections and their fields cannot be read now, and nothing is saved unchecked."
        );
}
