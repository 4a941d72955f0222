using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Hosting.Changes;
using LeadSync.Hosting.Web;
using LeadSync.Push.Lanes;
using LeadSync.Push.Outcomes;
using Npgsql;

namespace LeadSync.Push.TestBatches;

/// <summary>A test batch as it is kept while it can be asked about.</summary>
/// <param name="Foreseen">What was foreseen of each sample, by its number.</param>
public sealed record KeptTestBatch(TestBatch Asked, IReadOnlyDictionary<int, ForeseenLead> Foreseen);

/// <summary>How far a test batch is.</summary>
/// <param name="Outcomes">In order, by number of the sample.</param>
/// <param name="Waiting">Numbers of samples that are still to be taken.</param>
/// <param name="Unknown">Numbers of samples whose write is under way, or whose answer is lost.</param>
public sealed record TestProgress(ILookup<int, Outcome> Outcomes, IReadOnlySet<int> Waiting, IReadOnlySet<int> Unknown);

/// <summary>All SQL on test batches. Their samples are rows of their lane, so that they are written as any lead is.</summary>
public sealed class TestBatchStore(NpgsqlDataSource database, SettingChanges changes, TimeProvider clock)
{
    private const string Prefix = "test-batch/";

    /// <summary>The lead id that a sample has in its lane: one that no sample shares with any other lead.</summary>
    public static string LeadId(Guid batchId, int number) => $"{Prefix}{batchId}/{number}";

