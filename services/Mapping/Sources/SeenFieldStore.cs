using Dapper;
using Npgsql;

namespace LeadSync.Mapping.Sources;

/// <summary>A field as captures showed it.</summary>
public sealed record SeenField
{
    public required string Name { get; init; }

    /// <summary>As <see cref="FieldSetting"/> names types.</summary>
    public required string Type { get; init; }
    public required long Count { get; init; }

    /// <summary>How many values did not fit the type that the field is declared with.</summary>
    public required long Misfits { get; init; }

    /// <summary>Why the last of them did not, without the value.</summary>
    public string? MisfitReason { get; init; }
    public required DateTimeOffset LastSeenAt { get; init; }
}

/// <summary>Which fields were seen in captures. At most some hundreds of a source are kept.</summary>
public sealed class SeenFieldStore(NpgsqlDataSource database)
{
    private const int MostOfASource = 300;

    public async Task AddAsync(
        IReadOnlyCollection<KeyValuePair<(string Workspace, string Source, string Field), Sightings>> noted,
        CancellationToken cancellationToken
    )
    {
        var rows = noted.OrderBy(row => row.Key).ToList();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(
                """
                insert into seen_field as f (workspace, source, name, type, count, misfits, misfit_reason, last_seen_at)
                select k.workspace, k.source, k.name, k.type, k.count, k.misfits, k.misfit_reason, k.last_seen_at
                  from (select *, row_number() over (partition by workspace, source order by name) as at
                          from unnest(@workspaces, @sources, @names, @types, @counts, @misfits, @reasons, @instants)
                            as n (workspace, source, name, type, count, misfits, misfit_reason, last_seen_at)) k
                 where exists (select from seen_field s
                                where s.workspace = k.workspace and s.source = k.source and s.name = k.name)
                    or (select count(*) from seen_field s where s.workspace = k.workspace and s.source = k.source) + k.at
                       <= @MostOfASource
                 order by k.workspace collate "C", k.source collate "C", k.name collate "C"
                on conflict (workspace, source, name) do update
                   set type = case when f.type = excluded.type then f.type
                                   when 'longText' in (f.type, excluded.type) then 'longText'
                                   else 'text' end,
                       count = f.count + excluded.count,
                       misfits = f.misfits + excluded.misfits,
                       misfit_reason = coalesce(excluded.misfit_reason, f.misfit_reason),
                       last_seen_at = greatest(f.last_seen_at, excluded.last_seen_at)
                """,
                new
                {
                    MostOfASource,
                    workspaces = rows.Select(row => row.Key.Workspace).ToArray(),
                    sources = rows.Select(row => row.Key.Source).ToArray(),
                    names = rows.Select(row => row.Key.Field).ToArray(),
                    types = rows.Select(row => FieldSetting.Name(row.Value.Type ?? FieldType.Text)).ToArray(),
                    counts = rows.Select(row => row.Value.Count).ToArray(),
                    misfits = rows.Select(row => row.Value.Misfits).ToArray(),
                    reasons = rows.Select(row => row.Value.MisfitReason).ToArray(),
                    instants = rows.Select(row => row.Value.LastSeenAt).ToArray(),
                },
                cancellationToken: cancellationToken
            )
        );
    }

    public async Task<IReadOnlyList<SeenField>> ReadAsync(
        string workspace,
        string source,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<SeenField>(
            new CommandDefinition(
                """
                select name, type, count, misfits, misfit_reason, last_seen_at from seen_field
                 where workspace = @workspace and source = @source order by name
                """,
                new { workspace, source },
                cancellationToken: cancellationToken
            )
        );
        return rows.AsList();
    }
}
