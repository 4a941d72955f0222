using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Config;

namespace LeadSync.Mapping.Backfill;

/// <summary>Asks how many leads a backfill would take, and for one that can be started.</summary>
/// <param name="DryRun">Only count; there is nothing to start then.</param>
public sealed record CountBackfill(
    string? Source,
    Guid? ConnectionId,
    DateTimeOffset? CapturedFrom = null,
    DateTimeOffset? CapturedBefore = null,
    bool DryRun = false
);

/// <summary>What a backfill would take.</summary>
public sealed record CountedBackfill(long Leads, long ApiCalls);

/// <summary>
/// Old leads are never synced but by this: counted first, then started by the id that counting gave. It can be paused,
/// resumed and cancelled; what was sent stays.
/// </summary>
public static class BackfillsApi
{
    public static void MapBackfills(this IEndpointRouteBuilder app)
    {
        var all = app.MapGroup("/v1/backfills");
        all.MapGet("", ListAsync)
            .WithSummary("Every backfill of the workspace.")
            .Produces<IReadOnlyList<BackfillView>>()
            .RequireAtLeast(Role.Viewer);
        all.MapGet("/{id:guid}", GetAsync)
            .WithSummary("A backfill and how far it is, with its revision as ETag.")
            .Produces<BackfillView>()
            .RequireAtLeast(Role.Viewer);
        all.MapPost("", CountAsync)
            .WithSummary("Counts what a backfill would take; with dryRun that is all, else it can be started then.")
            .Produces<CountedBackfill>()
            .Produces<BackfillView>(StatusCodes.Status201Created)
            .RequireAtLeast(Role.Manager);
        Act("start", BackfillAct.Start, "Starts a backfill that was counted.");
        Act("pause", BackfillAct.Pause, "Pauses a backfill; what was sent stays.");
        Act("resume", BackfillAct.Resume, "Goes on with a paused backfill.");
        Act("cancel", BackfillAct.Cancel, "Ends a backfill; what was sent stays.");

        void Act(string name, BackfillAct act, string summary) =>
            all.MapPost(
                    $"/{{id:guid}}/{name}",
                    (
                        Guid id,
                        Caller caller,
                        HttpRequest request,
                        HttpResponse response,
                        BackfillStore store,
                        CancellationToken cancellationToken
                    ) => ActAsync(id, act, caller, request, response, store, cancellationToken)
                )
                .WithSummary(summary)
                .Produces<BackfillView>()
                .RequireAtLeast(Role.Manager);
    }

    private static async Task<IResult> ListAsync(
        Caller caller,
        BackfillStore store,
        CancellationToken cancellationToken
    ) => Results.Ok((await store.ListAsync(caller.Workspace, cancellationToken)).Select(one => one.View));

    private static async Task<IResult> GetAsync(
        Guid id,
        Caller caller,
        BackfillStore store,
        HttpResponse response,
        CancellationToken cancellationToken
    ) =>
        await store.FindAsync(caller.Workspace, id, cancellationToken) is { } found
            ? Shown(found, response)
            : NotThere();

    private static async Task<IResult> CountAsync(
        CountBackfill wanted,
        Caller caller,
        BackfillStore store,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        var faults = Check(wanted);
        if (faults.Count > 0)
            return Refused(faults);
        var which = new BackfillWanted(
            wanted.Source!,
            wanted.ConnectionId!.Value,
            wanted.CapturedFrom?.ToUniversalTime(),
            wanted.CapturedBefore?.ToUniversalTime()
        );
        if (await store.CountAsync(caller.Workspace, which, cancellationToken) is not { } leads)
            return Refused([
                new FieldFault(
                    "source",
                    "has no enabled route to this connection",
                    "Enable the source and its route first; a backfill goes over it."
                ),
            ]);
        if (wanted.DryRun)
            return Results.Ok(new CountedBackfill(leads, BackfillCost.Calls(leads)));
        var added = await store.AddAsync(SaveCause.Of(caller), which, leads, cancellationToken);
        response.Headers.ETag = SavingApi.ETag(added.Revision);
        return Results.Created($"/v1/backfills/{added.View.Id}", added.View);
    }

    private static List<FieldFault> Check(CountBackfill wanted)
    {
        var faults = new List<FieldFault>();
        if (string.IsNullOrEmpty(wanted.Source) || wanted.Source.Contains('\0', StringComparison.Ordinal))
            faults.Add(new FieldFault("source", "is missing", "Name the source whose leads are to be synced."));
        if (wanted.ConnectionId is null)
            faults.Add(new FieldFault("connectionId", "is missing", "Give the id of the connection they go to."));
        if (wanted.CapturedFrom >= wanted.CapturedBefore)
            faults.Add(new FieldFault("capturedBefore", "is not after capturedFrom", "Give a later instant."));
        return faults;
    }

    private static async Task<IResult> ActAsync(
        Guid id,
        BackfillAct act,
        Caller caller,
        HttpRequest request,
        HttpResponse response,
        BackfillStore store,
        CancellationToken cancellationToken
    ) =>
        await store.ActAsync(
            SaveCause.Of(caller),
            id,
            act,
            revision => SavingApi.IsExpected(request, revision),
            cancellationToken
        ) switch
        {
            BackfillOutcome.Now(var now) => Shown(now, response),
            BackfillOutcome.Stale => SavingApi.Stale("It was changed since the revision that If-Match names."),
            BackfillOutcome.Refused(var why) => FailureCatalogue.Conflict.Problem(StatusCodes.Status409Conflict, why),
            _ => NotThere(),
        };

    private static IResult Shown(StoredBackfill backfill, HttpResponse response)
    {
        response.Headers.ETag = SavingApi.ETag(backfill.Revision);
        return Results.Ok(backfill.View);
    }

    private static IResult Refused(IReadOnlyList<FieldFault> faults) =>
        FailureCatalogue.SettingInvalid.Problem(
            StatusCodes.Status422UnprocessableEntity,
            "The backfill cannot be counted as it is asked for.",
            faults
        );

    private static IResult NotThere() =>
        FailureCatalogue.NotFound.Problem(StatusCodes.Status404NotFound, "There is no such backfill.");
}
