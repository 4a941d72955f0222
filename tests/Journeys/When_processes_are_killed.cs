using System.Net;
using System.Net.Http.Json;
using LeadSync.Testing;
using LeadSync.WholeSystem;

namespace LeadSync.Journeys;

/// <summary>Acknowledged is never lost and nobody is created twice, whatever is killed when.</summary>
public sealed class When_processes_are_killed(House house) : IClassFixture<House>
{
    private const int Leads = 2_000;

    [Fact]
    public async Task Every_acknowledged_lead_is_in_the_CRM_exactly_once()
    {
        var acknowledged = new List<int>();
        var capturing = CaptureAllAsync(acknowledged);
        foreach (var name in (string[])["Push", "Mapping", "Connector", "Audit", "Push"])
        {
            var before = house.Crm.Journal.LastSequence;
            await Task.WhenAny(
                Eventually.ShouldBe(
                    () => house.Crm.Journal.LastSequence > before + 1,
                    within: TimeSpan.FromSeconds(20)
                ),
                capturing
            );
            await house.Services[name].KillAsync();
            await house.Services[name].StartAsync();
        }
        await capturing;

        await Eventually.ShouldPass(
            () =>
            {
                var found = house
                    .Crm.Org.Records("Lead")
                    .Select(record => (string?)record["Email"])
                    .ToHashSet(StringComparer.Ordinal);
                acknowledged.Count(number => !found.Contains(Email(number))).ShouldBe(0);
                return Task.CompletedTask;
            },
            TimeSpan.FromMinutes(2)
        );
        house.Crm.Org.Records("Lead").GroupBy(record => record["Email"]).Count(group => group.Count() > 1).ShouldBe(0);
        var queues = await house.Broker.QueuesAsync();
        queues.ShouldNotContain(queue =>
            queue.EndsWith("_error", StringComparison.Ordinal) || queue.EndsWith("_skipped", StringComparison.Ordinal)
        );
        foreach (var queue in queues.Where(queue => queue.EndsWith(".dead", StringComparison.Ordinal)))
            (await house.Broker.CountAsync(queue)).ShouldBe(0u, queue);
    }

    private async Task CaptureAllAsync(List<int> acknowledged)
    {
        foreach (var batch in Enumerable.Range(0, Leads).Chunk(50))
        {
            // Whatever is not acknowledged is sent again, as a product would.
            await Eventually.ShouldPass(async () =>
            {
                using var answer = await house.Http.PostAsJsonAsync(
                    "/v1/leads",
                    batch.Select(number => new
                    {
                        source = "web",
                        leadId = $"killed-{number}",
                        fields = new
                        {
                            lastName = "Person",
                            company = "Acme",
                            email = Email(number),
                        },
                    })
                );
                answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            });
            acknowledged.AddRange(batch);
        }
    }

    private static string Email(int number) => $"killed-{number}@journeys.example";
}
