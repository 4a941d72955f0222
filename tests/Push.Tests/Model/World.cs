using Dapper;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Holds;

namespace LeadSync.Push.Tests.Model;

/// <summary>A hold as the world set it.</summary>
/// <param name="AnsweredAt">From then on it was acknowledged.</param>
internal sealed record SetHold(Hold Hold, string Reason, DateTimeOffset AnsweredAt)
{
    public override string ToString() =>
        $"the hold ({Reason}) on {(Hold.IsWhole ? "the connection" : $"{Hold.Source}{Hold.Object}")}";
}

/// <summary>
/// Replicas of the engine on one database, two orgs, the leads and reps around them, and one clock for all. Nothing moves
/// unless a step moves it.
/// </summary>
internal sealed partial class World : IAsyncDisposable
{
    public const string Workspace = "acme";

    // Timers of whoever works meanwhile must find the time at which they are due.
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly VirtualTime _time;
    private readonly OneThread _thread;
    private readonly Engine _engine;
    private readonly List<Call> _late = [];
    private readonly List<Replica> _gone = [];
    private DateTimeOffset _toldTime;
    private int _names;
    private int _persons;
    private bool _isWorkLikely;

    public World(VirtualTime time, OneThread thread, Engine engine, int seed)
    {
        (_time, _thread, _engine) = (time, thread, engine);
        (Chance, Story, Checker) = (new Random(seed), new Story(seed), new Checker(this));
        Orgs = [.. Enumerable.Range(0, 2).Select(_ => new VirtualOrg(NewGuid(), Checker))];
        NewPerson();
        Join();
    }

    public Random Chance { get; }
    public Story Story { get; }
    public Checker Checker { get; }
    public DateTimeOffset Now { get; private set; } = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    public IReadOnlyList<VirtualOrg> Orgs { get; }
    public List<CapturedLead> Leads { get; } = [];
    public Dictionary<string, (CapturedLead Lead, Captured Captured)> Values { get; } = new(StringComparer.Ordinal);
    public List<SetHold> Holds { get; } = [];
    public HashSet<VirtualRecord> ToldAsCreated { get; } = [];
    public List<Replica> Replicas { get; } = [];

    /// <summary>What Connector says instead of a grant; null for a grant.</summary>
    public FailureKind? Refusal { get; private set; }

    public int CallsPerGrant { get; private set; } = 10;

    private readonly Dictionary<(CapturedLead, Guid), Want> _wants = [];
    private readonly List<MappedLead> _underway = [];

    public Want WantOf(CapturedLead lead, Guid connection)
    {
        if (!_wants.TryGetValue((lead, connection), out var want))
            _wants[(lead, connection)] = want = new Want(lead, connection);
        return want;
    }

    /// <summary>The engine is about to call.</summary>
    public Call Begin(CrmSession session, IReadOnlyList<RecordWrite> writes, string key)
    {
        var worker = Worker.Current;
        var call = new Call(worker, Orgs.First(org => org.Connection == Guid.Parse(session.AccessToken)), writes, key);
        worker.Calls.Add(call);
        return call;
    }

    /// <summary>The engine has had its last look: the call goes out.</summary>
    public void Send(Call call, Search? search)
    {
        Checker.BeforeSend(call);
        call.Send(search, Now + _engine.CrmCommitsWithin);
        Story.Tell("a call is sent", $"{call} is sent");
    }

