using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Hosting.Web;
using LeadSync.Push.Access;
using LeadSync.Push.Holds;
using LeadSync.Push.Lanes;

namespace LeadSync.Push.TestBatches;

/// <summary>Test batches, as Mapping made them and Gateway passes them on; docs/test-batch.md is what people read.</summary>
public static class TestBatchesApi
{
    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(5);

    public static void MapTestBatches(this WebApplication app)
    {
        app.MapPost("/v1/test-batches", RunAsync)
            .WithSummary("Tries mapped samples at their connection. Gateway asks; it passes on no such request.")
            .Produces<TestReport>()
            .RequireAtLeast(Role.Integrator);
        app.MapGet("/v1/connections/{connectionId:guid}/test-batch/{batchId:guid}", AskAgainAsync)
            .WithSummary("How a test batch that was written within the last day stands in the CRM now.")
            .Produces<TestReport>()
            .RequireAtLeast(Role.Integrator);
    }

    private static Task<IResult> RunAsync(
        TestBatch batch,
        Caller caller,
        RunTestBatch run,
        ReadLanes lanes,
        CancellationToken cancellationToken
    ) =>
        TryAsync(
            async () =>
            {
                if (Faults(batch) is { Count: > 0 } faults)
                {
                    return FailureCatalogue.TestBatchInvalid.Problem(
                        StatusCodes.Status422UnprocessableEntity,
                        "It is no test batch; nothing was tried.",
                        faults
                    );
                }
                var lane = await lanes.OneAsync(caller.Workspace, batch.ConnectionId, cancellationToken);
                // Calls of a drained lane still go out, but none is begun in it.
                return
                    batch.Mode == TestMode.WriteAndVerify
                    && lane is { State: "paused" or "draining" or "drained" or "stopped" }
                    ? Stopped(lane)
                    : Results.Ok(await run.RunAsync(caller, batch, cancellationToken));
            },
            () => lanes.OneAsync(caller.Workspace, batch.ConnectionId, cancellationToken)
        );

    private static Task<IResult> AskAgainAsync(
        Guid connectionId,
        Guid batchId,
        Caller caller,
        RunTestBatch run,
        ReadLanes lanes,
        CancellationToken cancellationToken
    ) =>
        TryAsync(
            async () =>
                await run.AskAgainAsync(caller, connectionId, batchId, cancellationToken) is { } report
                    ? Results.Ok(report)
                    : FailureCatalogue.NotFound.Problem(
                        StatusCodes.Status404NotFound,
                        "There is no such test batch: previews are not kept, and others for a day."
                    ),
            () => lanes.OneAsync(caller.Workspace, connectionId, cancellationToken)
        );

    private static async Task<IResult> TryAsync(Func<Task<IResult>> act, Func<Task<LaneView?>> lane)
    {
        try
        {
            return await act();
        }
        catch (HeldException)
        {
            return Stopped(await lane());
        }
        catch (CrmException fault)
        {
            var failure = fault.Failure;
            var kind = FailureCatalogue.All.GetValueOrDefault(failure.Code, FailureCatalogue.CrmRefused);
            return failure.Class switch
            {
                _ when kind == FailureCatalogue.NotFound => kind.Problem(
                    StatusCodes.Status404NotFound,
                    "There is no such connection."
                ),
                FailureClass.Budget => kind.Problem(
                    StatusCodes.Status429TooManyRequests,
                    failure.Cause,
                    retryAfter: failure.RetryAfter ?? ComeBack
                ),
                FailureClass.Transient => kind.Problem(
                    StatusCodes.Status503ServiceUnavailable,
                    failure.Cause,
                    retryAfter: failure.RetryAfter ?? ComeBack
                ),
                _ => kind.Problem(StatusCodes.Status409Conflict, failure.Cause),
            };
        }
        catch (GrantSpentException)
        {
            return FailureCatalogue.LimitDaily.Problem(
                StatusCodes.Status429TooManyRequests,
                "Too few API calls are left for a test.",
                retryAfter: ComeBack
            );
        }
    }

    private static IResult Stopped(LaneView? lane) =>
        FailureCatalogue.LaneStopped.Problem(
            StatusCodes.Status409Conflict,
            lane is null or { State: "active" }
                ? "The connection is held; nothing was asked of the CRM."
                : $"The lane is {lane.State}{(lane.StoppedBy is null ? "" : $" by {lane.StoppedBy}")}{(lane.Message is null ? "" : $": {lane.Message}")}. Nothing was asked of the CRM."
        );

    private static List<FieldFault> Faults(TestBatch batch)
    {
        var faults = new List<FieldFault>();
        if (batch.Leads.Count is < 1 or > TestBatch.Most)
            faults.Add(new("leads", $"are not 1 to {TestBatch.Most}", "Split them into several batches."));
        if (batch.Leads.Select((lead, index) => lead.Number == index + 1).Contains(false))
            faults.Add(new("leads", "are not numbered from 1 on", "Number them in their order."));
        if (batch.Leads.Any(lead => lead.Wanted is { } wanted && wanted.ConnectionId != batch.ConnectionId))
            faults.Add(new("leads", "are mapped for another connection", "Map them for this one."));
        return faults;
    }
}
