using System.Runtime.CompilerServices;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Hosting.Bus;
using LeadSync.Hosting.Web;
using LeadSync.Push.Holds;

namespace LeadSync.Push.Tests.Model;

/// <summary>What may happen next, and how often it does.</summary>
internal sealed partial class World
{
    private const int MostReplicas = 3;
    private readonly Dictionary<int, int> _moods = [];
    private static readonly Caller Operator = new(Workspace, "ops", Role.Manager);

    /// <summary>Something happens.</summary>
    /// <exception cref="PromiseBrokenException">And it should not have.</exception>
    public void Step()
    {
        Story.NextStep();
        Pass(TimeSpan.FromMilliseconds(1 + Chance.Next(200)));
        var can = Possible().ToList();
        var chance = Chance.Next(can.Sum(one => one.Weight));
        can.First(one => (chance -= one.Weight) < 0).Happen();
        Checker.ThrowIfBroken();
    }

    private IEnumerable<(int Weight, Action Happen)> Possible()
    {
        yield return (60, Capture);
        if (_underway.Count > 0 && Running.Any())
            yield return (90, Arrive);
        if (_wants.Count > 0 && Running.Any())
            yield return (Mood(20), ArriveAgain);
        yield return (Mood(8), Withdraw);
        if (Idle().Any())
            yield return (_isWorkLikely ? 240 : 30, () => BeginTurn(One(Idle())));

        if (Waiting(CallPhase.Entering).Any())
            yield return (400, () => LetOn(One(Waiting(CallPhase.Entering))));
        if (UnderWay().Except(_late).Any())
            yield return (200, () => Act(One(UnderWay().Except(_late))));
        if (Waiting(CallPhase.Acted).Any())
            yield return (250, () => Answer(One(Waiting(CallPhase.Acted))));
        if (Waiting(CallPhase.Sent).Any())
            yield return (Mood(15), () => Refuse(One(Waiting(CallPhase.Sent))));
        if (Waiting(CallPhase.Sent).Concat(Waiting(CallPhase.Acted)).Any())
            yield return (20 + Mood(40), () => Lose(One(Waiting(CallPhase.Sent).Concat(Waiting(CallPhase.Acted)))));
        if (_late.Count > 0)
            yield return (Mood(6), () => ActOrNever(One(_late)));

        if (Replicas.Count < MostReplicas)
            yield return (25, Join);
        if (Replicas.Exists(IsAtWork))
            yield return (Mood(10), () => Kill(One(Replicas.Where(IsAtWork))));
        if (Running.Any(IsAtWork))
            yield return (Mood(20), () => Stop(One(Running.Where(IsAtWork))));
        if (Replicas.Exists(replica => replica.IsStopped))
            yield return (20, () => Continue(One(Replicas.Where(replica => replica.IsStopped))));

        if (_wants.Count > 0 && Running.Any())
            yield return (Mood(20), Replay);
        if (Running.Any())
            yield return (Mood(15), SetHold);
        if (Holds.Count > 0 && Running.Any())
            yield return (40, () => Lift(One(Holds)));
        yield return (Refusal is null ? Mood(5) : 60, ConnectorChanges);
        if (Orgs.Any(org => org.Records.Count > 0))
            yield return (Mood(30), RepEdits);
        yield return (Mood(5), RepCreates);
        yield return (Mood(50), Wait);
    }

    // In each world some things happen often, some rarely, some never: what only happens where two of them meet is seen.
    private int Mood(int weight, [CallerLineNumber] int place = 0)
    {
        if (!_moods.TryGetValue(place, out var mood))
            _moods[place] = mood = One<int>([0, 1, 1, 2, 4]);
        return weight * mood;
    }

    private static bool IsAtWork(Replica replica) => replica.Workers.Any(worker => worker.Calls.Count > 0);

    private T One<T>(IEnumerable<T> of)
    {
        var all = of.ToList();
        return all[Chance.Next(all.Count)];
    }

