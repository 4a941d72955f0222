using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Push.Access;
using LeadSync.Push.Holds;

namespace LeadSync.Push.Lanes;

/// <summary>What an operator sees of a workspace's lanes, and what stops and starts them.</summary>
public static class LanesApi
{
    private const int LongestNote = 500;

    public static void MapLanes(this WebApplication app)
    {
        app.MapGet(
                "/v1/lanes",
                (Caller caller, ReadLanes read, CancellationToken cancellationToken) =>
                    read.AllAsync(caller.Workspace, cancellationToken)
            )
            .WithSummary("Every lane of the workspace: what waits, what is parked, what holds it.")
            .RequireAtLeast(Role.Viewer);
        app.MapGet("/v1/lanes/{connectionId:guid}", OneAsync)
            .WithSummary("A lane, with what is left of its API budget.")
            .Produces<LaneView>()
            .RequireAtLeast(Role.Viewer);
        app.MapPost("/v1/lanes/{connectionId:guid}/pause", PauseAsync)
            .WithSummary("Stops a lane; the answer comes when no call can start any more. Say why.")
            .Produces(StatusCodes.Status204NoContent)
            .RequireAtLeast(Role.Integrator);
        app.MapPost("/v1/lanes/{connectionId:guid}/drain", DrainAsync)
            .WithSummary("Starts nothing more in a lane; what is under way goes on to its end. Say why.")
            .Produces(StatusCodes.Status202Accepted)
            .RequireAtLeast(Role.Integrator);
        app.MapPost("/v1/lanes/{connectionId:guid}/resume", ResumeAsync)
            .WithSummary("Ends a stop of a lane that a person asked for.")
            .Produces(StatusCodes.Status204NoContent)
            .RequireAtLeast(Role.Integrator);
        app.MapPost("/v1/lanes/stop-all", StopAllAsync)
            .WithSummary("Stops every lane of the workspace, those to come included. Say why.")
            .Produces(StatusCodes.Status204NoContent)
            .RequireAtLeast(Role.Manager);
        app.MapPost("/v1/lanes/resume-all", ResumeAllAsync)
            .WithSummary("Ends the stop of all lanes.")
            .Produces(StatusCodes.Status204NoContent)
            .RequireAtLeast(Role.Manager);
        // For autoscalers, which have no workspace: sums only, and Gateway does not pass it on.
        app.MapGet(
                "/lanes/backlog",
                (ReadLanes read, CancellationToken cancellationToken) => read.BacklogAsync(cancellationToken)
            )
            .WithSummary("How much waits in all lanes together, for autoscalers. Gateway does not pass it on.")
            .AllowAnonymous();
    }

    internal static IResult NoLane() =>
        FailureCatalogue.NotFound.Problem(
            StatusCodes.Status404NotFound,
            "There is no such lane: nothing was ever mapped for that connection."
        );

    private static async Task<IResult> OneAsync(
        Guid connectionId,
        Caller caller,
        ReadLanes read,
        ConnectorClient connector,
        CancellationToken cancellationToken
    )
    {
        if (await read.OneAsync(caller.Workspace, connectionId, cancellationToken) is not { } lane)
            return NoLane();
        return Results.Ok(
            lane with
            {
                Budget = await connector.BudgetAsync(caller.Workspace, connectionId, cancellationToken),
            }
        );
    }

    /// <summary>The answer comes when no call can start any more; one under way may still end.</summary>
    private static async Task<IResult> PauseAsync(
        Guid connectionId,
        Reason? reason,
        Caller caller,
        ReadLanes read,
        HoldStore holds,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (Refused(reason) is { } refused)
            return refused;
        if (await read.OneAsync(caller.Workspace, connectionId, cancellationToken) is null)
            return NoLane();
        await HoldAsync(holds, caller, connectionId, HoldReasons.Paused, reason!, cancellationToken);
        await Task.Delay(HoldWatch.Freshness, clock, cancellationToken);
        return Results.NoContent();
    }

    /// <summary>Starts nothing more; what is under way goes on to its end. The lane then says drained.</summary>
    private static async Task<IResult> DrainAsync(
        Guid connectionId,
        Reason? reason,
        Caller caller,
        ReadLanes read,
        HoldStore holds,
        CancellationToken cancellationToken
    )
    {
        if (Refused(reason) is { } refused)
            return refused;
        if (await read.OneAsync(caller.Workspace, connectionId, cancellationToken) is null)
            return NoLane();
        await HoldAsync(holds, caller, connectionId, HoldReasons.Draining, reason!, cancellationToken);
        return Results.Accepted($"/v1/lanes/{connectionId}");
    }

    /// <summary>Ends a person's stop of the lane. What holds it for another reason goes on holding it.</summary>
    private static async Task<IResult> ResumeAsync(
        Guid connectionId,
        Caller caller,
        ReadLanes read,
        HoldStore holds,
        Wakeup wakeup,
        CancellationToken cancellationToken
    )
    {
        if (await read.OneAsync(caller.Workspace, connectionId, cancellationToken) is null)
            return NoLane();
        foreach (var reason in new[] { HoldReasons.Paused, HoldReasons.Draining })
            await holds.LiftAsync(caller.Workspace, new Hold(connectionId, "", ""), reason, cancellationToken);
        wakeup.Ring();
        return Results.NoContent();
    }

    /// <summary>Stops every lane of the workspace, those to come included. The answer comes when no call can start any more.</summary>
    private static async Task<IResult> StopAllAsync(
        Reason? reason,
        Caller caller,
        StopStore stops,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (Refused(reason) is { } refused)
            return refused;
        await stops.StopAsync(caller.Workspace, caller.Name, reason!.Note, cancellationToken);
        await Task.Delay(HoldWatch.Freshness, clock, cancellationToken);
        return Results.NoContent();
    }

    private static async Task<IResult> ResumeAllAsync(
        Caller caller,
        StopStore stops,
        Wakeup wakeup,
        CancellationToken cancellationToken
    )
    {
        await stops.ResumeAsync(caller.Workspace, cancellationToken);
        wakeup.Ring();
        return Results.NoContent();
    }

    private static Task HoldAsync(
        HoldStore holds,
        Caller caller,
        Guid connectionId,
        string why,
        Reason reason,
        CancellationToken cancellationToken
    ) =>
        holds.SetAsync(
            caller.Workspace,
            new Hold(connectionId, "", ""),
            why,
            cancellationToken,
            (caller.Name, reason.Note)
        );

    private static IResult? Refused(Reason? reason) =>
        string.IsNullOrWhiteSpace(reason?.Note) || reason.Note.Length > LongestNote
            ? FailureCatalogue.SettingInvalid.Problem(
                StatusCodes.Status422UnprocessableEntity,
                "A lane is not stopped without saying why.",
                [
                    new FieldFault(
                        "note",
                        "does not say why in at most 500 characters",
                        "Say why; whoever finds the lane stopped will want to know."
                    ),
                ]
            )
            : null;

    /// <param name="Note">Why, for those who find the lane stopped.</param>
    public sealed record Reason(string? Note);
}
