using System.Text.Json;
using LeadSync.Bench.Houses;
using LeadSync.WholeSystem.Load;
using RabbitMQ.Client;

namespace LeadSync.Bench.Loads;

/// <summary>Lists of 500 to the capture exchange, each tenant with its own product's login, twenty at once, confirmed.</summary>
public sealed class AmqpLists : WayIn
{
    private const int AtOnce = 20;

    public override string Name => "lists over AMQP";

    public override async Task<Sending> PrepareAsync(BenchHouse house, string run, int leads)
    {
        var sendings = new List<(IChannel Channel, string Login, List<byte[]> Bodies)>();
        var emails = new List<string>(leads);
        foreach (var (tenant, ids) in Spread(house, run, leads))
        {
            var login = await house.Broker.AddProductAsync(tenant.Workspace, "web");
            var bodies = ids.Chunk(InOneList)
                .Select(some => JsonSerializer.SerializeToUtf8Bytes(new { items = some.Select(Tenant.Lead) }))
                .ToList();
            sendings.Add((await house.Broker.OpenChannelAsync(login), login, bodies));
            emails.AddRange(ids.Select(Tenant.Email));
        }
        return new Sending(
            emails,
            async stop =>
            {
                await Task.WhenAll(sendings.Select(one => SendAsync(one.Channel, one.Login, one.Bodies, stop)));
                return 0;
            }
        );
    }

    private static async Task SendAsync(IChannel channel, string login, List<byte[]> bodies, CancellationToken stop)
    {
        await using var closed = channel;
        foreach (var some in bodies.Chunk(AtOnce))
        {
            await Task.WhenAll(
                some.Select(body =>
                    channel
                        .BasicPublishAsync(
                            "leadsync.capture",
                            "",
                            mandatory: true,
                            new BasicProperties { UserId = login, Persistent = true },
                            body,
                            stop
                        )
                        .AsTask()
                )
            );
        }
    }
}
