using System.Globalization;
using Dapper;
using LeadSync.Contracts;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.Push.Tests.Writing;

/// <summary>What the people to create are found by.</summary>
public enum Keys
{
    ExternalId,
    Email,
    None,
}

/// <summary>People to be created at a connection of their own, and what must have become of them in the end.</summary>
public sealed class LostCreates(PushUnderTest push, Keys keys)
{
    private readonly string _company = $"Acme {Guid.CreateVersion7():N}";

    /// <summary>How many; some dozens in the suite, as many as <c>LEADSYNC_LEADS</c> says by hand.</summary>
    public static int Count { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("LEADSYNC_LEADS"), CultureInfo.InvariantCulture, out var leads)
            ? leads
            : 30;

    public Guid Connection { get; } = Guid.CreateVersion7();

    public Task PrepareAsync() =>
        keys switch
        {
            Keys.ExternalId => push.RuleAsync(Connection, new { externalIdField = PushUnderTest.ExternalId }),
            Keys.None => push.RuleAsync(Connection, new { noMatchKey = "create" }),
            _ => Task.CompletedTask,
        };

    /// <summary>Of those without a key every two send exactly the same.</summary>
    public IEnumerable<MappedLead> Leads =>
        Enumerable
            .Range(0, Count)
            .Select(number =>
            {
                var name = keys == Keys.None ? $"Person {number / 2}" : $"Person {number}";
                (string, string?)[] fields = [("LastName", name), ("Company", _company)];
                return PushUnderTest.Lead(
                    Connection,
                    $"p{number}",
                    keys == Keys.Email ? $"p{number}@{Connection:N}.example" : null,
                    fields: keys == Keys.ExternalId
                        ? [.. fields, (PushUnderTest.ExternalId, $"{Connection:N}-{number}")]
                        : fields
                );
            });

    /// <summary>How many records there are by now.</summary>
    public int Records => push.Crm.Org.Records("Lead").Count(record => Equals(record["Company"], _company));

    /// <summary>Each is one record of its own, made once, and nobody was given up.</summary>
    public async Task ShouldBeCreatedOnceAsync()
    {
        var made = push.Crm.Journal.Effects.Count(change =>
            change is { Kind: ChangeKind.Created, Object: "Lead" }
            && change.Fields.Any(field => Equals(field.After, _company))
        );
        made.ShouldBe(Count);
        Records.ShouldBe(Count);
        await using var database = await push.Database.Source.OpenConnectionAsync();
        var linked = await database.ExecuteScalarAsync<int>(
            "select count(distinct record_id) from lead_sync where connection_id = @Connection and done_run = wanted_run",
            new { Connection }
        );
        linked.ShouldBe(Count);
    }
}
