using LeadSync.Contracts;
using LeadSync.Push.Holds;
using LeadSync.Push.Replays;

namespace LeadSync.Push.Tests.Model;

/// <summary>What people do meanwhile: operators, reps, and whoever reads the clock.</summary>
internal sealed partial class World
{
    private static readonly string[] Edited = ["LastName", "Title", "Phone", "Description", "Rating", "Status"];

    private void Replay()
    {
        var want = OneRecent([.. _wants.Values], 12);
        var isAll = Chance.Next(4) == 0;
        var chosen = new Chosen(Code: null, isAll ? null : [new ChosenLead(want.Lead.Source, want.Lead.LeadId)]);
        TellTime();
        var count = _thread.Finish(() =>
            One(Running).Replays.ReplayAsync(Operator, want.Connection, chosen, CancellationToken.None)
        );
        Story.Tell(
            isAll ? "all parked are replayed" : "a lead is replayed",
            $"{(isAll ? "all parked" : want.Lead)} at {Name(want.Connection)}: {count} are replayed"
        );
    }

    private void SetHold()
    {
        var connection = One(Orgs).Connection;
        var (source, target, reason) = One([
            ("", "", "deauthorised"),
            ("", "", "disabled"),
            ("web", "", "disabled"),
            ("chat", "", "disabled"),
            ("", "Lead", "disabled"),
            ("", "", HoldReasons.Paused),
        ]);
        var hold = new Hold(connection, source, target);
        if (Holds.Exists(held => held.Hold == hold && held.Reason == reason))
            return;
        TellTime();
        _thread.Finish(() => One(Running).Holds.SetAsync(Workspace, hold, reason, CancellationToken.None));
        Holds.Add(new SetHold(hold, reason, Now + HoldWatch.Freshness));
        Story.Tell("a hold is set", $"{Holds[^1]} {Name(connection)} is set");
    }

    private void Lift(SetHold held)
    {
        Holds.Remove(held);
        var isDiscarded = Chance.Next(4) == 0;
        TellTime();
        _thread.Finish(async () =>
        {
            var replica = One(Running);
            var hold = held.Hold;
            if (isDiscarded)
                await replica.Held.DiscardAsync(
                    Workspace,
                    hold.ConnectionId,
                    hold.Source,
                    null,
                    CancellationToken.None
                );
            await replica.Holds.LiftAsync(Workspace, hold, held.Reason, CancellationToken.None);
        });
        _isWorkLikely = true;
        Story.Tell(
            isDiscarded ? "a hold is lifted, what waits discarded" : "a hold is lifted",
            $"{held} {Name(held.Hold.ConnectionId)} is lifted{(isDiscarded ? ", what waits is discarded" : "")}"
        );
    }

    private void ConnectorChanges()
    {
        _isWorkLikely = true;
        Refusal = One<FailureKind?>([
            null,
            null,
            null,
            null,
            null,
            FailureCatalogue.AuthRevoked,
            FailureCatalogue.LimitDaily,
            FailureCatalogue.Unavailable,
        ]);
        CallsPerGrant = One([1, 2, 10]);
        Story.Tell(
            $"Connector says {Refusal?.Code ?? "yes"}",
            $"Connector says {Refusal?.Code ?? $"yes, for {CallsPerGrant} calls"}"
        );
    }

    private void RepEdits()
    {
        // Most of all where a call has just looked.
        var looked = Replicas
            .SelectMany(replica => replica.Workers)
            .SelectMany(worker => worker.Calls.OrderBy(call => call.Key, StringComparer.Ordinal))
            .SelectMany(call =>
                call.Org.Records.Where(record =>
                    call.Key.Contains(record.Id, StringComparison.Ordinal)
                    || call.Key.Contains(record.Email, StringComparison.Ordinal)
                )
            )
            .ToList();
        var record =
            looked.Count > 0 && Chance.Next(3) > 0
                ? One(looked)
                : OneRecent([.. One(Orgs.Where(org => org.Records.Count > 0)).Records], 6);
        var field = One(Edited);
        var value = (field, Chance.Next(4)) switch
        {
            ("Status", < 2) => "Working",
            ("Status", _) => "Open",
            ("LastName", 0) => "rep",
            (_, 0) => null,
            _ => $"rep-{Story.Step}",
        };
        record.Set(field, new Entry(value, By: null), Now);
        Story.Tell("a rep edits", $"a rep sets {field} of {record.Email} to {value ?? "nothing"}");
    }

    private void RepCreates()
    {
        var (org, email) = (One(Orgs), OneRecent(Leads, 8).Email);
        if (org.Records.Count(record => !record.IsOurs && record.Email == email) > 1)
            return;
        var objectName = Chance.Next(4) == 0 ? "Contact" : "Lead";
        org.Make(objectName, email, isOurs: false, Now);
        Story.Tell(
            $"a rep creates a {objectName}",
            $"a rep creates a {objectName} for {email} in {Name(org.Connection)}"
        );
    }

    private void Wait()
    {
        var (kind, time) = Chance.Next(24) switch
        {
            < 16 => ("a moment passes", TimeSpan.FromMilliseconds(100 + Chance.Next(3_000))),
            < 20 => ("a part of a lease passes", TimeSpan.FromSeconds(5 + Chance.Next(12))),
            < 23 => ("a lease passes", _engine.Options.Lease + TimeSpan.FromSeconds(1 + Chance.Next(5))),
            _ => ("the latest commit passes", _engine.CrmCommitsWithin + TimeSpan.FromSeconds(12 + Chance.Next(20))),
        };
        Pass(time);
        _isWorkLikely = true;
        Story.Tell(kind, $"{time.TotalSeconds:0.0} s pass");
    }
}
