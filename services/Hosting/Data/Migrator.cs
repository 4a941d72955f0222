using System.Reflection;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;

namespace LeadSync.Hosting.Data;

/// <summary>
/// Brings a service's database to its newest shape: embedded <c>Migrations/NNN_what.sql</c>, forward only, one transaction
/// each, under a lock so that replicas starting together do not race, recorded in <c>schema_migrations</c>.
/// </summary>
/// <param name="service">The assembly that the migrations are embedded in.</param>
public sealed class Migrator(DatabasePlace place, Assembly service)
{
    // Any number that no other program locks with in our databases.
    private const long Lock = 7_305_441_270;

    /// <summary>Makes the database, its owner and its run-time login where they are missing.</summary>
    public async Task CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        var owner = new NpgsqlConnectionStringBuilder(place.Owner);
        var runtime = new NpgsqlConnectionStringBuilder(place.Runtime);
        await using var admin = NpgsqlDataSource.Create(place.Admin!);
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        await TakeLockAsync(connection, cancellationToken);

        foreach (var login in (NpgsqlConnectionStringBuilder[])[owner, runtime])
        {
            var known = await connection.ExecuteScalarAsync<bool>(
                "select exists (select from pg_roles where rolname = @Username)",
                new { login.Username }
            );
            // Names are ours and passwords are hex, so quoting is all the escaping that utility statements need.
            await connection.ExecuteAsync(
                $"""{(known ? "alter" : "create")} role "{login.Username}" login password '{login.Password}'"""
            );
        }

        var there = await connection.ExecuteScalarAsync<bool>(
            "select exists (select from pg_database where datname = @Database)",
            new { owner.Database }
        );
        if (!there)
        {
            await connection.ExecuteAsync(
                $"""create database "{owner.Database}" owner "{owner.Username}" encoding 'UTF8' template template0"""
            );
        }
        // Also where it is there: whoever made it may have been stopped in between.
        await connection.ExecuteAsync(
            $"""
            revoke all on database "{owner.Database}" from public;
            grant connect, temporary on database "{owner.Database}" to "{runtime.Username}";
            """
        );
    }

    /// <summary>Runs every migration that has not run yet.</summary>
    /// <exception cref="OptionsValidationException">There is no login to migrate with.</exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        if (place.Owner.Length == 0)
        {
            throw new OptionsValidationException(
                "Database:Owner",
                typeof(string),
                ["Setting 'Database:Owner' is missing: the login that owns and migrates the service's database"]
            );
        }
        var runtime = new NpgsqlConnectionStringBuilder(place.Runtime).Username;
        await using var source = NpgsqlDataSource.Create(place.Owner);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await TakeLockAsync(connection, cancellationToken);
        await connection.ExecuteAsync(
            // Our statements take milliseconds; compiling one whose cost is guessed too high takes thirty.
            $"""
            do $$ begin execute format('alter database %I set jit = off', current_database()); end $$;
            create table if not exists schema_migrations (name text primary key, applied_at timestamptz not null default now());
            revoke create on schema public from public;
            grant usage on schema public to "{runtime}";
            alter default privileges in schema public grant select, insert, update, delete on tables to "{runtime}";
            alter default privileges in schema public grant usage, select on sequences to "{runtime}";
            """
        );
        var applied = (await connection.QueryAsync<string>("select name from schema_migrations")).ToHashSet(
            StringComparer.Ordinal
        );

        foreach (var (name, sql) in Embedded().Where(migration => !applied.Contains(migration.Name)))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            // However long it takes: a big table may take its time.
            await connection.ExecuteAsync(
                new CommandDefinition(
                    sql,
                    transaction: transaction,
                    commandTimeout: 0,
                    cancellationToken: cancellationToken
                )
            );
            await connection.ExecuteAsync(
                "insert into schema_migrations (name) values (@name)",
                new { name },
                transaction
            );
            await transaction.CommitAsync(cancellationToken);
        }
    }

    // Without a time limit: another replica may be at a migration that takes long. It is let go with its connection.
    private static Task<int> TakeLockAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(
            new CommandDefinition(
                "select pg_advisory_lock(@Lock)",
                new { Lock },
                commandTimeout: 0,
                cancellationToken: cancellationToken
            )
        );

    private IEnumerable<(string Name, string Sql)> Embedded()
    {
        const string folder = ".Migrations.";
        foreach (var resource in service.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            var at = resource.IndexOf(folder, StringComparison.Ordinal);
            if (at < 0)
                continue;
            using var reader = new StreamReader(service.GetManifestResourceStream(resource)!);
            yield return (resource[(at + folder.Length)..], reader.ReadToEnd());
        }
    }
}
