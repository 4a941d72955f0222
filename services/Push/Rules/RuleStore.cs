using System.Collections.Concurrent;
using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Hosting.Changes;
using LeadSync.Hosting.Web;
using Npgsql;

namespace LeadSync.Push.Rules;

/// <summary>A rule as it is stored; <see cref="Rule"/> is null where it was removed.</summary>
public sealed record StoredRule(
    Guid ConnectionId,
    string Object,
    long Revision,
    string? Rule,
    DateTimeOffset ChangedAt,
    string ChangedBy
);

/// <summary>A rule as it was from one change to the next.</summary>
/// <param name="Change"><c>created</c>, <c>updated</c>, <c>removed</c> or <c>restored</c>.</param>
/// <param name="RestoredFrom">The revision that it repeats; null when it was not restored.</param>
public sealed record RuleVersion(
    long Revision,
    string Change,
    string? Rule,
    DateTimeOffset ChangedAt,
    string ChangedBy,
    long? RestoredFrom
);

/// <summary>All SQL on <c>push_rule</c> and its versions.</summary>
public sealed class RuleStore(NpgsqlDataSource database, SettingChanges changes, TimeProvider clock)
{
    // What a rule could have decided otherwise: such leads are taken again when it changes.
    private static readonly string[] DecidedByRules =
    [
        FailureCatalogue.NoMatchKey.Code,
        FailureCatalogue.AmbiguousMatch.Code,
        FailureCatalogue.RecordDeleted.Code,
        FailureCatalogue.DuplicatesDetected.Code,
        FailureCatalogue.CreateWhenMissing.Code,
        FailureCatalogue.AmbiguousAccount.Code,
        FailureCatalogue.AccountNotFound.Code,
        FailureCatalogue.AccountUnreadable.Code,
        FailureCatalogue.InactiveOwner.Code,
        FailureCatalogue.InvalidReference.Code,
    ];

    private readonly ConcurrentDictionary<(Guid ConnectionId, string Object), (long Revision, PushRule Rule)> _read =
    [];

