using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Push.Holds;
using LeadSync.Push.Lanes;
using LeadSync.Push.Matching;
using LeadSync.Push.Outcomes;
using Npgsql;

namespace LeadSync.Push.Replays;

/// <summary>Which leads of a lane a person means: those of one code, these, or with neither every parked one.</summary>
/// <param name="Code">Only those parked under it.</param>
/// <param name="Leads">Parked or not.</param>
public sealed record Chosen(string? Code, IReadOnlyList<ChosenLead>? Leads);

public sealed record ChosenLead(string Source, string LeadId);

/// <summary>What is parked in a lane under one code.</summary>
/// <param name="Message">What was said of the one parked last.</param>
/// <param name="Sample">Up to five of them, last parked first.</param>
public sealed record ParkedCode(
    string Code,
    string Cause,
    string Fix,
    int Count,
    DateTimeOffset FirstAt,
    DateTimeOffset LastAt,
    string? Message,
    IReadOnlyList<ChosenLead> Sample
);

/// <summary>Takes parked leads up again, or ends their waiting, as a person says.</summary>
public sealed class ReplayStore(NpgsqlDataSource database, TimeProvider clock)
{
    // In steps, so that no transaction holds a whole lane.
    private const int AtOnce = 1_000;

    /// <summary>What is parked in a lane by code, the code parked last first; null when the workspace has no such lane.</summary>
    public async Task<IReadOnlyList<ParkedCode>?> ReadParkedAsync(
        string workspace,
        Guid connectionId,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (!await IsLaneAsync(connection, workspace, connectionId, cancellationToken))
            return null;
        var rows = await connection.QueryAsync<ParkedRow>(
            new CommandDefinition(
                """
                select parked_code as code, count(*)::int as count, min(parked_at) as first_at, max(parked_at) as last_at,
                       (array_agg(parked_message order by parked_at desc))[1] as message,
                       (array_agg(source order by parked_at desc))[1:5] as sources,
                       (array_agg(lead_id order by parked_at desc))[1:5] as lead_ids
                  from lead_sync
                 where connection_id = @connectionId and parked_code is not null
                 group by parked_code
                 order by max(parked_at) desc
                """,
                new { connectionId },
                cancellationToken: cancellationToken
            )
        );
        return [.. rows.Select(row => row.ToParked())];
    }

    /// <summary>
    /// Has leads taken again, matched and decided anew; gives how many. A withdrawn lead is not among them, and one that
    /// waits already is not doubled. Null when the workspace has no such lane.
    /// </summary>
    public Task<int?> ReplayAsync(Caller by, Guid connectionId, Chosen chosen, CancellationToken cancellationToken) =>
        InStepsAsync(
            by.Workspace,
            connectionId,
            chosen,
            async (transaction, keys) =>
            {
                await transaction.Connection!.ExecuteAsync(
                    new CommandDefinition(
                        """
                        update lead_sync s
                           set wanted_run = case when s.parked_code is null and s.wanted_run > s.done_run then s.wanted_run
                                                 else s.wanted_run + 1 end,
                               from_version = case when s.wanted_run > s.done_run then s.from_version else s.version end,
                               parked_code = null, parked_at = null, parked_message = null,
                               attempts = 0, due_at = now(), arrived_at = now(), replayed_by = @Name
                          from unnest(@sources, @leadIds) as n (source, lead_id)
                         where s.connection_id = @connectionId and s.source = n.source and s.lead_id = n.lead_id
                        """,
                        new
                        {
                            connectionId,
                            by.Name,
                            sources = keys.Select(key => key.Wanted.Source).ToArray(),
                            leadIds = keys.Select(key => key.Wanted.LeadId).ToArray(),
                        },
                        transaction,
                        cancellationToken: cancellationToken
                    )
                );
            },
            cancellationToken
        );

    /// <summary>
    /// Ends the waiting of parked leads: each is told as skipped, with who said so and why; gives how many. A lead is sent
    /// again only when it is captured anew, or replayed. Null when the workspace has no such lane.
    /// </summary>
    public Task<int?> DiscardAsync(
        Caller by,
        Guid connectionId,
        Chosen chosen,
        string note,
        CancellationToken cancellationToken
    ) =>
        InStepsAsync(
            by.Workspace,
            connectionId,
            chosen,
            async (transaction, keys) =>
            {
                await transaction.Connection!.ExecuteAsync(
                    new CommandDefinition(
                        """
                        update lead_sync s
                           set done_run = s.wanted_run, parked_code = null, parked_at = null, parked_message = null, attempts = 0,
                               replayed_by = null
                          from unnest(@sources, @leadIds) as n (source, lead_id)
                         where s.connection_id = @connectionId and s.source = n.source and s.lead_id = n.lead_id
                        """,
                        new
                        {
                            connectionId,
                            sources = keys.Select(key => key.Wanted.Source).ToArray(),
                            leadIds = keys.Select(key => key.Wanted.LeadId).ToArray(),
                        },
                        transaction,
                        cancellationToken: cancellationToken
                    )
                );
                var now = clock.GetUtcNow();
                await OutcomeStore.AddAsync(
                    by.Workspace,
                    [
                        .. keys.Select(lead =>
                            Tell.Matched(
                                lead,
                                new Match.None(),
                                SyncDecision.Skip,
                                now,
                                HeldLeads.DiscardedReason,
                                (by.Name, note)
                            )
                        ),
                    ],
                    transaction,
                    cancellationToken
                );
            },
            cancellationToken,
            parkedOnly: true
        );

