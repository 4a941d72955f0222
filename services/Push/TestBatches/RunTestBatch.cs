using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Hosting;
using LeadSync.Hosting.Web;
using LeadSync.Push.Access;
using LeadSync.Push.Holds;
using LeadSync.Push.Lanes;

namespace LeadSync.Push.TestBatches;

/// <summary>Tries a test batch: foresees what would be done, and, where that is asked for, has its lane do it and looks at it.</summary>
public sealed class RunTestBatch(
    Accesses accesses,
    ForeseeLeads foresee,
    VerifyLeads verify,
    TestBatchStore batches,
    HoldWatch holds,
    Wakeup wakeup,
    PushOptions options,
    TimeProvider clock
)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <exception cref="CrmException">The CRM, or the access to it, failed as a whole; nothing was written.</exception>
    /// <exception cref="HeldException">The connection is held; nothing was written.</exception>
    public async Task<TestReport> RunAsync(Caller by, TestBatch batch, CancellationToken cancellationToken)
    {
        var access = await accesses.LookAsync(by.Workspace, batch.ConnectionId, batch.Source, cancellationToken);
        var seen = await foresee.RunAsync(access, by.Workspace, batch.Leads, cancellationToken);
        if (batch.Mode == TestMode.Preview)
            return new TestReport(
                batch.BatchId,
                batch.ConnectionId,
                batch.Mode,
                batch.Source,
                clock.GetUtcNow(),
                access.Used,
                [.. batch.Leads.Select(sample => Previewed(sample, seen.GetValueOrDefault(sample.Number), access))]
            );
        await batches.BeginAsync(by, batch, seen, cancellationToken);
        wakeup.Ring();
        var began = clock.GetTimestamp();
        while (
            (await batches.ReadAsync(batch.BatchId, cancellationToken)).Waiting.Count > 0
            && clock.GetElapsedTime(began) < options.TestWithin
        )
            await Task.Delay(Pause, clock, cancellationToken);
        await batches.TakeBackAsync(batch.BatchId, cancellationToken);
        return await verify.RunAsync(access, by.Workspace, new KeptTestBatch(batch, seen), cancellationToken);
    }

    /// <summary>How a batch that was written stands now; null where there is none.</summary>
    /// <exception cref="CrmException">There is no access to the CRM.</exception>
    public async Task<TestReport?> AskAgainAsync(
        Caller by,
        Guid connectionId,
        Guid batchId,
        CancellationToken cancellationToken
    )
    {
        if (await batches.FindAsync(by.Workspace, connectionId, batchId, cancellationToken) is not { } kept)
            return null;
        var access = await accesses.LookAsync(by.Workspace, connectionId, kept.Asked.Source, cancellationToken);
        return await verify.RunAsync(access, by.Workspace, kept, cancellationToken);
    }

    private TestedLead Previewed(TestLead sample, ForeseenLead? seen, LookAccess access)
    {
        var lead = Telling.Start(sample, Telling.Of(seen?.Outcomes ?? []), seen, access);
        (TestAction Action, string? Object)[] writes =
        [
            (lead.Action, lead.Object),
            (lead.Other?.Action ?? TestAction.None, lead.Other?.Record.Object),
        ];
        var held = writes
            .Where(one => one is { Action: TestAction.Create or TestAction.Update, Object: not null })
            .Select(one => one.Object!)
            .Where(name => holds.IsHeld(sample.Wanted!.ConnectionId, new Cargo(sample.Wanted.Source, name)))
            .ToList();
        return lead with
        {
            Owner = Owners.Expected(lead.Action, lead.Fields, seen?.OwnerBefore, seen?.Given, access.UserId),
            Notes =
            [
                .. lead.Notes,
                .. held.Select(name => $"Writing leads of this source to {name} is held now, so a real one waits."),
            ],
        };
    }
}

/// <summary>Forgets test batches a day after they were written: their samples are about people too.</summary>
public sealed class ForgetTestBatches(
    TestBatchStore batches,
    PushOptions options,
    TimeProvider clock,
    ILogger<ForgetTestBatches> log
) : BackgroundService
{
    /// <summary>How long a test batch can be asked about.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync("Forgetting test batches", Pause, RunOnceAsync, clock, log, stoppingToken);

    /// <summary>Forgets all that are due; none is left then.</summary>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        // Whoever asked for one waits for it; with that over, nobody does.
        await batches.ForgetAsync(options.TestWithin * 2, Kept, cancellationToken);
        return false;
    }
}
