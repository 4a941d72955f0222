using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Publishing;

/// <summary>A draft and what stands in the way of publishing it.</summary>
/// <param name="Draft">As it was sent.</param>
/// <param name="BasedOn">The version in force when it was saved; null: there was none.</param>
/// <param name="Outdated">Another version is in force by now: look at what differs and save it again to publish it.</param>
/// <param name="Faults">All of them; only those of form while <paramref name="Unchecked"/> is not null.</param>
/// <param name="Unchecked">The code of why it cannot be held against the CRM now; null when it was.</param>
public sealed record DraftView(
    JsonObject Draft,
    long? BasedOn,
    bool Outdated,
    DateTimeOffset SavedAt,
    string SavedBy,
    IReadOnlyList<FieldFault> Faults,
    string? Unchecked
);

/// <summary>What publishing a draft would do.</summary>
/// <param name="InForce">The version in force; null: there is none.</param>
public sealed record DraftDiffView(
    long? BasedOn,
    long? InForce,
    IReadOnlyList<SettingDifference> Differences,
    Affected Affected,
    IReadOnlyList<FieldFault> Faults,
    string? Unchecked
);

/// <summary>What was published.</summary>
/// <param name="Version">The version that is in force now.</param>
/// <param name="Change"><c>unchanged</c> when it said just what was in force already.</param>
public sealed record PublishedView(long Version, string Change, Affected Affected);

/// <summary>
/// Drafts of settings: saved however faulty they are, published only without a fault, and only onto the version
/// that they were made from.
/// </summary>
public static class DraftsApi
{
    public static void MapDrafts(this IEndpointRouteBuilder app)
    {
        foreach (var kind in SettingKind.Published)
        {
            var path = kind.Address;
            app.MapGet($"{path}/draft", GetAsync)
                .WithMetadata(kind)
                .WithSummary("The draft and what stands in the way of publishing it.")
                .Produces<DraftView>()
                .RequireAtLeast(Role.Viewer);
            app.MapPut($"{path}/draft", PutAsync)
                .WithMetadata(kind)
                .WithSummary("Saves a draft, however faulty it is.")
                .Produces<DraftView>()
                .ReadsBody("The setting. If-Match may name the draft that it was made from.")
                .RequireAtLeast(Role.Integrator);
            app.MapDelete($"{path}/draft", DeleteAsync)
                .WithMetadata(kind)
                .WithSummary("Throws the draft away. If-Match may name the one that is meant.")
                .Produces(StatusCodes.Status204NoContent)
                .RequireAtLeast(Role.Integrator);
            app.MapGet($"{path}/draft/diff", DiffAsync)
                .WithMetadata(kind)
                .WithSummary("What publishing the draft would change, and how many leads it touches.")
                .Produces<DraftDiffView>()
                .RequireAtLeast(Role.Viewer);
            app.MapPost($"{path}/draft/publish", PublishAsync)
                .WithMetadata(kind)
                .WithSummary("Puts the draft in force, onto the version that it was made from.")
                .Produces<PublishedView>()
                .RequireAtLeast(Role.Integrator);
        }
    }

    private static async Task<IResult> GetAsync(
        AddressedSetting setting,
        Caller caller,
        DraftStore drafts,
        CheckSetting check,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        if (await drafts.FindAsync(caller.Workspace, setting.Key, cancellationToken) is not { } draft)
            return NoDraft();
        var foreseen = await check.ForeseeAsync(SaveCause.Of(caller), setting.Key, draft.Body, cancellationToken);
        var inForce = await check.InForceAsync(caller.Workspace, setting.Key, cancellationToken);
        response.Headers.ETag = SavingApi.ETag(draft.Revision);
        return Results.Ok(
            new DraftView(
                draft.Body,
                draft.BasedOn,
                draft.BasedOn != inForce?.Revision,
                draft.SavedAt,
                draft.SavedBy,
                foreseen.Faults,
                foreseen.Unchecked?.Code
            )
        );
    }

