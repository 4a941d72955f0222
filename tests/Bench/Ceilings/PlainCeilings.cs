using System.Net.Http.Headers;
using System.Text.Json;
using Dapper;
using LeadSync.Bench.Figures;
using LeadSync.Bench.Machines;
using LeadSync.CrmSimulator;
using LeadSync.Testing;
using Npgsql;

namespace LeadSync.Bench.Ceilings;

/// <summary>What the database and HTTP do for plain clients, by the ways that the services use.</summary>
public static class PlainCeilings
{
    private const string Part = "ceilings";
    private const int Rows = 100_000;
    private const int InOneInsert = 200;
    private const int InOneCall = 200;

    /// <summary>Rows of 1 KiB in inserts of 200, each insert committed, over so many connections at once.</summary>
    public static async Task<Figure> InsertAsync(int runs, int connections, CancellationToken stop)
    {
        var database = Servers.NewName();
        await using var admin = NpgsqlDataSource.Create(Servers.Postgres);
        await using var one = await admin.OpenConnectionAsync(stop);
        await one.ExecuteAsync($"""create database "{database}" """);
        try
        {
            var place = new NpgsqlConnectionStringBuilder(Servers.Postgres) { Database = database };
            await using var source = NpgsqlDataSource.Create(place.ConnectionString);
            var values = new List<Run>();
            for (var run = 0; run < runs; run++)
                values.Add(await InsertAsync(source, connections, stop));
            return new Figure(
                Part,
                $"PostgreSQL, inserts of {InOneInsert} rows of 1 KiB, {connections} {(connections == 1 ? "connection" : "connections")}",
                "rows/s",
                values
            );
        }
        finally
        {
            await one.ExecuteAsync($"""drop database "{database}" with (force)""");
        }
    }

    private static async Task<Run> InsertAsync(NpgsqlDataSource source, int connections, CancellationToken stop)
    {
        await using (var connection = await source.OpenConnectionAsync(stop))
            await connection.ExecuteAsync(
                "drop table if exists lead; create table lead (id uuid primary key, body text not null)"
            );
        var bodies = Enumerable.Repeat(new string('x', 1_000), InOneInsert).ToArray();
        var watch = new LoadWatch(() => null);
        var began = TimeProvider.System.GetTimestamp();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Rows / InOneInsert),
            new ParallelOptions { MaxDegreeOfParallelism = connections, CancellationToken = stop },
            async (_, _) =>
            {
                await using var connection = await source.OpenConnectionAsync(stop);
                await connection.ExecuteAsync(
                    "insert into lead (id, body) select * from unnest(@ids, @bodies)",
                    new { ids = bodies.Select(_ => Guid.CreateVersion7()).ToArray(), bodies }
                );
            }
        );
        return new Run(Rows / TimeProvider.System.GetElapsedTime(began).TotalSeconds, watch.Read());
    }

    /// <summary>Creates of 200 records a call against the simulated CRM, with nothing but HTTP and JSON.</summary>
    public static async Task<Figure> CreateAsync(int runs, int records, CancellationToken stop)
    {
        var values = new List<Run>();
        for (var run = 0; run < runs; run++)
        {
            await using var crm = await Simulator.StartAsync();
            using var http = await SignInAsync(crm, stop);
            var calls = Enumerable
                .Range(0, records)
                .Chunk(InOneCall)
                .Select(numbers => JsonSerializer.SerializeToUtf8Bytes(new { records = numbers.Select(Record) }))
                .ToList();
            var watch = new LoadWatch(() => null);
            var began = TimeProvider.System.GetTimestamp();
            foreach (var call in calls)
            {
                using var content = new ByteArrayContent(call);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                using var answer = await http.PostAsync("/services/data/v60.0/composite/sobjects", content, stop);
                answer.EnsureSuccessStatusCode();
            }
            values.Add(new Run(records / TimeProvider.System.GetElapsedTime(began).TotalSeconds, watch.Read()));
            if (crm.Org.Records("Lead").Count != records)
                throw new InvalidOperationException($"{crm.Org.Records("Lead").Count} of {records} records are there");
        }
        return new Figure(Part, $"HTTP, collections of {InOneCall} creates, one call at a time", "records/s", values);
    }

    /// <summary>A client that has a session of the org demo.</summary>
    private static async Task<HttpClient> SignInAsync(Simulator crm, CancellationToken stop)
    {
        var http = new HttpClient(new SocketsHttpHandler()) { BaseAddress = crm.Address };
        var token = await CrmSession.TokenAsync(crm, http, stop);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    private static Dictionary<string, object> Record(int number) =>
        new(StringComparer.Ordinal)
        {
            ["attributes"] = new { type = "Lead" },
            ["LastName"] = "Person",
            ["Company"] = "Acme",
            ["Email"] = $"plain-{number}@load.example",
        };
}
