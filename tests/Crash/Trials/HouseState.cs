using Dapper;
using LeadSync.Crash.Checking;
using Npgsql;

namespace LeadSync.Crash.Trials;

/// <summary>What the databases hold of a trial's leads, and whether all is at rest.</summary>
public sealed class HouseState(CrashHouse house, string prefix)
{
    private string Leads => $"{prefix}-%";

    /// <summary>Why it is not at rest; null: everything that was acknowledged has come to its end and is told of.</summary>
    public async Task<string?> UnrestAsync(IReadOnlyList<Capture> ledger, CancellationToken stop)
    {
        var mapped = await MappedAsync(stop);
        var rows = await RowsAsync(stop);
        var (states, captured) = await ToldAsync(stop);
        foreach (var lead in ledger.Where(one => one.AcknowledgedAt is not null).GroupBy(Key))
        {
            var newest = lead.Max(capture => capture.OccurredAt);
            if (!mapped.TryGetValue(lead.Key, out var known) || known.CapturedAt < newest)
                return $"Mapping has not taken in {lead.Key}";
            if (!rows.TryGetValue(lead.Key, out var row) || row.Version != known.Version)
                return $"Push has version {row?.Version} of {lead.Key}, Mapping {known.Version}";
            if (row is { IsPending: true, ParkedCode: null })
                return $"{lead.Key} waits in its lane";
            if (
                !states.TryGetValue(lead.Key, out var state)
                || state.Version != known.Version
                || state.State == "waiting"
            )
                return $"Audit has {state?.State} for version {state?.Version} of {lead.Key}, it is {known.Version}";
            if (lead.Any(capture => !captured.Contains(capture.EventId)))
                return $"Audit has not heard of a capture of {lead.Key}";
        }
        var underWay = await house.AskAsync<long>(
            "Push",
            "select (select count(*) from intent) + (select count(*) from outcome)"
        );
        return underWay == 0 ? null : $"{underWay} intents and outcomes are under way";
    }

    /// <summary>The trial's rows of the lanes.</summary>
    public async Task<IReadOnlyList<Row>> ReadRowsAsync(CancellationToken stop) =>
        [
            .. (await RowsAsync(stop)).Values.Select(row => new Row(
                row.Workspace,
                row.Source,
                row.LeadId,
                row.Version,
                row.IsPending,
                row.ParkedCode
            )),
        ];

    private async Task<Dictionary<(string, string, string), MappedRow>> MappedAsync(CancellationToken stop)
    {
        await using var connection = Open("Mapping");
        var rows = await connection.QueryAsync<MappedRow>(
            new CommandDefinition(
                """
                select l.workspace as "Workspace", l.source as "Source", l.lead_id as "LeadId", m.version as "Version",
                       l.last_captured_at as "CapturedAt"
                  from lead l join mapped m on m.lead = l.id where l.lead_id like @Leads
                """,
                new { Leads },
                cancellationToken: stop
            )
        );
        return rows.ToDictionary(row => (row.Workspace, row.Source, row.LeadId));
    }

    private async Task<Dictionary<(string, string, string), LaneRow>> RowsAsync(CancellationToken stop)
    {
        await using var connection = Open("Push");
        var rows = await connection.QueryAsync<LaneRow>(
            new CommandDefinition(
                """
                select workspace as "Workspace", source as "Source", lead_id as "LeadId", version as "Version",
                       wanted_run > done_run as "IsPending", parked_code as "ParkedCode"
                  from lead_sync where lead_id like @Leads
                """,
                new { Leads },
                cancellationToken: stop
            )
        );
        return rows.ToDictionary(row => (row.Workspace, row.Source, row.LeadId));
    }

    private async Task<(Dictionary<(string, string, string), StateRow> States, HashSet<Guid> Captured)> ToldAsync(
        CancellationToken stop
    )
    {
        await using var connection = Open("Audit");
        var states = await connection.QueryAsync<StateRow>(
            new CommandDefinition(
                """
                select workspace as "Workspace", source as "Source", lead_id as "LeadId", version as "Version", state as "State"
                  from sync_state where lead_id like @Leads
                """,
                new { Leads },
                cancellationToken: stop
            )
        );
        var captured = await connection.QueryAsync<Guid>(
            new CommandDefinition(
                "select event_id from event where kind = 'LeadCaptured' and lead_id like @Leads",
                new { Leads },
                cancellationToken: stop
            )
        );
        return (states.ToDictionary(row => (row.Workspace, row.Source, row.LeadId)), [.. captured]);
    }

    private NpgsqlConnection Open(string service) => new(house.DatabaseOf(service));

    private static (string, string, string) Key(Capture capture) => (capture.Workspace, capture.Source, capture.LeadId);

    // Properties: rows are read by name.
    private sealed record MappedRow
    {
        public string Workspace { get; init; } = "";
        public string Source { get; init; } = "";
        public string LeadId { get; init; } = "";
        public long Version { get; init; }
        public DateTimeOffset CapturedAt { get; init; }
    }

    private sealed record LaneRow
    {
        public string Workspace { get; init; } = "";
        public string Source { get; init; } = "";
        public string LeadId { get; init; } = "";
        public long Version { get; init; }
        public bool IsPending { get; init; }
        public string? ParkedCode { get; init; }
    }

    private sealed record StateRow
    {
        public string Workspace { get; init; } = "";
        public string Source { get; init; } = "";
        public string LeadId { get; init; } = "";
        public long Version { get; init; }
        public string State { get; init; } = "";
    }
}
