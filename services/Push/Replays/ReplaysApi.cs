using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Push.Lanes;

namespace LeadSync.Push.Replays;

/// <summary>What people do about parked leads: look at them by code, have them taken again, or discard them.</summary>
public static class ReplaysApi
{
    private const int MostLeads = 10_000;
    private const int LongestNote = 500;

    public static void MapReplays(this WebApplication app)
    {
        var lane = app.MapGroup("/v1/lanes/{connectionId:guid}");
        lane.MapGet("/parked", ParkedAsync)
            .WithSummary("The parked leads of a lane, by code.")
            .Produces<IReadOnlyList<ParkedCode>>()
            .RequireAtLeast(Role.Viewer);
        lane.MapPost("/replay", ReplayAsync)
            .WithSummary("Has parked leads taken again; says how many.")
            .Produces<ReplayedView>()
            .RequireAtLeast(Role.Integrator);
        lane.MapPost("/discard", DiscardAsync)
            .WithSummary("Discards parked leads for good; says how many.")
            .Produces<DiscardedView>()
            .RequireAtLeast(Role.Integrator);
    }

    private static async Task<IResult> ParkedAsync(
        Guid connectionId,
        Caller caller,
        ReplayStore store,
        CancellationToken cancellationToken
    ) =>
        await store.ReadParkedAsync(caller.Workspace, connectionId, cancellationToken) is { } parked
            ? Results.Ok(parked)
            : LanesApi.NoLane();

    private static async Task<IResult> ReplayAsync(
        Guid connectionId,
        ReplayRequest request,
        Caller caller,
        ReplayStore store,
        Wakeup wakeup,
        CancellationToken cancellationToken
    )
    {
        if (Refused(request.Code, request.Leads, request.All, note: "") is { } refused)
            return refused;
        var chosen = new Chosen(request.Code, request.Leads);
        if (await store.ReplayAsync(caller, connectionId, chosen, cancellationToken) is not { } replayed)
            return LanesApi.NoLane();
        wakeup.Ring();
        return Results.Ok(new ReplayedView(replayed));
    }

    private static async Task<IResult> DiscardAsync(
        Guid connectionId,
        DiscardRequest request,
        Caller caller,
        ReplayStore store,
        Wakeup wakeup,
        CancellationToken cancellationToken
    )
    {
        if (
            Refused(
                request.Code,
                request.Leads,
                request.All,
                string.IsNullOrWhiteSpace(request.Note) ? null : request.Note
            ) is
            { } refused
        )
            return refused;
        var chosen = new Chosen(request.Code, request.Leads);
        var done = await store.DiscardAsync(caller, connectionId, chosen, request.Note!, cancellationToken);
        if (done is not { } discarded)
            return LanesApi.NoLane();
        wakeup.Ring();
        return Results.Ok(new DiscardedView(discarded));
    }

    private static IResult? Refused(string? code, IReadOnlyList<ChosenLead>? leads, bool all, string? note)
    {
        var faults = new List<FieldFault>();
        var ways = (code is null ? 0 : 1) + (leads is null ? 0 : 1) + (all ? 1 : 0);
        if (ways != 1)
            faults.Add(
                new FieldFault("", "says not one way which leads are meant", "Give one of code, leads, or all: true.")
            );
        if (code is not null && !FailureCatalogue.All.ContainsKey(code))
            faults.Add(new FieldFault("code", "is no code of the catalogue", "Use one that GET …/parked lists."));
        if (leads is { Count: 0 or > MostLeads })
            faults.Add(new FieldFault("leads", $"has {leads.Count} entries", $"Name 1 to {MostLeads} leads."));
        if (note is null or { Length: > LongestNote })
            faults.Add(
                new FieldFault("note", "does not say why in at most 500 characters", "Say why; the history shows it.")
            );
        return faults.Count == 0
            ? null
            : FailureCatalogue.SettingInvalid.Problem(
                StatusCodes.Status422UnprocessableEntity,
                "It does not say clearly what is to be done; nothing was.",
                faults
            );
    }

    /// <param name="Code">Every lead that is parked under it.</param>
    /// <param name="Leads">These leads, parked or not: a healthy one is matched and compared anew.</param>
    /// <param name="All">Every parked lead of the lane.</param>
    public sealed record ReplayRequest(string? Code = null, IReadOnlyList<ChosenLead>? Leads = null, bool All = false);

    /// <param name="Code">Every lead that is parked under it.</param>
    /// <param name="Leads">Of these leads the parked ones.</param>
    /// <param name="All">Every parked lead of the lane.</param>
    /// <param name="Note">Why: shown in each lead's history.</param>
    public sealed record DiscardRequest(
        string? Code = null,
        IReadOnlyList<ChosenLead>? Leads = null,
        bool All = false,
        string? Note = null
    );

    /// <param name="Replayed">How many leads are taken again.</param>
    public sealed record ReplayedView(int Replayed);

    /// <param name="Discarded">How many leads were discarded.</param>
    public sealed record DiscardedView(int Discarded);
}
