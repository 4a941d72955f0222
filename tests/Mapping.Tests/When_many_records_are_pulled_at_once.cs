using System.Globalization;
using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Mapping.Importing;
using LeadSync.Mapping.Routes;

namespace LeadSync.Mapping.Tests;

public sealed class When_many_records_are_pulled_at_once(Stores stores) : IClassFixture<Stores>
{
    private const int Rounds = 25;

    private static readonly string[] Emails = ["a@x.example", "B@x.example", " b@X.example ", "c@x.example", ""];
    private static readonly string[] Objects = ["Lead", "Contact"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_comes_of_them_is_as_one_after_the_other()
    {
        var seed = Random.Shared.Next();
        for (var round = 0; round < Rounds; round++)
        {
            var what = string.Create(CultureInfo.InvariantCulture, $"seed {seed}, round {round}");
            // The same settings, leads and records in two workspaces.
            var (one, many) = ($"one-{round}", $"many-{round}");
            var singly = await PlayAsync(one, new Random(seed + round), atOnce: false);
            var together = await PlayAsync(many, new Random(seed + round), atOnce: true);

            together.ShouldBe(singly, what);
        }
    }

    [Fact]
    public async Task Those_of_different_people_share_a_transaction_and_those_of_one_do_not()
    {
        var connectionId = await SaveAsync("apart");
        var records = Enumerable.Range(0, 300).Select(n => Record(connectionId, $"{n:000000}", $"p{n}@x.example"));
        var tail = new[]
        {
            Record(connectionId, "000299", "other@x.example"),
            Record(connectionId, "900000", "OTHER@x.example"),
        };
        var counts = new List<int>();

        await stores.Import.RunAsync(
            [.. records.Concat(tail).Select(record => new RecordToImport("apart", record))],
            (imported, _) =>
            {
                counts.Add(imported.Leads.Count);
                return Task.CompletedTask;
            },
            Stop
        );

        // The first of the two others tells nothing new of its lead.
        counts.ShouldBe([300, 0, 1]);
    }

    [Fact]
    public async Task When_telling_fails_none_of_them_was_taken_in()
    {
        var connectionId = await SaveAsync("untold");

        await Should.ThrowAsync<IOException>(() =>
            stores.Import.RunAsync(
                [new RecordToImport("untold", Record(connectionId, "000001", "a@x.example"))],
                (_, _) => throw new IOException("away"),
                Stop
            )
        );

        (await LeadsAsync("untold")).ShouldBeEmpty();
    }

    // Everything that the records did: what was told, in its order for each lead, and what the leads are then.
    private async Task<string> PlayAsync(string workspace, Random random, bool atOnce)
    {
        var connectionId = await SaveAsync(workspace);
        for (var lead = 0; lead < 4; lead++)
            await stores.CaptureAsync(workspace, Captured(random, connectionId, $"captured-{lead}"));
        var records = Enumerable
            .Range(0, random.Next(2, 15))
            .Select(_ => new RecordToImport(workspace, Any(random, connectionId)))
            .ToList();
        records.AddRange(records.Where(_ => random.Next(4) == 0).ToList());

        var told = new List<string>();
        foreach (var some in atOnce ? [records] : records.Select(record => new List<RecordToImport> { record }))
        {
            await stores.Import.RunAsync(
                some,
                (imported, _) =>
                {
                    told.AddRange(
                        imported.Leads.Select(one =>
                            $"{one.Item.LeadId} {one.Item.Outcome} {one.Item.FoundBy} {one.Item.Record.RecordId} "
                            + string.Join(',', one.Item.Fields.OrderBy(field => field.Key, StringComparer.Ordinal))
                        )
                    );
                    told.AddRange(
                        imported.Told.Mapped.Select(one => $"{one.Item.LeadId} mapped {History.Said(one.Item)}")
                    );
                    return Task.CompletedTask;
                },
                Stop
            );
        }
        var byLead = told.OrderBy(line => line.Split(' ')[0], StringComparer.Ordinal);
        return string.Join('\n', byLead.Concat(await LeadsAsync(workspace)))
            .Replace(connectionId.ToString(), "CONNECTION", StringComparison.Ordinal)
            .Replace(workspace, "WORKSPACE", StringComparison.Ordinal);
    }

    private async Task<Guid> SaveAsync(string workspace)
    {
        var connectionId = Guid.CreateVersion7();
        await stores.SaveSourceAsync(workspace);
        await stores.SaveMappingAsync(workspace, connectionId);
        foreach (var name in Objects)
            await stores.SavePullAsync(
                workspace,
                connectionId,
                name,
                new PullField("LastName", "lastName", PullWins.Newest),
                new PullField("Title", "title", PullWins.Crm),
                new PullField("Email", "email", PullWins.WhenEmpty)
            );
        await stores.RouteAsync(workspace, new RouteTerms("Lead") { AlsoImported = true });
        return connectionId;
    }

    private static CapturedLead Captured(Random random, Guid connectionId, string leadId) =>
        new()
        {
            EventId = new Guid(random.Next(), 0, 0, new byte[8]),
            OccurredAt = History.Start.AddSeconds(random.Next(8)),
            Source = "form",
            LeadId = leadId,
            Fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
            {
                ["lastName"] = Node("Captured"),
                ["company"] = Node("C"),
                ["email"] = Node(Emails[random.Next(Emails.Length)]),
            },
            Records =
                random.Next(2) == 0
                    ?
                    [
                        new KnownRecord(
                            "Lead",
                            Id($"{random.Next(4):000000}"),
                            random.Next(2) == 0 ? connectionId : null
                        ),
                    ]
                    : null,
        };

    private static PulledRecord Any(Random random, Guid connectionId)
    {
        var email = Emails[random.Next(Emails.Length)];
        var record = Record(connectionId, $"{random.Next(4):000000}", email) with
        {
            EventId = new Guid(random.Next(), 1, 0, new byte[8]),
            OccurredAt = History.Start.AddSeconds(random.Next(8)),
            ChangedByUs = random.Next(6) == 0,
        };
        record = record with { Record = record.Record with { Object = Objects[random.Next(2)] } };
        return random.Next(6) switch
        {
            0 => record with { Fate = RecordFate.Deleted, Fields = None },
            1 => record with
            {
                Fate = RecordFate.Converted,
                BecameRecord = new KnownRecord("Contact", Id($"{random.Next(4):000000}")),
                Fields = None,
            },
            _ => record,
        };
    }

    private static readonly Dictionary<string, JsonElement> None = [];

    private static PulledRecord Record(Guid connectionId, string id, string email) =>
        new()
        {
            EventId = Guid.CreateVersion7(),
            OccurredAt = History.Start,
            ConnectionId = connectionId,
            Source = "form",
            Record = new KnownRecord("Lead", Id(id)),
            Fate = RecordFate.Stands,
            Fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
            {
                ["LastName"] = Node($"Of {id}"),
                ["Title"] = Node($"Title of {id}"),
                ["Email"] = Node(email),
            },
        };

    private static string Id(string number) => $"00Q5g0000{number}EAF";

    private static JsonElement Node(string text) => JsonSerializer.SerializeToElement(text);

    private async Task<IReadOnlyList<string>> LeadsAsync(string workspace)
    {
        await using var connection = await stores.Source.OpenConnectionAsync(Stop);
        var leads = await connection.QueryAsync<string>(
            """
            select concat_ws(' ', l.lead_id, l.email, (l.state - 'importedAt')::text,
                             (select string_agg(r.object || r.record_id, ',' order by r.object, r.record_id)
                                from record_link r where r.lead = l.id),
                             (select string_agg(c.object || c.record_key, ',' order by c.object, c.record_key)
                                from captured_record c where c.lead = l.id))
              from lead l where l.workspace = @workspace order by l.lead_id
            """,
            new { workspace }
        );
        return [.. leads];
    }
}
