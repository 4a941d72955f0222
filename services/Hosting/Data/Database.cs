using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using LeadSync.Hosting.Web;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace LeadSync.Hosting.Data;

/// <summary>Where a service's own database is.</summary>
public sealed class DatabaseOptions
{
    /// <summary>
    /// Makes the database and its two logins from <c>LEADSYNC_POSTGRES</c> when they are missing. For a laptop and for
    /// tests; in production they are made beforehand and given as <see cref="Owner"/> and <see cref="Runtime"/>.
    /// </summary>
    public bool Create { get; set; }

    /// <summary>Name of the database; by default <c>leadsync_</c> and the service's name.</summary>
    public string? Name { get; set; }

    /// <summary>Connection string of the login that owns and migrates the database. A secret.</summary>
    public string? Owner { get; set; }

    /// <summary>Connection string of the lesser login that the service runs with. A secret.</summary>
    public string? Runtime { get; set; }

    /// <summary>Whether the service migrates at start; false where a job does it beforehand.</summary>
    public bool Migrate { get; set; } = true;
}

/// <summary>A service's own database: migrated by its owner at start, used through a lesser login.</summary>
public static class Database
{
    /// <summary>Registers the <see cref="NpgsqlDataSource"/> of the service's database and migrates it before anything else starts.</summary>
    public static void AddDatabase(this IHostApplicationBuilder builder, string service)
    {
        RegisterTypes();
        var options = builder.AddSettings<DatabaseOptions>("Database");
        var place = Place(options, builder.Configuration, service);
        builder.Services.AddSingleton(NpgsqlDataSource.Create(place.Runtime));
        builder.Services.AddSingleton(place);
        var assembly = Assembly.Load(new AssemblyName(builder.Environment.ApplicationName));
        builder.Services.AddSingleton(new Migrator(place, assembly));
        // First of all hosted services: nothing may read a table that is not there yet.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService, MigrateAtStart>());
    }

    /// <summary>Teaches Dapper how our columns and instants read; for whoever uses a store without a service around it.</summary>
    public static void RegisterTypes() => DapperTypes.Register();

    private static DatabasePlace Place(DatabaseOptions options, IConfiguration configuration, string service)
    {
        if (!options.Create)
        {
            const string ownerKey = "Database:Owner";
            var hasOwner = options.Migrate || !string.IsNullOrEmpty(configuration[ownerKey]);
            return new DatabasePlace(
                hasOwner
                    ? configuration.RequiredConnectionString(
                        ownerKey,
                        "the login that owns and migrates the service's database"
                    )
                    : "",
                configuration.RequiredConnectionString("Database:Runtime", "the login that the service runs with"),
                Admin: null,
                options.Migrate
            );
        }

        return DatabasePlace.Derive(
            configuration.RequiredConnectionString("LEADSYNC_POSTGRES", "a login that may make databases and logins"),
            ServiceKey.Read(configuration),
            options.Name ?? $"leadsync_{service}",
            service
        ) with
        {
            Migrate = options.Migrate,
        };
    }
}

/// <summary>Connection strings of one service's database. Secrets.</summary>
/// <param name="Owner">Empty where the service does not migrate: then it need not hold the more powerful login.</param>
/// <param name="Admin">A login that may make the database; null where it is made beforehand.</param>
public sealed record DatabasePlace(string Owner, string Runtime, string? Admin, bool Migrate)
{
    /// <summary>A database made by an administrator's login, with an owner <c>NAME_owner</c> and a run-time login <c>NAME</c>.</summary>
    /// <param name="key">The key that services share.</param>
    public static DatabasePlace Derive(string admin, byte[] key, string name, string service)
    {
        return new DatabasePlace(Login($"{name}_owner", poolSize: 2), Login(name, poolSize: 30), admin, Migrate: true);

        string Login(string login, int poolSize) =>
            new NpgsqlConnectionStringBuilder(admin)
            {
                Database = name,
                Username = login,
                // Every replica finds the same password without it being written down anywhere.
                Password = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(login))),
                MaxPoolSize = poolSize,
                ApplicationName = $"leadsync-{service}",
                MaxAutoPrepare = 50,
                // A service changes no session's state, so that there is nothing to reset for the next who uses it. Migrating does.
                NoResetOnClose = login == name,
            }.ConnectionString;
    }

    public override string ToString() => nameof(DatabasePlace);
}

/// <summary>Migrates before anything else starts, and waits for a server that is still coming up.</summary>
internal sealed class MigrateAtStart(
    Migrator migrator,
    DatabasePlace place,
    TimeProvider clock,
    ILogger<MigrateAtStart> log
) : IHostedService
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        for (var first = true; ; first = false)
        {
            try
            {
                if (place.Admin is not null)
                    await migrator.CreateDatabaseAsync(cancellationToken);
                if (place.Migrate)
                    await migrator.MigrateAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException fault) when (IsComingUp(fault) && clock.GetElapsedTime(started) < Patience)
            {
                if (first)
                    log.LogWarning("Waiting for the database server ({Fault})", Faults.Name(fault));
            }
            await Task.Delay(TimeSpan.FromSeconds(1), clock, cancellationToken);
        }
    }

    // Not a refused login or a migration that fails: those need a person, and the sooner they are seen the better.
    private static bool IsComingUp(NpgsqlException fault) =>
        fault is PostgresException postgres
            ? postgres.SqlState is PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections
            : Faults.IsInfrastructure(fault);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