    private IEnumerable<Worker> Idle() =>
        Running.SelectMany(replica => replica.Workers).Where(worker => worker.Turn is null);

    private IEnumerable<Call> Waiting(CallPhase phase) =>
        Running
            .SelectMany(replica => replica.Workers)
            .SelectMany(worker => worker.Calls.OrderBy(call => call.Key, StringComparer.Ordinal))
            .Where(call => call.Phase == phase);

    // Mostly what is new: it meets more of what is under way.
    private T OneRecent<T>(IReadOnlyList<T> of, int recent) =>
        Chance.Next(6) == 0 || of.Count <= recent ? One(of) : of[^(1 + Chance.Next(recent))];

    private void Capture()
    {
        if (Chance.Next(2) == 0)
            NewPerson();
        var lead = OneRecent(Leads, 8);
        lead.IsWithdrawn = false;
        var isFirst = lead.Fields.Count == 0;
        foreach (
            var field in Mapped.Rules.Keys.Where(field =>
                Chance.Next(3) == 0 || (isFirst && field is "LastName" or "Company")
            )
        )
        {
            // Some are told of late.
            var at = Now - (Chance.Next(3) == 0 ? TimeSpan.FromSeconds(Chance.Next(60)) : TimeSpan.Zero);
            if (isFirst && field == "Company" && Chance.Next(10) == 0)
                continue;
            if (lead.Fields.TryGetValue(field, out var known) && known.At >= at)
                continue;
            var captured = new Captured(field, $"{field}-{Values.Count}", at);
            lead.Fields[field] = captured;
            Values.Add(captured.Value, (lead, captured));
        }
        Make(lead);
        Story.Tell(
            "a lead is captured",
            $"{lead} is captured: {string.Join(' ', lead.Fields.Values.Select(field => field.Value))}"
        );
    }

    private void Withdraw()
    {
        var lead = One(Leads);
        if (lead.IsWithdrawn || lead.Fields.Count == 0)
            return;
        lead.IsWithdrawn = true;
        Make(lead);
        Story.Tell("a lead is withdrawn", $"{lead} is withdrawn");
    }

