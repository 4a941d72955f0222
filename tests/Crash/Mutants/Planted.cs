using LeadSync.Crash.Checking;
using LeadSync.Crash.Trials;

namespace LeadSync.Crash.Mutants;

/// <summary>The faults that the checker must find.</summary>
public static class Planted
{
    public static IReadOnlyList<Mutant> All { get; } =
    [
        new(
            "acknowledge first",
            "Push",
            "a message is acknowledged before it is taken in",
            [
                new(
                    "services/Hosting/Bus/ListConsumer.cs",
                    "            await work.DoAsync(stop => consumption.ConsumeAsync(items.ToArray(), queue, stop));",
                    "            _ = work.DoAsync(stop => consumption.ConsumeAsync(items.ToArray(), queue, stop)); await Task.Yield();"
                ),
            ],
            "push.intake.sent",
            Fault.Kill,
            InUpdates: false,
            [Counter.Lost, Counter.Stale]
        ),
        new(
            "no version guard",
            "Push",
            "an older version replaces a newer one",
            [
                new(
                    "services/Push/Lanes/LeadSyncStore.cs",
                    "                where excluded.version > s.version",
                    "                where true"
                ),
            ],
            "push.bus.deliver",
            Fault.Stall,
            InUpdates: true,
            [Counter.Stale, Counter.Retroactive]
        ),
        new(
            "row deleted at completion",
            "Push",
            "a lead that is done leaves no row, so nobody knows how far it was",
            [
                new(
                    "services/Push/Writing/Settler.cs",
                    "        await EndRowsAsync(lease, settlements, transaction, cancellationToken);\n",
                    """
                            await EndRowsAsync(lease, settlements, transaction, cancellationToken);
                            await transaction.Connection!.ExecuteAsync(
                                "delete from lead_sync where connection_id = @ConnectionId and wanted_run = done_run",
                                new { lease.ConnectionId },
                                transaction
                            );

                    """
                ),
            ],
            "push.bus.deliver",
            Fault.Stall,
            InUpdates: false,
            [Counter.Stale, Counter.Retroactive]
        ),
        new(
            "no intent",
            "Push",
            "whoever takes a lane over does not know what was under way",
            [
                new(
                    "services/Push/Writing/IntentStore.cs",
                    "update intent set state = 'unknown', probe_at = now() where connection_id = @ConnectionId and state = 'open'",
                    "delete from intent where connection_id = @ConnectionId and state = 'open'"
                ),
            ],
            "push.crm.request",
            Fault.KillLate,
            InUpdates: false,
            [Counter.Duplicate, Counter.MissingAudit, Counter.Retroactive, Counter.Stale]
        ),
        new(
            "lease ignored",
            "Push",
            "a lane is taken although another serves it, and that one goes on",
            [
                new(
                    "services/Push/Lanes/LeaseStore.cs",
                    "                     where l.lease_until < now()",
                    "                     where true"
                ),
                new(
                    "services/Push/Lanes/LeaseStore.cs",
                    "set lease_until = now() + @Lease where connection_id = @ConnectionId and fence = @Fence",
                    "set lease_until = now() + @Lease where connection_id = @ConnectionId"
                ),
                new(
                    "services/Push/Lanes/LeaseStore.cs",
                    "select true from lane where connection_id = @ConnectionId and fence = @Fence for share",
                    "select true from lane where connection_id = @ConnectionId for share"
                ),
            ],
            "push.look.answer",
            Fault.Stall,
            InUpdates: false,
            [Counter.Duplicate, Counter.Retroactive, Counter.Stale, Counter.PhantomAudit, Counter.MissingAudit]
        ),
        new(
            "lost create repeated",
            "Push",
            "a call whose answer was lost counts as never made",
            [
                new(
                    "services/Push/Writing/Writer.cs",
                    "            await MakeUnknownAsync(lease, unknown, cancellationToken);",
                    "            await end.EndAsync(lease, [.. unknown.Select(intent => new Answer(intent, Result: null))], cancellationToken);"
                ),
            ],
            "push.crm.request",
            Fault.EffectLate,
            InUpdates: false,
            [Counter.Duplicate, Counter.MissingAudit, Counter.PhantomAudit, Counter.Retroactive, Counter.Stale]
        ),
        new(
            "conditional write off",
            "Push",
            "a field that is only filled is written although the record has changed since it was read",
            [
                new(
                    "services/Crm/Salesforce/SalesforceHttp.cs",
                    "        request.Headers.IfUnmodifiedSince = call.UnmodifiedSince;\n",
                    ""
                ),
            ],
            "push.crm.request",
            Fault.Edit,
            InUpdates: false,
            [Counter.GuardedOverwritten]
        )
        {
            Nth = [2, 3, 4],
        },
        new(
            "newest capture not kept",
            "Push",
            "an older captured value of another source is written over a newer one",
            [
                new(
                    "services/Push/Writing/FieldRules.cs",
                    "field.CapturedAt <= applied.At)",
                    "field.CapturedAt <= DateTimeOffset.MinValue)"
                ),
            ],
            "push.settle.sent",
            Fault.Reset,
            InUpdates: true,
            [Counter.Retroactive, Counter.Stale]
        ),
        new(
            "hold ignored",
            "Push",
            "a call starts although the lane was paused: neither a lane's claim nor a call asks",
            [
                new(
                    "services/Push/Lanes/LeaseStore.cs",
                    "where h.connection_id = l.connection_id and h.source = '' and h.object = '')",
                    "where h.connection_id = l.connection_id and h.source = '' and h.object = '' and false)"
                ),
                new(
                    "services/Push/Holds/HoldWatch.cs",
                    "if (known.Of(connectionId).Any(hold => hold.IsWhole || cargo.Any(one => hold.Covers(one.Source, one.Object))))",
                    "if (known.Of(connectionId).Any(hold => hold.IsWhole && hold.Source != hold.Object))"
                ),
            ],
            "push.intent.committed",
            Fault.Hold,
            InUpdates: false,
            [Counter.CallAfterHold]
        ),
        new(
            "outcomes dropped before they are told",
            "Push",
            "an outcome is deleted first and published then",
            [
                new(
                    "services/Push/Outcomes/OutcomeRelay.cs",
                    "            await taken.EndAsync(published[true].SelectMany(group => group), CancellationToken.None);\n",
                    "            await Task.Yield();\n"
                ),
                new(
                    "services/Push/Outcomes/OutcomeRelay.cs",
                    "        await using var taken = await outcomes.TakeAsync(Most, cancellationToken);\n",
                    """
                            await using var taken = await outcomes.TakeAsync(Most, cancellationToken);
                            await taken.EndAsync(taken.Rows, cancellationToken);

                    """
                ),
            ],
            "push.bus.publish",
            Fault.Kill,
            InUpdates: false,
            [Counter.MissingAudit]
        ),
        new(
            "no sweeper",
            "Push",
            "a lane whose worker died is never taken up",
            [
                new(
                    "services/Push/Lanes/LeaseStore.cs",
                    "where l.lease_until < now()",
                    "where l.lease_until < now() and l.owner is null"
                ),
            ],
            "push.intent.committed",
            Fault.Kill,
            InUpdates: false,
            [Counter.Lost, Counter.MissingAudit, Counter.Stuck]
        ),
        new(
            "no check of the topology",
            "Gateway",
            "a message that no queue takes is taken for published",
            [
                new(
                    "services/Hosting/Bus/Publisher.cs",
                    "        rabbit.Mandatory = true;\n",
                    "        rabbit.Mandatory = false;\n"
                ),
            ],
            "gateway.bus.publish",
            Fault.Unbind,
            InUpdates: false,
            [Counter.Lost, Counter.Stale]
        ),
        new(
            "answered before confirmed",
            "Gateway",
            "a product is told that its leads are safe while they are still on their way",
            [
                new(
                    "services/Gateway/Capture/CapturePublisher.cs",
                    "            await publisher.PublishAsync(kind, workspace, items, CancellationToken.None, options.Patience);",
                    "            _ = publisher.PublishAsync(kind, workspace, items, CancellationToken.None, options.Patience); await Task.Yield();"
                ),
            ],
            "gateway.bus.publish",
            Fault.Reset,
            InUpdates: false,
            [Counter.Lost, Counter.Stale]
        ),
        new(
            "budget not kept",
            "Connector",
            "as many calls are granted as were asked for",
            [
                new(
                    "services/Connector/Budget/ApiBudget.cs",
                    "        var granted = (int)Math.Min(asked, left);",
                    "        var granted = asked; _ = left;"
                ),
            ],
            "connector.grant.committed",
            Fault.Stall,
            InUpdates: false,
            [Counter.OverBudget]
        )
        {
            Allowance = 40,
        },
    ];
}