    /// <summary>The call is over for the engine.</summary>
    public static void End(Call call)
    {
        call.By.Calls.Remove(call);
        if (call.IsAnswered)
            call.By.Answered.Add(call);
        call.End();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in Replicas.Concat(_gone))
            await replica.DisposeAsync();
    }

    private Guid NewGuid()
    {
        var bytes = new byte[16];
        Chance.NextBytes(bytes);
        return new Guid(bytes);
    }

    private IEnumerable<Replica> Running => Replicas.Where(replica => !replica.IsStopped);

    // Known to one source, to both, or to one of them twice.
    private void NewPerson()
    {
        var email = $"p{_persons++}@model.example";
        for (var number = 1 + Chance.Next(3); number > 0; number--)
            Leads.Add(new CapturedLead(One<string>(["web", "chat"]), $"l{Leads.Count}", email));
    }

    private void Join()
    {
        var replica = new Replica(this, $"R{++_names}", workers: 1 + Chance.Next(2), _engine);
        Replicas.Add(replica);
        Story.Tell("a replica joins", $"{replica.Name} joins");
    }

    /// <summary>Lets a worker go on until it waits for a call, or its turn is over.</summary>
    private void GoOn(Worker worker, Action what)
    {
        TellTime();
        what();
        _thread.Until(() => worker.Turn is not { IsCompleted: false } || worker.Calls.Count > 0);
        if (worker.End() is not { } served)
            return;
        _isWorkLikely = served;
        Story.Tell(
            served ? "a turn ends" : "no lane has work",
            $"{worker}'s turn ends{(served ? "" : ": no lane has work")}"
        );
    }

    /// <summary>Lets time pass, for the CRM, the database, and every process that is not stopped.</summary>
    private void Pass(TimeSpan time)
    {
        while (time > TimeSpan.Zero)
        {
            var isAnyoneAtWork = Running.Any(replica => replica.Workers.Any(worker => worker.Turn is not null));
            var slice = isAnyoneAtWork && time > Slice ? Slice : time;
            foreach (var call in UnderWay().Where(call => call.ActsBefore <= Now + slice).ToList())
                ActOrNever(call);
            (Now, time) = (Now + slice, time - slice);
            foreach (var replica in Running)
                Wind(replica);
        }
    }

    // Off the thread, for what a timer does must not wait for what the thread does next.
    private void Wind(Replica replica)
    {
        var behind = Now - replica.Clock.GetUtcNow();
        if (replica.Clock.Waiting > 0 && Now - _toldTime > Second)
            TellTime();
        SynchronizationContext.SetSynchronizationContext(null);
        replica.Clock.Advance(behind);
        SynchronizationContext.SetSynchronizationContext(_thread);
        _thread.Until(() => true);
    }

    private void TellTime()
    {
        if (_toldTime == Now)
            return;
        _thread.Finish(async () =>
        {
            await using var connection = await _time.Engine.OpenConnectionAsync();
            await connection.ExecuteAsync("update virtual_time.clock set at = @Now", new { Now });
        });
        _toldTime = Now;
    }

    // Calls that reached the CRM, or may, and that it has not acted on.
    private IEnumerable<Call> UnderWay() =>
        Replicas
            .SelectMany(replica => replica.Workers)
            .SelectMany(worker => worker.Calls)
            .Where(call => call.Phase == CallPhase.Sent && !call.IsDropped)
            .OrderBy(call => call.By.ToString(), StringComparer.Ordinal)
            .ThenBy(call => call.Key, StringComparer.Ordinal)
            .Concat(_late);

    private void ActOrNever(Call call)
    {
        if (Chance.Next(3) > 0)
        {
            Act(call);
            return;
        }
        call.IsDropped = true;
        _late.Remove(call);
        Story.Tell("a call never arrives", $"{call} never reaches the CRM");
    }

    private void Act(Call call)
    {
        var isLate = _late.Remove(call);
        if (call.Search is not null)
        {
            call.Act(call.Org.Answer(call.Search, Now), []);
            Story.Count("the CRM answers a search");
            return;
        }
        var refusals = Refusals(call.Writes.Count);
        var results = call.Writes.Select((write, place) => call.Org.Carry(call, write, refusals[place], Now)).ToList();
        call.Act(found: null, results);
        var what = string.Join(
            ", ",
            results.Select((result, place) => result.Failure?.Code ?? Written(call, place, result.RecordId!))
        );
        foreach (var result in results)
            Story.Count($"the CRM says {result.Failure?.Code ?? (result.Created ? "created" : "updated")}");
        Story.Tell(
            isLate ? "an effect comes late" : "an effect",
            $"the CRM acts on {call}{(isLate ? ", late" : "")}: {what}"
        );
    }

    private static string Written(Call call, int place, string id) =>
        $"{id[9..15]} {string.Join(' ', call.Writes[place].Fields.Select(field => VirtualOrg.Text(field.Value)))}";

    // What the CRM refuses now: nothing, one record for good or for now, or the whole of it.
    private CrmFailure?[] Refusals(int writes)
    {
        var refusals = new CrmFailure?[writes];
        var chance = _isCalm ? 100 : Chance.Next(100);
        if (chance < 3)
        {
            var whole = VirtualOrg.Failure(FailureCatalogue.CrmRefused, FailureClass.Record) with
            {
                WholeBatch = writes > 1,
            };
            Array.Fill(refusals, whole);
        }
        else if (chance < 8)
            refusals[Chance.Next(writes)] = VirtualOrg.Failure(FailureCatalogue.ValidationRule, FailureClass.Record);
        else if (chance < 13)
            refusals[Chance.Next(writes)] = VirtualOrg.Failure(FailureCatalogue.RowLocked, FailureClass.Transient);
        return refusals;
    }
}
