using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using Npgsql;

namespace LeadSync.Push.Lanes;

/// <summary>A lane as an operator sees it.</summary>
/// <param name="State">
/// <c>active</c>; <c>resting</c> until <paramref name="ResumeAt"/> for the code given; <c>paused</c>, <c>draining</c>,
/// <c>drained</c> or <c>stopped</c> by a person; <c>held</c>, wholly or in part, by a connection or a setting.
/// </param>
/// <param name="Code">Why it rests: a code of the catalogue; or the reason of the hold.</param>
/// <param name="Message">What there is to say of it: the cause, or what the person said.</param>
/// <param name="StoppedBy">The person, when one stopped it.</param>
/// <param name="ResumeAt">When a resting lane is looked at again, by itself.</param>
/// <param name="Waiting">Leads that will be taken by themselves.</param>
/// <param name="WaitingForFields">Of these, how many a rule has wait for fields, or for a time to pass.</param>
/// <param name="OldestAt">Since when the one that waits longest is due.</param>
/// <param name="PerMinute">Leads served a minute, over the last five whole minutes.</param>
/// <param name="EmptyAt">When what waits for its turn will be served at that rate; null where nothing does, or nothing is served.</param>
/// <param name="Parked">Leads that need a person first.</param>
/// <param name="Unknown">Writes whose answer was lost and is being looked for.</param>
public sealed record LaneView(
    Guid ConnectionId,
    string State,
    string? Code,
    string? Message,
    string? StoppedBy,
    DateTimeOffset? ResumeAt,
    long Waiting,
    long WaitingForFields,
    DateTimeOffset? OldestAt,
    double PerMinute,
    DateTimeOffset? EmptyAt,
    long Parked,
    long Unknown
)
{
    /// <summary>The org's API calls as Connector tells them, with when they run out; only of one lane, and where Connector answers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Budget { get; init; }
}

/// <summary>What waits in all lanes together.</summary>
/// <param name="Waiting">Leads that could be taken now; those held, stopped or resting are not among them.</param>
/// <param name="OldestSeconds">For how long the one that waits longest has been due.</param>
/// <param name="Lanes">Lanes that have any.</param>
public sealed record Backlog(long Waiting, double OldestSeconds, long Lanes);

/// <summary>Reads how lanes stand.</summary>
public sealed class ReadLanes(NpgsqlDataSource database, TimeProvider clock)
{
    public Task<IReadOnlyList<LaneView>> AllAsync(string workspace, CancellationToken cancellationToken) =>
        ReadAsync(workspace, connectionId: null, cancellationToken);

    public async Task<LaneView?> OneAsync(string workspace, Guid connectionId, CancellationToken cancellationToken) =>
        (await ReadAsync(workspace, connectionId, cancellationToken)).SingleOrDefault();

    public async Task<Backlog> BacklogAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleAsync<Backlog>(
            new CommandDefinition(
                """
                select count(*) as waiting,
                       coalesce(extract(epoch from now() - min(s.due_at)), 0)::float8 as oldest_seconds,
                       count(distinct s.connection_id) as lanes
                  from lead_sync s
                  join lane l using (connection_id)
                 where s.wanted_run > s.done_run and s.parked_code is null and s.due_at <= now()
                   and (l.resume_at is null or l.resume_at <= now())
                   and not exists (select from stop t where t.workspace in ('', l.workspace))
                   and not exists (select from hold h
                                    where h.connection_id = s.connection_id and h.source in ('', s.source) and h.object = '')
                """,
                cancellationToken: cancellationToken
            )
        );
    }

    private async Task<IReadOnlyList<LaneView>> ReadAsync(
        string workspace,
        Guid? connectionId,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(
            new CommandDefinition(
                """
                select l.connection_id, l.pause_code, l.pause_message, l.resume_at, l.resume_at > now() as is_resting,
                       l.lease_until >= now() as is_served,
                       t.stopped_by, t.note as stop_note, h.reason as hold_reason, h.held_by, h.note as hold_note,
                       w.waiting, w.waiting_for_fields, w.oldest_at,
                       (select coalesce(sum(m.leads), 0) / 5.0 from lane_minute m
                         where m.connection_id = l.connection_id and m.minute >= date_trunc('minute', now()) - interval '5 minutes'
                           and m.minute < date_trunc('minute', now()))::float8 as per_minute,
                       (select count(*) from lead_sync s
                         where s.connection_id = l.connection_id and s.wanted_run > s.done_run and s.parked_code is not null) as parked,
                       (select count(*) from intent i where i.connection_id = l.connection_id and i.state = 'unknown') as unknown
                  from lane l
                 cross join lateral (select count(*) as waiting, count(*) filter (where s.waits_code = 'WAITS_FOR_FIELDS') as waiting_for_fields, min(s.due_at) as oldest_at
                                       from lead_sync s
                                      where s.connection_id = l.connection_id and s.wanted_run > s.done_run and s.parked_code is null) w
                  -- The most telling one: a person's stop of all, then what holds the whole lane, then what holds a part.
                  left join lateral (select * from stop t where t.workspace in ('', l.workspace)
                                      order by t.workspace limit 1) t on true
                  left join lateral (select * from hold h where h.connection_id = l.connection_id
                                      order by h.source <> '' or h.object <> '', h.reason in ('paused', 'draining'), h.held_at
                                      limit 1) h on true
                 where l.workspace = @workspace and (@connectionId::uuid is null or l.connection_id = @connectionId)
                 order by l.connection_id
                """,
                new { workspace, connectionId },
                cancellationToken: cancellationToken
            )
        );
        var now = clock.GetUtcNow();
        return [.. rows.Select(row => row.ToView(now))];
    }

    private sealed record Row
    {
        public required Guid ConnectionId { get; init; }
        public string? PauseCode { get; init; }
        public string? PauseMessage { get; init; }
        public DateTimeOffset? ResumeAt { get; init; }
        public bool? IsResting { get; init; }
        public required bool IsServed { get; init; }
        public string? StoppedBy { get; init; }
        public string? StopNote { get; init; }
        public string? HoldReason { get; init; }
        public string? HeldBy { get; init; }
        public string? HoldNote { get; init; }
        public required long Waiting { get; init; }
        public required long WaitingForFields { get; init; }
        public DateTimeOffset? OldestAt { get; init; }
        public required double PerMinute { get; init; }
        public required long Parked { get; init; }
        public required long Unknown { get; init; }

        public LaneView ToView(DateTimeOffset now)
        {
            var (state, code, message, by) = this switch
            {
                { StoppedBy: not null } => ("stopped", "stopped", StopNote, StoppedBy),
                { HoldReason: "paused" } => ("paused", HoldReason, HoldNote, HeldBy),
                { HoldReason: "draining" } => (IsServed ? "draining" : "drained", HoldReason, HoldNote, HeldBy),
                { HoldReason: not null } => ("held", HoldReason, HoldNote, HeldBy),
                { IsResting: true } => ("resting", PauseCode, PauseMessage, null),
                _ => ("active", null, null, null),
            };
            return new LaneView(
                ConnectionId,
                state,
                code,
                message,
                by,
                state == "resting" ? ResumeAt : null,
                Waiting,
                WaitingForFields,
                OldestAt,
                PerMinute,
                Waiting > WaitingForFields && PerMinute > 0
                    ? now + TimeSpan.FromMinutes((Waiting - WaitingForFields) / PerMinute)
                    : null,
                Parked,
                Unknown
            );
        }
    }
}
