using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Publishing;

/// <param name="InForce">The version in force; null: the setting was removed.</param>
/// <param name="Versions">Newest first, at most 100.</param>
/// <param name="Before">Given as <c>before</c> it asks for the ones that come next; null when there are none.</param>
public sealed record VersionsView(long? InForce, IReadOnlyList<SettingVersion> Versions, long? Before);

/// <summary>A version with the setting as it was.</summary>
/// <param name="RestoredFrom">The version that it repeats; null when it was not restored.</param>
public sealed record VersionView(
    long Number,
    DateTimeOffset SavedAt,
    string SavedBy,
    string Change,
    long? RestoredFrom,
    JsonObject Setting
);

/// <summary>The versions of settings: listed, shown, and brought back as a new one.</summary>
public static class VersionsApi
{
    private const int Most = 100;

    public static void MapVersions(this IEndpointRouteBuilder app)
    {
        foreach (var kind in SettingKind.Published)
        {
            var path = kind.Address;
            app.MapGet($"{path}/versions", ListAsync)
                .WithMetadata(kind)
                .WithSummary("Its versions, newest first.")
                .Produces<VersionsView>()
                .RequireAtLeast(Role.Viewer);
            app.MapGet($"{path}/versions/{{number:long}}", GetAsync)
                .WithMetadata(kind)
                .WithSummary("A version, with the setting as it was.")
                .Produces<VersionView>()
                .RequireAtLeast(Role.Viewer);
            app.MapPost($"{path}/versions/{{number:long}}/restore", RestoreAsync)
                .WithMetadata(kind)
                .WithSummary("Brings a version back, as a new one. If-Match may name the version in force.")
                .Produces<PublishedView>()
                .RequireAtLeast(Role.Integrator);
        }
    }

    private static async Task<IResult> ListAsync(
        AddressedSetting setting,
        long? before,
        Caller caller,
        VersionStore versions,
        CheckSetting check,
        CancellationToken cancellationToken
    )
    {
        var list = await versions.ListAsync(caller.Workspace, setting.Key, before, Most + 1, cancellationToken);
        if (list.Count == 0 && before is null)
            return NotThere();
        var inForce = await check.InForceAsync(caller.Workspace, setting.Key, cancellationToken);
        return Results.Ok(
            new VersionsView(inForce?.Revision, [.. list.Take(Most)], list.Count > Most ? list[Most - 1].Number : null)
        );
    }

    private static async Task<IResult> GetAsync(
        AddressedSetting setting,
        long number,
        Caller caller,
        VersionStore versions,
        CancellationToken cancellationToken
    ) =>
        await versions.FindAsync(caller.Workspace, setting.Key, number, cancellationToken) is var (version, body)
            ? Results.Ok(
                new VersionView(
                    version.Number,
                    version.SavedAt,
                    version.SavedBy,
                    version.Change,
                    version.RestoredFrom,
                    body
                )
            )
            : NotThere();

    // Checked against the CRM as it is now, which may have changed since that version was in force.
    private static async Task<IResult> RestoreAsync(
        AddressedSetting setting,
        long number,
        Caller caller,
        HttpRequest request,
        HttpResponse response,
        VersionStore versions,
        CheckSetting check,
        AffectedLeads leads,
        CancellationToken cancellationToken
    )
    {
        if (
            await versions.FindAsync(caller.Workspace, setting.Key, number, cancellationToken)
            is not var (version, body)
        )
            return NotThere();
        var outcome = await check.PublishAsync(
            SaveCause.Of(caller) with
            {
                Change = SettingChange.Restored,
                RestoredFrom = version.Number,
            },
            setting.Key,
            body,
            inForce => SavingApi.IsExpected(request, inForce),
            cancellationToken
        );
        return SavingApi.Problem(outcome)
            ?? await DraftsApi.PublishedAsync(outcome, setting.Key, caller, response, check, leads, cancellationToken);
    }

    private static IResult NotThere() =>
        FailureCatalogue.NotFound.Problem(StatusCodes.Status404NotFound, "There is no such version.");
}