    // As Mapping does: the version grows, and is sent to each connection that the lead is routed to.
    private void Make(CapturedLead lead)
    {
        foreach (var org in Orgs.Where(org => org == Orgs[0] || lead.LeadId[^1] % 3 == 0))
        {
            var want = WantOf(lead, org.Connection);
            var micros = (Now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
            var version = want.Made.Count == 0 ? micros : Math.Max(micros, want.Made[^1].Version + 1);
            want.Made.Add(Mapped.From(lead, org.Connection, version, Now));
            _underway.Add(want.Made[^1]);
        }
    }

    // In any order, several at a time, and some of them twice.
    private void Arrive()
    {
        var arriving = new List<MappedLead>();
        for (var number = 1 + Chance.Next(3); number > 0 && _underway.Count > 0; number--)
        {
            var one = One(_underway);
            arriving.Add(one);
            if (Chance.Next(6) > 0)
                _underway.Remove(one);
        }
        TakeIn("leads arrive", arriving);
    }

    private void ArriveAgain()
    {
        var want = OneRecent([.. _wants.Values], 12);
        TakeIn("an old version arrives again", [One(want.Made)]);
    }

    private void TakeIn(string kind, IReadOnlyList<MappedLead> arriving)
    {
        var replica = One(Running);
        TellTime();
        _thread.Finish(() =>
            replica.Intake.ConsumeAsync(
                [.. arriving.Select(lead => new Arrived<MappedLead>(Workspace, lead))],
                CancellationToken.None
            )
        );
        _isWorkLikely = true;
        foreach (var lead in arriving)
            _wants.Values.Single(want => want.Made.Contains(lead)).TakeIn(lead, Story.Step);
        var what = arriving.Select(lead =>
            $"{lead.Source}/{lead.LeadId} v{lead.Version % 1_000_000_000}{(lead.Withdrawn ? " withdrawn" : "")}"
        );
        Story.Tell(kind, $"{replica.Name} takes in {string.Join(", ", what)} for {Name(arriving[0].ConnectionId)}");
    }

    private void BeginTurn(Worker worker)
    {
        Watch(worker.Replica);
        Story.Tell("a turn begins", $"{worker} looks for a lane");
        GoOn(worker, () => worker.Begin(Story.Step));
    }

    // The engine has its last look now: at a lease, and at holds as far as it has read them.
    private void LetOn(Call call)
    {
        Watch(call.By.Replica);
        GoOn(call.By, call.LetOn);
    }

    private void Answer(Call call)
    {
        Watch(call.By.Replica);
        Story.Tell("an answer", $"{call} is answered");
        GoOn(call.By, call.Answer);
    }

    private void Refuse(Call call)
    {
        call.IsDropped = true;
        var (kind, of) = One([
            (FailureCatalogue.CrmUnavailable, FailureClass.Transient),
            (FailureCatalogue.RateLimited, FailureClass.Transient),
            (FailureCatalogue.LimitDaily, FailureClass.Budget),
            (FailureCatalogue.AuthRevoked, FailureClass.Session),
        ]);
        Watch(call.By.Replica);
        Story.Tell("a call is refused", $"{call} is refused: {kind.Code}");
        GoOn(call.By, () => call.Fail(VirtualOrg.Failure(kind, of)));
    }

    // The CRM may have acted, may act yet, or never.
    private void Lose(Call call)
    {
        if (call.Phase == CallPhase.Sent && !call.IsDropped)
            _late.Add(call);
        var kind = FailureCatalogue.Timeout;
        Watch(call.By.Replica);
        Story.Tell(
            "an answer is lost",
            $"the answer to {call} is lost{(call.Phase == CallPhase.Acted ? " after its effect" : "")}"
        );
        GoOn(
            call.By,
            () =>
                call.Fail(
                    VirtualOrg.Failure(kind, call.Search is null ? FailureClass.UnknownOutcome : FailureClass.Transient)
                )
        );
    }

    private void Kill(Replica replica)
    {
        Replicas.Remove(replica);
        _gone.Add(replica);
        _late.AddRange(
            replica
                .Workers.SelectMany(worker => worker.Calls)
                .Where(call => call.Phase == CallPhase.Sent && !call.IsDropped)
                .OrderBy(call => call.Key, StringComparer.Ordinal)
        );
        var calls = replica.Workers.SelectMany(worker => worker.Calls).Select(call => $"{call} ({call.Phase})");
        Story.Tell("a replica is killed", $"{replica.Name} is killed during {string.Join(" and ", calls)}");
        foreach (var call in replica.Workers.SelectMany(worker => worker.Calls))
            Story.Count($"killed while {call.Phase}");
    }

    private void Stop(Replica replica)
    {
        replica.IsStopped = true;
        Story.Tell("a replica is stopped", $"{replica.Name} is stopped");
    }

    private void Continue(Replica replica)
    {
        replica.IsStopped = false;
        Story.Tell("a replica is continued", $"{replica.Name} is continued");
        Wind(replica);
    }

    // Four times a second, but for a process that was stopped, or a database that was slow.
    private void Watch(Replica replica)
    {
        if (Now - replica.WatchedAt < TimeSpan.FromMilliseconds(250 + Chance.Next(1_700)))
            return;
        if (Now - replica.WatchedAt > HoldWatch.Freshness && Chance.Next(20) == 0)
        {
            Story.Count("holds are not read in time");
            return;
        }
        _thread.Finish(() => replica.Watch.RunOnceAsync(CancellationToken.None));
        replica.WatchedAt = Now;
    }

    private string Name(Guid connection) => connection == Orgs[0].Connection ? "A" : "B";
}
