using System.Text;
using Dapper;
using LeadSync.Testing;

namespace LeadSync.Connector.Tests.Sealing;

/// <summary>Secrets that were sent through Connector, each under the name of what it was.</summary>
internal sealed class Canaries
{
    private readonly Dictionary<string, string> _secrets = new(StringComparer.Ordinal);

    /// <summary>Remembers a secret, and gives it.</summary>
    public string Add(string name, string secret)
    {
        secret.Length.ShouldBeGreaterThan(8, name);
        _secrets.Add(name, secret);
        return secret;
    }

    /// <summary>
    /// Searches the database, what was logged and the spans for each of them in every spelling that it might have. Each place
    /// must hold what it surely holds, so that an empty one is not taken for a clean one.
    /// </summary>
    /// <param name="inDatabase">A text that some row holds.</param>
    /// <param name="inTraces">A text that some span holds.</param>
    public async Task ShouldBeNowhereAsync(
        ConnectorUnderTest connector,
        CapturedTraces traces,
        string inDatabase,
        string inTraces
    )
    {
        var places = new (string Name, string Text)[]
        {
            ("the database", await DumpAsync(connector.Database)),
            ("the traces", traces.Text),
            ("the logs", string.Join('\n', connector.Logs.Lines)),
        };
        places[0].Text.ShouldContain(inDatabase);
        places[1].Text.ShouldContain(inTraces);
        places[2].Text.ShouldNotBeEmpty();

        var found =
            from secret in _secrets
            from spelling in Spellings(secret.Value)
            from place in places
            where place.Text.Contains(spelling, StringComparison.OrdinalIgnoreCase)
            // Without the text around it, and in which spelling it was.
            select $"{secret.Key} stands in {place.Name}";
        found.Distinct(StringComparer.Ordinal).ShouldBeEmpty();
    }

    /// <summary>Every row of every table as text; binary columns come in hexadecimal.</summary>
    private static async Task<string> DumpAsync(TestDatabase database)
    {
        await using var connection = await database.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var dump = new StringBuilder();
        var tables = await connection.QueryAsync<string>(
            "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
        );
        foreach (var table in tables)
        {
            foreach (var row in await connection.QueryAsync<string>($"select row::text from {table} row"))
                dump.AppendLine(row);
        }
        return dump.ToString();
    }

    private static IEnumerable<string> Spellings(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        // Without the last characters, which depend on what follows when it is part of something longer.
        return [secret, Uri.EscapeDataString(secret), Convert.ToHexString(bytes), Convert.ToBase64String(bytes)[..^4]];
    }
}
