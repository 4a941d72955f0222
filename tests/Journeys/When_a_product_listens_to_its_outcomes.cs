using System.Text.Json;
using LeadSync.Testing;
using LeadSync.WholeSystem;
using RabbitMQ.Client;

namespace LeadSync.Journeys;

/// <summary>A product on the bus, with nothing but an AMQP client and JSON: it captures, and hears what became of it.</summary>
[Collection<OneHouse>]
public sealed class When_a_product_listens_to_its_outcomes(House house)
{
    [Fact]
    public async Task It_hears_match_and_write_of_its_own_leads_with_its_metadata_and_no_other_product_does()
    {
        var web = await house.Broker.HearOutcomesAsync(await house.Broker.AddProductAsync("demo", "web"));
        var chat = await house.Broker.HearOutcomesAsync(await house.Broker.AddProductAsync("demo", "chat"));
        var stranger = await house.Broker.HearOutcomesAsync(await house.Broker.AddProductAsync("globex", "web"));

        await house.Broker.PublishAsProductAsync(
            "demo",
            "web",
            "leadsync.capture",
            """
            {"items":[{"leadId":"listened","occurredAt":"2026-01-31T09:29:58Z","metadata":{"campaign":"winter"},
             "fields":{"lastName":"Rivers","company":"Rivers Ltd","email":"listened@journeys.example"}}]}
            """
        );

        var told = new List<BasicGetResult>();
        await Eventually.ShouldBe(async () =>
        {
            told.AddRange(await house.Broker.ReadAsProductAsync(web));
            return told.Count >= 2;
        });
        told.Select(message => message.RoutingKey)
            .ShouldBe(["demo.web.record-matched", "demo.web.record-written"], ignoreOrder: true);
        foreach (var message in told)
        {
            using var body = JsonDocument.Parse(message.Body);
            body.RootElement.GetProperty("workspace").GetString().ShouldBe("demo");
            var item = body.RootElement.GetProperty("items").EnumerateArray().ShouldHaveSingleItem();
            item.GetProperty("leadId").GetString().ShouldBe("listened");
            item.GetProperty("metadata").GetProperty("campaign").GetString().ShouldBe("winter");
        }
        (await house.Broker.ReadAsProductAsync(chat)).ShouldBeEmpty();
        (await house.Broker.ReadAsProductAsync(stranger)).ShouldBeEmpty();
    }
}
