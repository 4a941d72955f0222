using System.Net.Http.Json;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Testing;
using LeadSync.WholeSystem;

namespace LeadSync.Journeys;

/// <summary>
/// Services, broker and database killed one after the other while leads come in, the database then away for three minutes, and
/// answers of the CRM lost on the way. Takes some six minutes, so it runs only when asked for:
/// <c>./test --explicit only --filter-class '*When_everything_is_killed'</c>.
/// </summary>
public sealed class When_everything_is_killed(ITestOutputHelper output) : IAsyncLifetime
{
    // No fixture: that would be started whether or not the test is asked for.
    private readonly HouseOnServersOfItsOwn _house = new();

    private const int Leads = 5_000;
    private static readonly TimeSpan Away = TimeSpan.FromMinutes(3);

    // In the order in which they are struck; the last is left without its database for three minutes instead.
    private static readonly string[] Struck =
    [
        "Gateway",
        "Push",
        "Mapping",
        "Connector",
        "Audit",
        "rabbitmq",
        "postgres",
        "Push",
        "away",
    ];

    public ValueTask InitializeAsync() => _house.InitializeAsync();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact(Explicit = true)]
    public async Task Every_acknowledged_lead_is_in_the_CRM_exactly_once_within_two_minutes()
    {
        Assert.SkipUnless(PrivateServers.AreInstalled, "needs Debian's PostgreSQL and RabbitMQ, to kill its own");
        // As long as a real org needs, so that there is always something in flight.
        _house.Crm.Org.Settings = _house.Crm.Org.Settings with
        {
            LatencyMilliseconds = 300,
            LatencyPerRecordMilliseconds = 2,
        };
        _house.Crm.Faults.Put(
            new()
            {
                Kind = FaultKind.DropAnswer,
                Match = new() { Kind = RequestKinds.Write },
                Nth = 2,
                Probability = 0.5,
                Seed = 8,
                Count = 20,
            }
        );

        var shares = Enumerable.Range(0, Leads).Chunk((Leads / Struck.Length) + 1).ToList();
        for (var at = 0; at < Struck.Length; at++)
        {
            var before = _house.Crm.Journal.LastSequence;
            var capturing = CaptureAllAsync(shares[at]);
            await Task.WhenAny(
                capturing,
                Eventually.ShouldBe(
                    () => _house.Crm.Journal.LastSequence > before + 1,
                    within: TimeSpan.FromSeconds(60)
                )
            );
            await StrikeAsync(Struck[at]);
            await capturing;
        }

        var since = TimeProvider.System.GetTimestamp();
        await Eventually.ShouldPass(
            async () =>
            {
                Created().Count.ShouldBe(Leads);
                (await WaitingAsync()).ShouldBe(0);
            },
            TimeSpan.FromMinutes(2)
        );
        output.WriteLine(
            $"{Leads} leads, all with an outcome {TimeProvider.System.GetElapsedTime(since).TotalSeconds:0} s after the last was acknowledged"
        );
        Created().Where(person => person.Value > 1).ShouldBeEmpty();
        var lost = _house.Crm.Journal.After(0).Where(entry => entry.Fate == Fate.AnswerDropped).ToList();
        output.WriteLine(
            $"{lost.Count} answers lost, with {lost.Sum(entry => entry.Effects.Count)} records created in them"
        );
        lost.Sum(entry => entry.Effects.Count(effect => effect.Kind == ChangeKind.Created)).ShouldBeGreaterThan(20);
        await NothingIsPutAsideAsync();
        var counts = await _house.ReadAsync("/v1/counts?source=web");
        output.WriteLine($"Audit: {counts}");
        counts.GetProperty("failed").GetInt32().ShouldBe(0);
        (counts.GetProperty("created").GetInt32() + counts.GetProperty("unchanged").GetInt32()).ShouldBe(Leads);
    }

    private async Task StrikeAsync(string what)
    {
        var since = TimeProvider.System.GetTimestamp();
        switch (what)
        {
            case "away":
                await _house.KillServerAsync("postgres");
                // Away, not dead: every service lives on and waits.
                await Eventually.ShouldStay(
                    async () =>
                    {
                        foreach (var service in _house.Services.Values)
                        {
                            if (!await service.IsAliveAsync())
                                return false;
                        }
                        return true;
                    },
                    Away,
                    "every service is alive without the database"
                );
                await _house.StartServerAsync("postgres");
                break;
            case "postgres" or "rabbitmq":
                await _house.KillServerAsync(what);
                await _house.StartServerAsync(what);
                break;
            default:
                await _house.Services[what].KillAsync();
                await _house.Services[what].StartAsync();
                break;
        }
        output.WriteLine($"{what}: back after {TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.0} s");
    }

    private async Task CaptureAllAsync(IEnumerable<int> numbers)
    {
        foreach (var batch in numbers.Chunk(25))
        {
            // Whatever is not acknowledged is sent again, as a product would, with the same ids.
            var leads = batch
                .Select(number => new
                {
                    eventId = Guid.CreateVersion7(),
                    occurredAt = TimeProvider.System.GetUtcNow(),
                    source = "web",
                    leadId = $"struck-{number}",
                    fields = new
                    {
                        lastName = "Person",
                        company = "Acme",
                        email = Email(number),
                    },
                })
                .ToList();
            await Eventually.ShouldPass(
                async () =>
                {
                    using var answer = await _house.Http.PostAsJsonAsync("/v1/leads", leads);
                    answer.IsSuccessStatusCode.ShouldBeTrue($"{(int)answer.StatusCode}");
                },
                TimeSpan.FromMinutes(5)
            );
        }
    }

    // How often each address was created, by the CRM's own journal.
    private Dictionary<object, int> Created() =>
        _house
            .Crm.Journal.After(0)
            .SelectMany(entry => entry.Effects)
            .Where(effect => effect.Kind == ChangeKind.Created && effect.Object == "Lead")
            .Select(effect => effect.Fields.Single(field => field.Field == "Email").After!)
            .GroupBy(email => email)
            .ToDictionary(group => group.Key, group => group.Count());

    private async Task<int> WaitingAsync() =>
        (await _house.ReadAsync("/v1/counts?source=web")).GetProperty("waiting").GetInt32();

    private async Task NothingIsPutAsideAsync()
    {
        var queues = await _house.Broker.QueuesAsync();
        queues.ShouldNotContain(queue =>
            queue.EndsWith("_error", StringComparison.Ordinal) || queue.EndsWith("_skipped", StringComparison.Ordinal)
        );
        foreach (var queue in queues.Where(queue => queue.EndsWith(".dead", StringComparison.Ordinal)))
            (await _house.Broker.CountAsync(queue)).ShouldBe(0u, queue);
    }

    private static string Email(int number) => $"struck-{number}@journeys.example";
}
