using System.Net;
using System.Text.Json;
using RabbitMQ.Client;

namespace LeadSync.WholeSystem.Load;

/// <summary>One tenant who sends everything at once, as an import does: over AMQP as fast as the broker confirms, or over HTTP.</summary>
public sealed class Burst(House house, Tenant tenant)
{
    private const int InOneList = 500;

    /// <summary>Publishes in full lists with the login of a product, many at once.</summary>
    public async Task PublishAsync(string run, int leads)
    {
        var login = await house.Broker.AddProductAsync(tenant.Workspace, "web");
        await using var channel = await house.Broker.OpenChannelAsync(login);
        foreach (var some in Enumerable.Range(0, leads).Chunk(InOneList).Chunk(20))
        {
            await Task.WhenAll(
                some.Select(numbers =>
                    channel
                        .BasicPublishAsync(
                            "leadsync.capture",
                            "",
                            mandatory: true,
                            new BasicProperties { UserId = login, Persistent = true },
                            JsonSerializer.SerializeToUtf8Bytes(
                                new { items = numbers.Select(number => Tenant.Lead($"{run}-{number}")) }
                            )
                        )
                        .AsTask()
                )
            );
        }
    }

    /// <summary>Posts lists over HTTP, four at once, and heeds the door's word when it says to wait; says how often it did.</summary>
    public async Task<int> PostAsync(string run, int leads)
    {
        var refusals = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, leads).Chunk(InOneList),
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (numbers, stop) =>
            {
                var body = JsonSerializer.SerializeToUtf8Bytes(
                    numbers.Select(number => Tenant.Lead($"{run}-{number}"))
                );
                while (true)
                {
                    using var content = new ByteArrayContent(body);
                    content.Headers.ContentType = new("application/json");
                    using var answer = await tenant.Http.PostAsync("/v1/leads", content, stop);
                    if (answer.StatusCode == HttpStatusCode.Accepted)
                        return;
                    answer.StatusCode.ShouldBeOneOf(HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable);
                    Interlocked.Increment(ref refusals);
                    using var asTold = new PeriodicTimer(answer.Headers.RetryAfter!.Delta!.Value);
                    await asTold.WaitForNextTickAsync(stop);
                }
            }
        );
        return refusals;
    }
}
