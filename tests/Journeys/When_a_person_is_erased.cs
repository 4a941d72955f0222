using System.Net.Http.Json;
using System.Text;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Testing;
using LeadSync.WholeSystem;
using Npgsql;

namespace LeadSync.Journeys;

/// <summary>Of a person who is erased no store keeps anything, whatever was under way at that moment.</summary>
public sealed class When_a_person_is_erased(House house) : IClassFixture<House>
{
    private const string Canary = "canary7q";

    // Its own word, so that the address is found apart from the values; and the lead's id is an address too.
    private const string Email = "zebrafinch9@person.example";
    private const string LeadId = "goldfinch8@person.example";

    // What was under way ends first, and five services and a simulated org share the machine.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Five_databases_and_all_queues_hold_nothing_of_it()
    {
        house.Crm.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.DropAnswer,
                Match = new FaultMatch { Kind = RequestKinds.Create },
                Count = 1,
            }
        );
        var taken = await house.CaptureAsync(Lead(LeadId, Email), Lead("beside", "beside@person.example"));
        taken.GetProperty("accepted").GetInt32().ShouldBe(2, taken.ToString());
        await Eventually.ShouldPass(
            async () =>
                house.Crm.Faults.All.ShouldContain(
                    fault => fault.Struck == 1,
                    (await house.ReadAsync("/v1/failures")).ToString() + await house.ReadAsync("/v1/counts")
                ),
            Patience
        );
        // What no service can read has people in it too.
        await house.Broker.PublishAsync("leadsync.lead-captured", $$"""{"items": "{{Email}}"}""");
        await Eventually.ShouldBe(
            async () => await house.Broker.CountAsync("audit.lead-captured.dead") == 1,
            "it is among the dead letters",
            Patience
        );
        (await EverythingAsync()).ShouldContain(Canary);

        using var request = new HttpRequestMessage(HttpMethod.Delete, "/v1/people")
        {
            Content = JsonContent.Create(new { email = Email }),
        };
        using var answer = await house.Http.SendAsync(request, TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue();
        // Comes late, as from a source that did not hear of it.
        await house.CaptureAsync(Lead(LeadId, Email));

        var record = await RecordAsync();
        await Eventually.ShouldPass(
            async () =>
            {
                var everything = await EverythingAsync();
                foreach (var trace in new[] { Canary, "zebrafinch9", "goldfinch8", record[..15] })
                    Lines(everything, trace).ShouldBeEmpty();
            },
            Patience
        );
        (await house.ReadAsync($"/v1/timeline?email={Email}")).GetProperty("events").GetArrayLength().ShouldBe(0);
        (await house.TimelineAsync("web", LeadId)).ShouldBeEmpty();
        var counts = await house.ReadAsync("/v1/counts");
        counts.GetProperty("captured").GetInt64().ShouldBe(2);
        counts.GetProperty("skipped").GetInt64().ShouldBe(1);
        counts.GetProperty("waiting").GetInt64().ShouldBe(0);
        var changes = await house.ReadAsync("/v1/history/settings?setting=person");
        changes.GetProperty("changes").GetArrayLength().ShouldBe(1);
    }

    private static object Lead(string leadId, string email) =>
        new
        {
            source = "web",
            leadId,
            occurredAt = TimeProvider.System.GetUtcNow().AddMinutes(-1),
            fields = new
            {
                firstName = email == Email ? Canary : "Ada",
                lastName = email == Email ? Canary : "Person",
                company = "Acme",
                email,
                nickname = email == Email ? Canary : "",
            },
            turns = new[]
            {
                new
                {
                    conversationId = "c",
                    turnId = "1",
                    at = TimeProvider.System.GetUtcNow().AddMinutes(-2),
                    speaker = "visitor",
                    text = email == Email ? $"I am {Canary}" : "Hello",
                },
            },
            metadata = new { session = email == Email ? Canary : "s" },
        };

    private async Task<string> RecordAsync()
    {
        await Eventually.ShouldBe(() => house.Crm.Org.Find("Lead", Email).Count == 1, "the record is there", Patience);
        return house.Crm.Org.Find("Lead", Email).Single().Id;
    }

    private static IEnumerable<string> Lines(string text, string trace) =>
        text.Split('\n').Where(line => line.Contains(trace, StringComparison.OrdinalIgnoreCase));

    private async Task<string> EverythingAsync()
    {
        var everything = new StringBuilder();
        foreach (var service in house.Services.Keys)
        {
            await using var database = NpgsqlDataSource.Create(house.DatabaseOf(service));
            everything.AppendLine(service).AppendLine(await DatabaseDump.ReadAsync(database));
        }
        foreach (var queue in await house.Broker.QueuesAsync())
        {
            // Looked at, and given back with the channel.
            await using var channel = await house.Broker.OpenChannelAsync();
            while (await channel.BasicGetAsync(queue, autoAck: false) is { } message)
                everything.AppendLine(Encoding.UTF8.GetString(message.Body.Span));
        }
        return everything.ToString();
    }
}
