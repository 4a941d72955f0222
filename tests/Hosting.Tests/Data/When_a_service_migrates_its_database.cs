using Dapper;
using LeadSync.Hosting.Data;
using LeadSync.MinimalService;
using LeadSync.Testing;
using Npgsql;

namespace LeadSync.Hosting.Tests.Data;

public sealed class When_a_service_migrates_its_database : IAsyncLifetime
{
    private readonly TestDatabase _database = new(typeof(MinimalOptions).Assembly);

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Each_migration_runs_once_however_many_replicas_start_together()
    {
        // Long enough in one of them that the others meet it there.
        var counted = new AssemblyWithMigrations(
            ("901_counted.sql", "create table counted (id int); select pg_sleep(0.3); insert into counted values (1);"),
            ("902_counted_more.sql", "insert into counted values (2);")
        );
        var replicas = Enumerable
            .Range(0, 8)
            .Select(async _ =>
            {
                var migrator = new Migrator(_database.Place, counted);
                await migrator.CreateDatabaseAsync(TestContext.Current.CancellationToken);
                await migrator.MigrateAsync(TestContext.Current.CancellationToken);
            });
        await Task.WhenAll(replicas);

        await using var connection = await _database.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var applied = await connection.QueryAsync<string>("select name from schema_migrations order by name");
        applied.ShouldBe(["001_note.sql", "002_setting_changes.sql", "901_counted.sql", "902_counted_more.sql"]);
        (await connection.ExecuteScalarAsync<long>("select count(*) from counted")).ShouldBe(2);
    }

    [Fact]
    public async Task Its_statements_are_not_compiled_first()
    {
        await using var connection = await _database.Source.OpenConnectionAsync(TestContext.Current.CancellationToken);

        (await connection.ExecuteScalarAsync<string>("show jit")).ShouldBe("off");
    }

    [Fact]
    public async Task One_that_fails_leaves_nothing_behind_and_the_ones_before_it_stay()
    {
        var assembly = new AssemblyWithMigrations(
            ("951_good.sql", "create table good (id int);"),
            ("952_bad.sql", "create table half_done (id int); insert into no_such_table values (1);")
        );

        var fault = await Should.ThrowAsync<PostgresException>(() =>
            new Migrator(_database.Place, assembly).MigrateAsync(TestContext.Current.CancellationToken)
        );

        fault.SqlState.ShouldBe(PostgresErrorCodes.UndefinedTable);
        await using var connection = await _database.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        (await connection.QueryAsync<string>("select name from schema_migrations order by name")).ShouldBe([
            "001_note.sql",
            "002_setting_changes.sql",
            "951_good.sql",
        ]);
        (await connection.ExecuteScalarAsync<string?>("select to_regclass('half_done')::text")).ShouldBeNull();
        (await connection.ExecuteScalarAsync<string?>("select to_regclass('good')::text")).ShouldBe("good");
    }

    [Theory]
    [InlineData("create table intruder (id int)")]
    [InlineData("drop table note")]
    [InlineData("alter table note add column intruder int")]
    [InlineData("truncate note")]
    [InlineData("insert into schema_migrations (name) values ('999_intruder.sql')")]
    [InlineData("create schema intruder")]
    [InlineData("create role intruder")]
    public async Task The_login_that_the_service_runs_with_changes_no_table(string statement)
    {
        await using var connection = await _database.Source.OpenConnectionAsync(TestContext.Current.CancellationToken);

        var fault = await Should.ThrowAsync<PostgresException>(() => connection.ExecuteAsync(statement));

        fault.SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
    }

    [Fact]
    public async Task The_login_that_the_service_runs_with_reads_and_writes_rows()
    {
        await using var connection = await _database.Source.OpenConnectionAsync(TestContext.Current.CancellationToken);

        await connection.ExecuteAsync("insert into note values (@id, 'acme', '1')", new { id = Guid.CreateVersion7() });
        await connection.ExecuteAsync("update note set lead_id = '2'");
        (await connection.ExecuteScalarAsync<string>("select lead_id from note")).ShouldBe("2");
        await connection.ExecuteAsync("delete from note");
    }

    [Fact]
    public async Task Another_services_login_cannot_even_connect()
    {
        await using var other = new TestDatabase(typeof(MinimalOptions).Assembly);
        await other.InitializeAsync();
        var trespass = new NpgsqlConnectionStringBuilder(other.Place.Runtime)
        {
            Database = _database.Name,
            Pooling = false,
        };
        await using var connection = new NpgsqlConnection(trespass.ConnectionString);

        var fault = await Should.ThrowAsync<PostgresException>(() =>
            connection.OpenAsync(TestContext.Current.CancellationToken)
        );

        fault.SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
    }
}
