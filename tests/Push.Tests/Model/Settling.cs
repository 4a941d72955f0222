using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Push.Outcomes;
using LeadSync.Push.Replays;

namespace LeadSync.Push.Tests.Model;

/// <summary>
/// What was begun is brought to its end: everything arrives, nothing is held or refused any more, workers go on until no
/// lead waits. Then the CRM must hold the newest of everything, or an outcome must say why not.
/// </summary>
internal sealed partial class World
{
    // Of turns, each of which does something: many times what the leads of a world need.
    private const int Patience = 600;
    private readonly Dictionary<(Guid, string, string), List<(string Kind, long Version, bool IsLast)>> _told = [];
    private bool _isCalm;

    /// <exception cref="PromiseBrokenException">A lead waits for ever, or its newest values are nowhere.</exception>
    public void Settle()
    {
        _isCalm = true;
        (Refusal, CallsPerGrant) = (null, 10);
        foreach (var replica in Replicas.Where(replica => replica.IsStopped).ToList())
            Continue(replica);
        if (Replicas.Count == 0)
            Join();
        foreach (var held in Holds.ToList())
            Lift(held);
        while (_underway.Count > 0)
            Arrive();
        while (_late.Count > 0)
            ActOrNever(_late[0]);
        Story.Tell("all is settled", "now everything is let come to its end");
        Drain();
        // What the CRM refused by its mood can be written now.
        foreach (var org in Orgs)
        {
            TellTime();
            _thread.Finish(() =>
                Replicas[0]
                    .Replays.ReplayAsync(Operator, org.Connection, new Chosen(null, null), CancellationToken.None)
            );
        }
        Drain();
        Checker.ThrowIfBroken();
        foreach (
            var row in Read<Row>(
                "select connection_id, source, lead_id, version, wanted_run - done_run as waiting, parked_code, record_id from lead_sync"
            )
        )
        {
            CheckEnd(row);
        }
        Checker.ThrowIfBroken();
        _isCalm = false;
    }

    private void Drain()
    {
        for (var turns = 0; turns < Patience; turns++)
        {
            Pass(TimeSpan.FromMilliseconds(20));
            // One alone, once the others have ended what they were at.
            var atWork = Replicas
                .SelectMany(replica => replica.Workers)
                .FirstOrDefault(worker => worker.Turn is not null);
            if (CarryOn(atWork ?? Replicas[0].Workers[0]))
                continue;
            Listen();
            Checker.ThrowIfBroken();
            var next = Read<DateTimeOffset>(
                """
                select min(at) from (
                    select greatest(due_at, l.resume_at, l.lease_until) as at from lead_sync s join lane l using (connection_id)
                     where wanted_run > done_run and parked_code is null
                    union all
                    select greatest(coalesce(probe_at, now()), l.resume_at, l.lease_until) from intent join lane l using (connection_id)) n
                having min(at) is not null
                """
            );
            if (next.Count == 0)
                return;
            var wait = next[0] - Now;
            Pass(wait > Second ? wait : Second);
        }
        var waiting = Read<string>(
            """
            select format('%s/%s run %s of %s keys %s', source, lead_id, done_run, wanted_run, keys) from lead_sync
             where wanted_run > done_run and parked_code is null
            union all
            select format('intent of %s %s, given up %s, keys %s', lead_id, state, given_up_at, keys) from intent
            """
        );
        Checker.Break(6, $"a lead waits for ever in a healthy lane: {string.Join("; ", waiting)}");
        Checker.ThrowIfBroken();
    }

    // Lets a worker do its whole turn; says whether there was one.
    private bool CarryOn(Worker worker)
    {
        var wasAtWork = worker.Turn is not null;
        if (!wasAtWork)
            BeginTurn(worker);
        var hadWork = wasAtWork || worker.Turn is not null;
        while (worker.Turn is not null)
        {
            Pass(TimeSpan.FromMilliseconds(20));
            var call = worker.Calls.OrderBy(call => call.Key, StringComparer.Ordinal).First();
            switch (call.Phase)
            {
                case CallPhase.Entering:
                    LetOn(call);
                    break;
                case CallPhase.Sent when call.IsDropped:
                    Lose(call);
                    break;
                case CallPhase.Sent:
                    Act(call);
                    break;
                default:
                    Answer(call);
                    break;
            }
            Checker.ThrowIfBroken();
        }
        return hadWork;
    }

