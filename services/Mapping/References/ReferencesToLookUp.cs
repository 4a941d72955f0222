using Dapper;
using LeadSync.Contracts;
using Npgsql;

namespace LeadSync.Mapping.References;

/// <summary>A reference whose look-up was claimed.</summary>
/// <param name="Attempt">Look-ups in a row that told nothing new, this one included.</param>
public sealed record ReferenceToLookUp(
    string Workspace,
    Guid ConnectionId,
    string Object,
    string By,
    string Value,
    int Attempt
);

/// <summary>The look-ups that are to be made, and what came of them.</summary>
public sealed class ReferencesToLookUp(NpgsqlDataSource database, TimeProvider clock)
{
    // What no lead asked for in that time is asked of the CRM no more.
    private static readonly TimeSpan Unused = TimeSpan.FromDays(30);

    /// <summary>Claims references whose time has come; a claim lapses after a minute.</summary>
    public async Task<IReadOnlyList<ReferenceToLookUp>> ClaimAsync(int most, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var now = clock.GetUtcNow();
        await connection.ExecuteAsync(
            new CommandDefinition(
                "delete from reference where look_up_at <= @now and used_at < @unused",
                new { now, unused = now - Unused },
                cancellationToken: cancellationToken
            )
        );
        var rows = await connection.QueryAsync<ReferenceToLookUp>(
            new CommandDefinition(
                """
                update reference r
                   set look_up_at = @until, attempt = r.attempt + 1
                  from (select connection_id, object, by_field, value from reference
                         where look_up_at <= @now
                         order by look_up_at
                         limit @most
                           for update skip locked) k
                  join connection c on c.id = k.connection_id
                 where r.connection_id = k.connection_id and r.object = k.object
                   and r.by_field = k.by_field and r.value = k.value
                returning c.workspace as "Workspace", r.connection_id as "ConnectionId", r.object as "Object",
                          r.by_field as "By", r.value as "Value", r.attempt as "Attempt"
                """,
                new
                {
                    now,
                    most,
                    until = now.AddMinutes(1),
                },
                cancellationToken: cancellationToken
            )
        );
        return [.. rows];
    }

    /// <summary>
    /// Keeps what one look-up told. Found ones are looked up again after a day, others after ten minutes, twice as long each
    /// time up to a day; what changed always after ten minutes, for a lead that was decided meanwhile.
    /// </summary>
    public async Task KeepAsync(
        Guid connectionId,
        string name,
        string by,
        IReadOnlyList<LookedUp> answers,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var news = await connection.QueryAsync<bool>(
            new CommandDefinition(
                """
                with told as (
                    select r.value, r.is_changed as was_changed, n.state, n.record_id,
                           (r.state, r.record_id) is distinct from (n.state, n.record_id) as is_changed
                      from reference r
                      join unnest(@values, @states, @records) as n (value, state, record_id) on n.value = r.value
                     where r.connection_id = @connectionId and r.object = @name and r.by_field = @by
                     order by r.value
                       for update of r)
                update reference r
                   set state = t.state, record_id = t.record_id, looked_up_at = @now, is_changed = t.is_changed,
                       attempt = case when t.is_changed then 1 else r.attempt end,
                       look_up_at = @now + case
                           when t.is_changed then interval '10 minutes'
                           when t.state = 'found' then interval '1 day'
                           else least(interval '10 minutes' * power(2, least(r.attempt - 1, 8)), interval '1 day') end
                  from told t
                 where r.connection_id = @connectionId and r.object = @name and r.by_field = @by and r.value = t.value
                returning t.is_changed or t.was_changed
                """,
                new
                {
                    connectionId,
                    name,
                    by,
                    now,
                    values = answers.Select(answer => answer.Value).ToArray(),
                    states = answers.Select(answer => answer.State).ToArray(),
                    records = answers.Select(answer => answer.State == "found" ? answer.RecordId : null).ToArray(),
                },
                cancellationToken: cancellationToken
            )
        );
        if (news.Any(isNews => isNews))
            await TakeUpAsync(connection, connectionId, now, cancellationToken);
    }

    // Those that fit nothing may do so for another reason: deciding them again changes nothing then.
    private static Task TakeUpAsync(
        NpgsqlConnection connection,
        Guid connectionId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) =>
        connection.ExecuteAsync(
            new CommandDefinition(
                """
                update mapping_due d
                   set due_at = @now, attempt = 0
                  from (select lead, connection_id from mapping_due
                         where connection_id = @connectionId and code = any(@codes)
                         order by lead, connection_id
                           for update) k
                 where d.lead = k.lead and d.connection_id = k.connection_id
                """,
                new
                {
                    now,
                    connectionId,
                    codes = new[] { FailureCatalogue.ReferenceUnknown.Code, FailureCatalogue.ValueDoesNotFit.Code },
                },
                cancellationToken: cancellationToken
            )
        );

    /// <summary>Puts look-ups off that told nothing.</summary>
    public async Task LookUpLaterAsync(
        Guid connectionId,
        string name,
        string by,
        IReadOnlyCollection<string> values,
        TimeSpan wait,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                update reference set look_up_at = @at
                 where connection_id = @connectionId and object = @name and by_field = @by and value = any(@values)
                """,
                new
                {
                    at = clock.GetUtcNow() + wait,
                    connectionId,
                    name,
                    by,
                    values = values.ToArray(),
                },
                cancellationToken: cancellationToken
            )
        );
    }
}
