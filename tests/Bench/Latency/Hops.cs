using Dapper;
using LeadSync.Bench.Houses;
using LeadSync.Bench.Loads;
using LeadSync.CrmSimulator.Journal;
using Npgsql;

namespace LeadSync.Bench.Latency;

/// <summary>
/// Where a lead was when, from what the services themselves have stored of it: one machine, one clock. A stage's time is when the
/// lead had come to it.
/// </summary>
/// <param name="Due">It was its turn to be sent.</param>
/// <param name="Accepted">Gateway had answered; Mapping may have been quicker.</param>
/// <param name="Mapped">Mapping had decided on it (<c>LeadMapped.occurredAt</c>).</param>
/// <param name="InLane">Push began to store it (<c>lead_sync.arrived_at</c>).</param>
/// <param name="Asked">The CRM had been asked for records of its batch.</param>
/// <param name="Matched">Push had decided what to write (<c>RecordMatched.occurredAt</c>).</param>
/// <param name="Effect">The record was there, by the CRM's journal.</param>
/// <param name="Known">Push had the CRM's answer (<c>RecordWritten.occurredAt</c>).</param>
/// <param name="Told">The outcome was in the history (<c>event.stored_at</c>).</param>
public sealed record Hops(
    DateTimeOffset Due,
    DateTimeOffset Accepted,
    DateTimeOffset Mapped,
    DateTimeOffset InLane,
    DateTimeOffset Asked,
    DateTimeOffset Matched,
    DateTimeOffset Effect,
    DateTimeOffset Known,
    DateTimeOffset Told
)
{
    /// <summary>What each hop took, in order, with a name for readers. They add up from <see cref="Due"/> to <see cref="Told"/>.</summary>
    public IEnumerable<(string Name, TimeSpan Took)> All =>
        [
            ("sent → mapped: Gateway, broker, Mapping", Mapped - Due),
            ("mapped → in the lane: Mapping's commit, broker, Push's intake", InLane - Mapped),
            ("in the lane → asked: lease, batch, grant, the call that finds", Asked - InLane),
            ("asked → decided: the CRM's answer, rules, fields", Matched - Asked),
            ("decided → effect: the intent's commit, the call that writes", Effect - Matched),
            ("effect → known: the CRM's answer", Known - Effect),
            ("known → told: settled, published, in the history", Told - Known),
        ];

    /// <summary>The hops of leads that are all there, and told.</summary>
    public static async Task<IReadOnlyList<Hops>> ReadAsync(
        BenchHouse house,
        string run,
        IReadOnlyList<SentLead> sent,
        Arrivals arrivals
    )
    {
        var of = new { run = $"{run}-" };
        var events = await ReadAsync<(string LeadId, string Kind, DateTime At, DateTime StoredAt)>(
            house.DatabaseOf("Audit"),
            "select lead_id, kind, occurred_at, stored_at from event where starts_with(lead_id, @run) order by stored_at desc",
            of
        );
        var lanes = await ReadAsync<(string LeadId, DateTime At)>(
            house.DatabaseOf("Push"),
            "select lead_id, arrived_at from lead_sync where starts_with(lead_id, @run)",
            of
        );
        // The first event of each kind: they come newest first.
        var kinds = events
            .GroupBy(one => (one.LeadId, one.Kind))
            .ToDictionary(group => group.Key, group => group.Last());
        var inLane = lanes.ToDictionary(lane => lane.LeadId, lane => Utc(lane.At), StringComparer.Ordinal);
        var questions = Questions(house);
        return
        [
            .. sent.Select(lead =>
            {
                var matched = Utc(kinds[(lead.LeadId, "RecordMatched")].At);
                var written = kinds[(lead.LeadId, "RecordWritten")];
                return new Hops(
                    lead.Due,
                    lead.Accepted,
                    Utc(kinds[(lead.LeadId, "LeadMapped")].At),
                    inLane[lead.LeadId],
                    questions[lead.Tenant.Workspace].Last(at => at <= matched),
                    matched,
                    arrivals.At(lead.Email)!.Value,
                    Utc(written.At),
                    Utc(written.StoredAt)
                );
            }),
        ];
    }

    // The last question before a decision is the one that it follows from: a lane with little in it asks one at a time.
    private static Dictionary<string, List<DateTimeOffset>> Questions(BenchHouse house) =>
        house
            .Crm.Journal.After(0)
            .Where(entry =>
                entry is { Counted: true, Writes: false, Kind: RequestKinds.Composite or RequestKinds.Query }
            )
            .GroupBy(entry => entry.Org, StringComparer.Ordinal)
            .ToDictionary(org => org.Key, org => org.Select(entry => entry.At).ToList(), StringComparer.Ordinal);

    private static async Task<IReadOnlyList<T>> ReadAsync<T>(string database, string sql, object values)
    {
        await using var connection = new NpgsqlConnection(database);
        return [.. await connection.QueryAsync<T>(sql, values)];
    }

    private static DateTimeOffset Utc(DateTime at) => new(DateTime.SpecifyKind(at, DateTimeKind.Utc));
}