    /// <summary>Hears what the engine tells of leads, as the relay does.</summary>
    public void Listen()
    {
        TellTime();
        var rows = _thread.Finish(async () =>
        {
            await using var taken = await One(Running).Outcomes.TakeAsync(2_000, CancellationToken.None);
            await taken.EndAsync(taken.Rows, CancellationToken.None);
            return taken.Rows;
        });
        foreach (var row in rows)
            Hear(row);
    }

    private void Hear(OutcomeStore.Row row)
    {
        switch (row.Kind)
        {
            case "written":
                var written = JsonSerializer.Deserialize<WrittenRecord>(row.Body, Wire.Json)!;
                Checker.OnTold(Orgs.First(org => org.Connection == written.ConnectionId), written);
                Keep(
                    (written.ConnectionId, written.Source, written.LeadId),
                    written.Version,
                    $"written: {written.Outcome}",
                    isLast: true
                );
                break;
            case "matched":
                var matched = JsonSerializer.Deserialize<MatchedRecord>(row.Body, Wire.Json)!;
                Keep(
                    (matched.ConnectionId, matched.Source, matched.LeadId),
                    matched.Version,
                    $"matched: {matched.Decision} {matched.Reason}",
                    matched.Decision == SyncDecision.Skip
                );
                break;
            default:
                var failed = JsonSerializer.Deserialize<FailedSync>(row.Body, Wire.Json)!;
                Keep(
                    (failed.ConnectionId!.Value, failed.Source, failed.LeadId!),
                    failed.Version!.Value,
                    $"failed: {failed.Code}{(failed.Transient ? ", tried again" : "")}",
                    !failed.Transient
                );
                break;
        }
    }

    private void Keep((Guid, string, string) key, long version, string kind, bool isLast)
    {
        Story.Count($"told as {kind}");
        if (!_told.TryGetValue(key, out var told))
            _told[key] = told = [];
        told.Add((kind, version, isLast));
    }

    private void CheckEnd(Row row)
    {
        var want = _wants.Values.Single(want =>
            want.Connection == row.ConnectionId && want.Lead.Source == row.Source && want.Lead.LeadId == row.LeadId
        );
        var newest = want.Newest!;
        var who = $"{want.Lead} at {Name(row.ConnectionId)}";
        if (row.Version != newest.Version)
        {
            Checker.Break(3, $"{who} is wanted as of version {row.Version}, and {newest.Version} had arrived");
            return;
        }
        if (newest.Withdrawn)
            return;
        var last = _told
            .GetValueOrDefault((row.ConnectionId, row.Source, row.LeadId), [])
            .FindLast(told => told.Version == newest.Version && told.IsLast);
        if (last.Kind is null)
            Checker.Break(1, $"{who} has no outcome for its newest version");
        else if (last.Kind.StartsWith("written", StringComparison.Ordinal))
            CheckHeld(row, newest, who);
        else if (
            last.Kind.StartsWith("failed", StringComparison.Ordinal)
            && newest.Sections[0].MissingForCreate.Count == 0
        )
            Checker.Break(6, $"{who} ends as {last.Kind} although nothing is in its way any more");
    }

    // Promise 3: nothing older than what is wanted here was written last.
    private void CheckHeld(Row row, MappedLead newest, string who)
    {
        var record = Orgs.First(org => org.Connection == row.ConnectionId).Find(row.RecordId ?? "");
        if (record is null)
        {
            Checker.Break(3, $"{who} is told as written, and its record is not there");
            return;
        }
        foreach (
            var field in newest
                .Sections[0]
                .Fields.Where(field =>
                    Mapped.Rules.GetValueOrDefault(field.Field, WriteRule.OnlyOnCreate) == WriteRule.Overwrite
                )
        )
        {
            var written = record
                .History.GetValueOrDefault(field.Field, [])
                .Where(entry => entry.By is not null)
                .Select(entry => Values[entry.Value!].Captured)
                .LastOrDefault();
            if (written is null || written.At < field.CapturedAt)
                Checker.Break(3, $"{who}: {field.Value} was not written last into {field.Field} of {record}");
        }
    }

    private List<T> Read<T>(string query)
    {
        TellTime();
        return _thread.Finish(async () =>
        {
            await using var connection = await _time.Engine.OpenConnectionAsync();
            return (await connection.QueryAsync<T>(query)).AsList();
        });
    }

    private sealed record Row(
        Guid ConnectionId,
        string Source,
        string LeadId,
        long Version,
        long Waiting,
        string? ParkedCode,
        string? RecordId
    );
}
