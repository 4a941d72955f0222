using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Push.Lanes;

namespace LeadSync.Push.Holds;

/// <summary>What is held, for the services that say so: nobody else may.</summary>
public static class HoldsApi
{
    public static void MapHolds(this WebApplication app)
    {
        var holds = app.MapGroup("/v1/holds/{connectionId:guid}");
        holds
            .MapPut("", SetAsync)
            .WithSummary("Asks to hold: the answer comes when no call can start any more.")
            .Produces(StatusCodes.Status204NoContent)
            .RequireAtLeast(Role.Service);
        holds
            .MapPost("/lift", LiftAsync)
            .WithSummary("Asks to lift a hold, and says what is to become of what waits.")
            .Produces(StatusCodes.Status204NoContent)
            .RequireAtLeast(Role.Service);
    }

    /// <summary>Asks to hold: the answer comes when no call can start any more.</summary>
    private static async Task<IResult> SetAsync(
        Guid connectionId,
        HoldRequest request,
        Caller caller,
        HoldStore holds,
        HeldLeads leads,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (Fault(request.Reason, "") is { } refused)
            return refused;
        var hold = new Hold(connectionId, request.Source ?? "", request.Object ?? "");
        await holds.SetAsync(caller.Workspace, hold, request.Reason!, cancellationToken);
        // Every replica has looked by then, or sends nothing.
        await Task.Delay(HoldWatch.Freshness, clock, cancellationToken);
        if (request.Discard)
            await leads.DiscardAsync(caller.Workspace, connectionId, hold.Source, null, cancellationToken);
        return Results.NoContent();
    }

    /// <summary>Asks to lift a hold, and says what is to become of what waits.</summary>
    private static async Task<IResult> LiftAsync(
        Guid connectionId,
        LiftRequest request,
        Caller caller,
        HoldStore holds,
        HeldLeads leads,
        VersionFloors floors,
        Wakeup wakeup,
        CancellationToken cancellationToken
    )
    {
        if (Fault(request.Reason, request.Waiting) is { } refused)
            return refused;
        if (request.ForgetRecords && !await holds.ForgetRecordsAsync(caller.Workspace, connectionId, cancellationToken))
        {
            return FailureCatalogue.Conflict.Problem(
                StatusCodes.Status409Conflict,
                "Records are forgotten only while the whole connection is held."
            );
        }
        var hold = new Hold(connectionId, request.Source ?? "", request.Object ?? "");
        if (request.Waiting == "discard")
        {
            // More of it may still be on its way to us.
            if (request.BeforeVersion is { } before)
                await floors.RaiseAsync(caller.Workspace, connectionId, hold.Source, before, cancellationToken);
            await leads.DiscardAsync(
                caller.Workspace,
                connectionId,
                hold.Source,
                request.BeforeVersion,
                cancellationToken
            );
        }
        await holds.LiftAsync(caller.Workspace, hold, request.Reason!, cancellationToken);
        wakeup.Ring();
        return Results.NoContent();
    }

    private static IResult? Fault(string? reason, string? waiting)
    {
        var faults = new List<FieldFault>();
        if (!HoldReasons.OfServices.Contains(reason, StringComparer.Ordinal))
            faults.Add(
                new FieldFault("reason", "is none that holds", $"Use {string.Join(", ", HoldReasons.OfServices)}.")
            );
        if (waiting is not ("" or "send" or "discard"))
            faults.Add(
                new FieldFault("waiting", "does not say what is to become of what waits", "Use send or discard.")
            );
        return faults.Count == 0
            ? null
            : FailureCatalogue.SettingInvalid.Problem(
                StatusCodes.Status422UnprocessableEntity,
                "The hold cannot be set or lifted as it is asked for.",
                faults
            );
    }

    /// <param name="Reason"><c>deauthorised</c>, <c>removed</c>, <c>pullOnly</c> or <c>disabled</c>.</param>
    /// <param name="Source">Only leads of this source; absent: of every one.</param>
    /// <param name="Object">Only what is written to this object; absent: to every one.</param>
    /// <param name="Discard">Whether what waits is discarded at once: the connection will not come back.</param>
    public sealed record HoldRequest(
        string? Reason,
        string? Source = null,
        string? Object = null,
        bool Discard = false
    );

    /// <param name="Waiting"><c>send</c> or <c>discard</c>: what becomes of the leads that waited.</param>
    /// <param name="ForgetRecords">Whether the connection leads to another org now.</param>
    /// <param name="BeforeVersion">
    /// What is discarded is of versions before this one, those included that come in later; absent: of every one that is there.
    /// </param>
    public sealed record LiftRequest(
        string? Reason,
        string? Waiting,
        string? Source = null,
        string? Object = null,
        bool ForgetRecords = false,
        long? BeforeVersion = null
    );
}