    private static async Task<IResult> PutAsync(
        AddressedSetting setting,
        Caller caller,
        HttpRequest request,
        HttpResponse response,
        DraftStore drafts,
        CheckSetting check,
        CancellationToken cancellationToken
    )
    {
        if (await SavingApi.BodyAsync(request, setting.Members, cancellationToken) is not { } body)
            return SavingApi.Unreadable();
        var there = await drafts.FindAsync(caller.Workspace, setting.Key, cancellationToken);
        if (!SavingApi.IsExpected(request, there?.Revision))
            return SavingApi.Stale();
        var inForce = await check.InForceAsync(caller.Workspace, setting.Key, cancellationToken);
        var isSaved = await drafts.SaveAsync(
            SaveCause.Of(caller),
            setting.Key,
            JsonObject.Create(body)!,
            inForce?.Revision,
            request.Headers.IfMatch.Count > 0 ? there!.Revision : null,
            cancellationToken
        );
        return isSaved
            ? await GetAsync(setting, caller, drafts, check, response, cancellationToken)
            : SavingApi.Stale();
    }

    private static async Task<IResult> DeleteAsync(
        AddressedSetting setting,
        Caller caller,
        HttpRequest request,
        DraftStore drafts,
        CancellationToken cancellationToken
    )
    {
        if (await drafts.FindAsync(caller.Workspace, setting.Key, cancellationToken) is not { } draft)
            return NoDraft();
        var isGone =
            SavingApi.IsExpected(request, draft.Revision)
            && await drafts.RemoveAsync(caller.Workspace, setting.Key, draft.Revision, cancellationToken);
        return isGone ? Results.NoContent() : SavingApi.Stale();
    }

    private static async Task<IResult> DiffAsync(
        AddressedSetting setting,
        Caller caller,
        DraftStore drafts,
        CheckSetting check,
        AffectedLeads leads,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        if (await drafts.FindAsync(caller.Workspace, setting.Key, cancellationToken) is not { } draft)
            return NoDraft();
        var foreseen = await check.ForeseeAsync(SaveCause.Of(caller), setting.Key, draft.Body, cancellationToken);
        var inForce = await check.InForceAsync(caller.Workspace, setting.Key, cancellationToken);
        response.Headers.ETag = SavingApi.ETag(draft.Revision);
        return Results.Ok(
            new DraftDiffView(
                draft.BasedOn,
                inForce?.Revision,
                SettingDiff.Between(foreseen.Before, foreseen.After),
                await leads.CountAsync(caller.Workspace, setting.Key, cancellationToken),
                foreseen.Faults,
                foreseen.Unchecked?.Code
            )
        );
    }

    private static async Task<IResult> PublishAsync(
        AddressedSetting setting,
        Caller caller,
        HttpRequest request,
        HttpResponse response,
        DraftStore drafts,
        CheckSetting check,
        AffectedLeads leads,
        CancellationToken cancellationToken
    )
    {
        if (await drafts.FindAsync(caller.Workspace, setting.Key, cancellationToken) is not { } draft)
            return NoDraft();
        if (!SavingApi.IsExpected(request, draft.Revision))
            return SavingApi.Stale();
        var outcome = await check.PublishAsync(
            SaveCause.Of(caller) with
            {
                Change = SettingChange.Published,
                Draft = (setting.Key, draft.Revision),
            },
            setting.Key,
            draft.Body,
            inForce => inForce == draft.BasedOn,
            cancellationToken
        );
        if (outcome is SaveOutcome.Stale)
            return SavingApi.Stale(
                "The draft was changed, or another version was published since it was saved; nothing was published. "
                    + "Look at what differs (…/draft/diff), save the draft again and publish it."
            );
        return SavingApi.Problem(outcome)
            ?? await PublishedAsync(outcome, setting.Key, caller, response, check, leads, cancellationToken);
    }

    /// <summary>What was published, with the new version's tag.</summary>
    public static async Task<IResult> PublishedAsync(
        SaveOutcome outcome,
        SettingKey key,
        Caller caller,
        HttpResponse response,
        CheckSetting check,
        AffectedLeads leads,
        CancellationToken cancellationToken
    )
    {
        var change = ((SaveOutcome.Saved)outcome).Changes[0].Change;
        var inForce = await check.InForceAsync(caller.Workspace, key, cancellationToken);
        // Another save may have removed it again by now.
        var version = inForce?.Revision ?? 0;
        response.Headers.ETag = SavingApi.ETag(version);
        return Results.Ok(
            new PublishedView(version, change, await leads.CountAsync(caller.Workspace, key, cancellationToken))
        );
    }

    private static IResult NoDraft() =>
        FailureCatalogue.NotFound.Problem(StatusCodes.Status404NotFound, "There is no draft of it.");
}