    /// <summary>The rules that hold for a connection now. One look at an index; a rule is parsed once for each revision.</summary>
    public async Task<RuleSet> ReadAsync(Guid connectionId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string Object, long Revision, string Rule)>(
            new CommandDefinition(
                "select object, revision, rule::text from push_rule where connection_id = @connectionId and rule is not null",
                new { connectionId },
                cancellationToken: cancellationToken
            )
        );
        return new RuleSet(
            rows.ToDictionary(
                row => row.Object,
                row => (Parsed(connectionId, row.Object, row.Revision, row.Rule), row.Revision),
                StringComparer.Ordinal
            )
        );
    }

    public async Task<IReadOnlyList<StoredRule>> ListAsync(string workspace, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<StoredRule>(
            new CommandDefinition(
                """
                select connection_id, object, revision, rule::text as rule, changed_at, changed_by
                  from push_rule
                 where workspace = @workspace and rule is not null
                 order by connection_id, object
                """,
                new { workspace },
                cancellationToken: cancellationToken
            )
        );
        return [.. rows];
    }

    /// <summary>Null where there never was one; without its rule where it was removed.</summary>
    public async Task<StoredRule?> FindAsync(
        string workspace,
        Guid connectionId,
        string objectName,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<StoredRule>(
            new CommandDefinition(
                """
                select connection_id, object, revision, rule::text as rule, changed_at, changed_by
                  from push_rule
                 where workspace = @workspace and connection_id = @connectionId and object = @objectName
                """,
                new
                {
                    workspace,
                    connectionId,
                    objectName,
                },
                cancellationToken: cancellationToken
            )
        );
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<RuleVersion>> VersionsAsync(
        string workspace,
        Guid connectionId,
        string objectName,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<RuleVersion>(
            new CommandDefinition(
                """
                select revision, change, rule::text as rule, changed_at, changed_by, restored_from
                  from push_rule_version
                 where workspace = @workspace and connection_id = @connectionId and object = @objectName
                 order by revision desc
                """,
                new
                {
                    workspace,
                    connectionId,
                    objectName,
                },
                cancellationToken: cancellationToken
            )
        );
        return [.. rows];
    }

    /// <summary>
    /// Saves or removes a rule, unless it is not what the caller expects any more; then false. Leads that it parked or has
    /// wait, and could decide otherwise, are taken again, and say for whom. What changes nothing is no new revision.
    /// </summary>
    /// <param name="rule">Null removes it.</param>
    /// <param name="restoredFrom">The revision that is brought back; null where it is a rule of its own.</param>
    /// <param name="expects">Whether the revision that is there is the one that the caller saw; 0 where there is no rule.</param>
    public async Task<bool> SaveAsync(
        Caller by,
        Guid connectionId,
        string objectName,
        PushRule? rule,
        Func<long, bool> expects,
        CancellationToken cancellationToken,
        long? restoredFrom = null
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var there = await LockAsync(by, connectionId, objectName, transaction, cancellationToken);
        if (!expects(there.Rule is null ? 0 : there.Revision))
            return false;
        var after = rule is null ? null : RuleJson.Write(objectName, rule).ToJsonString();
        var before = there.Rule is null
            ? null
            : RuleJson.Write(objectName, RuleJson.Parse(objectName, there.Rule)).ToJsonString();
        if (after == before)
            return true;
        var change = (before, after) switch
        {
            _ when restoredFrom is not null => "restored",
            (null, _) => "created",
            (_, null) => "removed",
            _ => "updated",
        };
        var now = clock.GetUtcNow();
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                update push_rule set revision = revision + 1, rule = @after::jsonb, changed_at = @now, changed_by = @Name
                 where connection_id = @connectionId and object = @objectName;
                insert into push_rule_version (connection_id, object, revision, workspace, change, rule, changed_at, changed_by, restored_from)
                select connection_id, object, revision, workspace, @change, rule, changed_at, changed_by, @restoredFrom
                  from push_rule
                 where connection_id = @connectionId and object = @objectName;
                -- In key order, as they are taken in.
                with again as (select source, lead_id from lead_sync
                                 where connection_id = @connectionId and (parked_code = any(@DecidedByRules) or waits_code is not null)
                                   and wanted ->> 'createAs' = @objectName
                                 order by source, lead_id for update)
                update lead_sync s
                   set wanted_run = s.wanted_run + 1, parked_code = null, parked_at = null, parked_message = null, waits_code = null,
                       attempts = 0, due_at = now(), arrived_at = now(), replayed_by = @Name
                  from again n
                 where s.connection_id = @connectionId and s.source = n.source and s.lead_id = n.lead_id
                """,
                new
                {
                    connectionId,
                    objectName,
                    after,
                    now,
                    by.Name,
                    change,
                    restoredFrom,
                    DecidedByRules,
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );
        var edit = new SettingEdit(
            "rule",
            $"{connectionId}/{objectName}",
            change,
            before is null ? null : JsonElement.Parse(before),
            after is null ? null : JsonElement.Parse(after),
            connectionId
        );
        await changes.AddAsync(transaction, by.Workspace, by.Name, now, [edit], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private async Task<StoredRule> LockAsync(
        Caller by,
        Guid connectionId,
        string objectName,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken
    ) =>
        await transaction.Connection!.QuerySingleAsync<StoredRule>(
            new CommandDefinition(
                """
                insert into push_rule (connection_id, object, workspace, revision, changed_at, changed_by)
                values (@connectionId, @objectName, @Workspace, 0, @now, @Name)
                on conflict do nothing;
                select connection_id, object, revision, rule::text as rule, changed_at, changed_by
                  from push_rule
                 where connection_id = @connectionId and object = @objectName and workspace = @Workspace
                   for update
                """,
                new
                {
                    connectionId,
                    objectName,
                    by.Workspace,
                    by.Name,
                    now = clock.GetUtcNow(),
                },
                transaction,
                cancellationToken: cancellationToken
            )
        );

    private PushRule Parsed(Guid connectionId, string objectName, long revision, string json)
    {
        var key = (connectionId, objectName);
        if (_read.TryGetValue(key, out var read) && read.Revision == revision)
            return read.Rule;
        var rule = RuleJson.Parse(objectName, json);
        _read[key] = (revision, rule);
        return rule;
    }
}