    private static int NumberOf(string leadId) =>
        int.Parse(leadId.AsSpan(leadId.LastIndexOf('/') + 1), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Puts the samples into the lane of their connection, and tells the history of settings who did.</summary>
    public async Task BeginAsync(
        Caller by,
        TestBatch batch,
        IReadOnlyDictionary<int, ForeseenLead> foreseen,
        CancellationToken cancellationToken
    )
    {
        var samples = batch.Leads.Where(sample => sample.Wanted is not null).ToList();
        var wanted = samples.ConvertAll(sample =>
            sample.Wanted! with
            {
                LeadId = LeadId(batch.BatchId, sample.Number),
                ConnectionId = batch.ConnectionId,
                Source = batch.Source,
            }
        );
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into lane (connection_id, workspace) values (@ConnectionId, @Workspace) on conflict do nothing;
                insert into test_batch (batch_id, connection_id, workspace, asked, foreseen)
                select @BatchId, connection_id, workspace, @asked::jsonb, @foreseen::jsonb
                  from lane where connection_id = @ConnectionId and workspace = @Workspace;
                insert into lead_sync (connection_id, source, lead_id, workspace, wanted, version, from_version, keys, test_batch)
                select b.connection_id, @Source, n.lead_id, b.workspace, n.wanted::jsonb, n.version, n.version,
                       n.keys::text[], b.batch_id
                  from unnest(@leadIds, @wanted, @versions, @keys) as n (lead_id, wanted, version, keys)
                  join test_batch b on b.batch_id = @BatchId
                """,
                new
                {
                    batch.BatchId,
                    batch.ConnectionId,
                    batch.Source,
                    by.Workspace,
                    asked = JsonSerializer.Serialize(batch, JsonSerializerOptions.Web),
                    foreseen = JsonSerializer.Serialize(foreseen, JsonSerializerOptions.Web),
                    leadIds = wanted.Select(lead => lead.LeadId).ToArray(),
                    wanted = wanted.Select(lead => JsonSerializer.Serialize(lead, Wire.Json)).ToArray(),
                    versions = wanted.Select(lead => lead.Version).ToArray(),
                    keys = wanted.Select(lead => PersonKeys.AsText(PersonKeys.Of(lead))).ToArray(),
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        var edit = new SettingEdit(
            "testBatch",
            $"{batch.BatchId}",
            "created",
            Before: null,
            JsonSerializer.SerializeToElement(new { batch.Source, Leads = samples.Count }, JsonSerializerOptions.Web),
            batch.ConnectionId
        );
        await changes.AddAsync(transaction, by.Workspace, by.Name, clock.GetUtcNow(), [edit], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Null where the workspace has no such batch, or it was forgotten.</summary>
    public async Task<KeptTestBatch?> FindAsync(
        string workspace,
        Guid connectionId,
        Guid batchId,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<(string Asked, string Foreseen)?>(
            new CommandDefinition(
                """
                select asked::text, foreseen::text
                  from test_batch
                 where batch_id = @batchId and connection_id = @connectionId and workspace = @workspace
                """,
                new
                {
                    batchId,
                    connectionId,
                    workspace,
                },
                cancellationToken: cancellationToken
            )
        );
        return row is not var (asked, foreseen)
            ? null
            : new KeptTestBatch(
                JsonSerializer.Deserialize<TestBatch>(asked, JsonSerializerOptions.Web)!,
                JsonSerializer.Deserialize<Dictionary<int, ForeseenLead>>(foreseen, JsonSerializerOptions.Web)!
            );
    }

    public async Task<TestProgress> ReadAsync(Guid batchId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        using var read = await connection.QueryMultipleAsync(
            new CommandDefinition(
                """
                select kind, body::text as body from test_outcome where batch_id = @batchId order by place;
                select lead_id from lead_sync where test_batch = @batchId and wanted_run > done_run;
                select i.lead_id
                  from intent i
                  join lead_sync s using (connection_id, source, lead_id)
                 where s.test_batch = @batchId
                """,
                new { batchId },
                cancellationToken: cancellationToken
            )
        );
        var outcomes = (await read.ReadAsync<(string Kind, string Body)>()).Select(row => new Outcome(
            row.Kind,
            row.Body
        ));
        return new TestProgress(
            outcomes.ToLookup(outcome => NumberOf(JsonElement.Parse(outcome.Body).GetProperty("leadId").GetString()!)),
            (await read.ReadAsync<string>()).Select(NumberOf).ToHashSet(),
            (await read.ReadAsync<string>()).Select(NumberOf).ToHashSet()
        );
    }

    /// <summary>
    /// Takes samples back that were not taken from their lane yet, so that none is written hours later, as when a hold ends.
    /// What somebody has in hand goes on to its end.
    /// </summary>
    public async Task TakeBackAsync(Guid batchId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                "update lead_sync set done_run = wanted_run where test_batch = @batchId and wanted_run > done_run",
                new { batchId },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>
    /// Takes samples back that nobody waits for any more, as after a crash, and forgets batches of before, with what was
    /// applied to records that no captured lead is.
    /// </summary>
    public async Task ForgetAsync(TimeSpan waited, TimeSpan kept, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                update lead_sync s set done_run = s.wanted_run
                  from test_batch b
                 where s.test_batch = b.batch_id and s.wanted_run > s.done_run and b.began_at < now() - @waited;
                -- A lost answer is looked for first.
                create temporary table forgotten on commit drop as
                select b.batch_id
                  from test_batch b
                 where b.began_at < now() - @kept
                   and not exists (select from lead_sync s
                                     join intent i using (connection_id, source, lead_id)
                                    where s.test_batch = b.batch_id);
                delete from applied a
                 using lead_sync s
                  join forgotten f on f.batch_id = s.test_batch
                 where a.connection_id = s.connection_id and a.record_id in (s.record_id, s.other_record_id)
                   and not exists (select from lead_sync o
                                    where o.connection_id = a.connection_id and o.record_id = a.record_id and o.test_batch is null)
                   and not exists (select from lead_sync o
                                    where o.connection_id = a.connection_id and o.other_record_id = a.record_id and o.test_batch is null);
                delete from lead_sync s using forgotten f where s.test_batch = f.batch_id;
                delete from test_outcome o using forgotten f where o.batch_id = f.batch_id;
                delete from test_batch b using forgotten f where b.batch_id = f.batch_id
                """,
                new { waited, kept },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        await transaction.CommitAsync(cancellationToken);
    }
}