    private async Task<int?> InStepsAsync(
        string workspace,
        Guid connectionId,
        Chosen chosen,
        Func<NpgsqlTransaction, IReadOnlyList<WaitingLead>, Task> step,
        CancellationToken cancellationToken,
        bool parkedOnly = false
    )
    {
        DateTime until;
        await using (var connection = await database.OpenConnectionAsync(cancellationToken))
        {
            if (!await IsLaneAsync(connection, workspace, connectionId, cancellationToken))
                return null;
            until = await connection.ExecuteScalarAsync<DateTime>("select now()");
        }
        var done = 0;
        for (var offset = 0; ; offset += AtOnce)
        {
            var named = chosen.Leads?.Skip(offset).Take(AtOnce).ToList();
            if (named is { Count: 0 })
                return done;
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var rows = await connection.QueryAsync<LeadRow>(
                new CommandDefinition(
                    // What is parked again after we began is left: otherwise a fault that is not mended would keep us here.
                    // A lead whose answer is lost is left as well: what became of it is still looked for.
                    """
                    select s.workspace, s.wanted::text as wanted, s.wanted_run, s.from_version, s.attempts
                      from lead_sync s
                     where s.connection_id = @connectionId and s.workspace = @workspace
                       and (not @parkedOnly and @named or s.parked_code is not null and s.parked_at <= @until)
                       and (@code::text is null or s.parked_code = @code)
                       and (not @named or (s.source, s.lead_id) in (select * from unnest(@sources, @leadIds)))
                       and not s.wanted @> '{"withdrawn": true}' and s.test_batch is null
                       and not exists (select from intent i
                                        where i.connection_id = s.connection_id and i.source = s.source and i.lead_id = s.lead_id)
                     order by s.source, s.lead_id
                     limit @AtOnce
                       for update of s
                    """,
                    new
                    {
                        connectionId,
                        workspace,
                        parkedOnly,
                        until,
                        code = chosen.Code,
                        named = named is not null,
                        sources = named?.Select(lead => lead.Source).ToArray() ?? [],
                        leadIds = named?.Select(lead => lead.LeadId).ToArray() ?? [],
                        AtOnce,
                    },
                    transaction,
                    cancellationToken: cancellationToken
                )
            );
            var leads = rows.Select(row => row.ToLead()).ToList();
            if (leads.Count > 0)
                await step(transaction, leads);
            await transaction.CommitAsync(cancellationToken);
            done += leads.Count;
            if (named is null && leads.Count < AtOnce)
                return done;
        }
    }

    private static Task<bool> IsLaneAsync(
        NpgsqlConnection connection,
        string workspace,
        Guid connectionId,
        CancellationToken cancellationToken
    ) =>
        connection.ExecuteScalarAsync<bool>(
            new CommandDefinition(
                "select exists (select from lane where connection_id = @connectionId and workspace = @workspace)",
                new { connectionId, workspace },
                cancellationToken: cancellationToken
            )
        );

    // Properties, for Dapper finds no constructor that takes an array.
    private sealed class ParkedRow
    {
        public required string Code { get; init; }
        public required int Count { get; init; }
        public required DateTimeOffset FirstAt { get; init; }
        public required DateTimeOffset LastAt { get; init; }
        public string? Message { get; init; }
        public required string[] Sources { get; init; }
        public required string[] LeadIds { get; init; }

        public ParkedCode ToParked()
        {
            var kind = FailureCatalogue.All.GetValueOrDefault(Code, FailureCatalogue.Internal);
            return new ParkedCode(
                Code,
                kind.Cause,
                kind.Fix,
                Count,
                FirstAt,
                LastAt,
                Message,
                [.. Sources.Zip(LeadIds, (source, leadId) => new ChosenLead(source, leadId))]
            );
        }
    }

    private sealed class LeadRow
    {
        public required string Workspace { get; init; }
        public required string Wanted { get; init; }
        public required long WantedRun { get; init; }
        public required long FromVersion { get; init; }
        public required int Attempts { get; init; }

        public WaitingLead ToLead() =>
            new(
                Workspace,
                JsonSerializer.Deserialize<MappedLead>(Wanted, Wire.Json)!,
                WantedRun,
                FromVersion,
                Attempts,
                [],
                Link: null
            );
    }
}
