using System.Reflection;
using Dapper;
using LeadSync.Hosting.Data;
using Npgsql;
using Xunit;

namespace LeadSync.Testing;

/// <summary>
/// A database of its own for one test class, made and migrated as the service itself does it, with an owner and a lesser
/// run-time login; dropped at the end. A class fixture through <see cref="TestDatabase{TService}"/>.
/// </summary>
public class TestDatabase(Assembly service) : IAsyncLifetime
{
    private static readonly SemaphoreSlim Sweep = new(1);
    private static bool _swept;
    private NpgsqlDataSource? _source;
    private NpgsqlDataSource? _owner;

    public string Name { get; } = Servers.NewName();

    /// <summary>Where it is, as the service's own settings would say it.</summary>
    public DatabasePlace Place { get; private set; } = null!;

    /// <summary>As the service at run time: reads and writes rows, changes no table.</summary>
    public NpgsqlDataSource Source => _source ??= NpgsqlDataSource.Create(Place.Runtime);

    /// <summary>As the login that owns the tables.</summary>
    public NpgsqlDataSource Owner => _owner ??= NpgsqlDataSource.Create(Place.Owner);

    public virtual async ValueTask InitializeAsync()
    {
        Database.RegisterTypes();
        await SweepAsync();
        Place = DatabasePlace.Derive(Servers.Postgres, Servers.ServiceKey, Name, "test");
        var migrator = new Migrator(Place, service);
        await migrator.CreateDatabaseAsync(CancellationToken.None);
        await migrator.MigrateAsync(CancellationToken.None);
    }

    /// <summary>Ends every connection to it and lets none in, as if the server were away.</summary>
    public async Task TakeAwayAsync()
    {
        await using var connection = await AdminAsync();
        await connection.ExecuteAsync($"""alter database "{Name}" allow_connections false""");
        await EndConnectionsAsync(connection);
    }

    /// <summary>Ends what <see cref="TakeAwayAsync"/> began.</summary>
    public async Task GiveBackAsync()
    {
        await using var connection = await AdminAsync();
        await connection.ExecuteAsync($"""alter database "{Name}" allow_connections true""");
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (_source is not null)
            await _source.DisposeAsync();
        if (_owner is not null)
            await _owner.DisposeAsync();
        await using var connection = await AdminAsync();
        await DropAsync(connection, Name);
        GC.SuppressFinalize(this);
    }

    private static async Task<NpgsqlConnection> AdminAsync()
    {
        // Unpooled: these are rare, and a pool would hold a connection for every test class.
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(Servers.Postgres) { Pooling = false }.ConnectionString
        );
        await connection.OpenAsync();
        return connection;
    }

    private Task<int> EndConnectionsAsync(NpgsqlConnection admin) =>
        admin.ExecuteAsync(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = @Name and pid <> pg_backend_pid()",
            new { Name }
        );

    private static async Task DropAsync(NpgsqlConnection admin, string name)
    {
        await admin.ExecuteAsync($"""drop database if exists "{name}" with (force)""");
        await admin.ExecuteAsync($"""drop role if exists "{name}", "{name}_owner" """);
    }

    // What killed test runs left behind.
    private static async Task SweepAsync()
    {
        await Sweep.WaitAsync();
        try
        {
            if (_swept)
                return;
            _swept = true;
            await using var connection = await AdminAsync();
            var names = await connection.QueryAsync<string>("select datname from pg_database");
            foreach (var name in names.Where(Servers.IsLeftOver))
                await DropAsync(connection, name);
        }
        finally
        {
            Sweep.Release();
        }
    }
}

/// <summary>A <see cref="TestDatabase"/> with the migrations of the service that <typeparamref name="TService"/> belongs to.</summary>
/// <typeparam name="TService">Any type of the service's assembly.</typeparam>
public sealed class TestDatabase<TService>() : TestDatabase(typeof(TService).Assembly);
