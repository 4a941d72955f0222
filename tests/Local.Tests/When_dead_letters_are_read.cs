using System.Text;
using System.Text.Json;
using LeadSync.Local.Broker;
using RabbitMQ.Client;

namespace LeadSync.Local.Tests;

public sealed class When_dead_letters_are_read
{
    [Fact]
    public void The_consumers_reason_and_the_number_of_items_are_told()
    {
        var letter = DeadLetter.Of(
            Peeked(
                """{"headers":{"leadsync-reason":"The body is not JSON.","leadsync-publisher":"product.demo.forms","leadsync-dead-at":"2030-01-01T00:00:00Z"}}""",
                """{"items":[{},{}]}"""
            )
        );

        letter.ShouldBe(new DeadLetter("The body is not JSON.", "2030-01-01T00:00:00Z", "product.demo.forms", 2));
    }

    [Fact]
    public void What_the_broker_gave_up_on_says_so_whatever_else_its_headers_claim()
    {
        var letter = DeadLetter.Of(
            Peeked(
                """{"user_id":"leadsync","headers":{"leadsync-reason":"made up","x-death":[{"reason":"delivery_limit","time":0}]}}""",
                "no JSON"
            )
        );

        letter.ShouldBe(
            new DeadLetter(
                "the broker gave up delivering it (delivery_limit)",
                "1970-01-01 00:00:00Z",
                "leadsync",
                null
            )
        );
    }

    [Fact]
    public void A_message_without_headers_is_listed_all_the_same()
    {
        // The management API writes empty properties as a list.
        DeadLetter.Of(Peeked("[]", "garbage")).ShouldBe(new DeadLetter("not said", "", "unknown", null));
    }

    [Fact]
    public void The_publisher_that_our_consumer_noted_is_restored()
    {
        var letter = new BasicProperties { Headers = Headers(("leadsync-publisher", "product.demo.forms")) };

        Redrive.Publisher(letter).ShouldBe("product.demo.forms");
    }

    [Fact]
    public void A_publisher_cannot_give_itself_another_name_through_a_header()
    {
        // Put away by the broker, so its headers are those that the product wrote.
        var letter = new BasicProperties
        {
            UserId = "product.demo.forms",
            Headers = Headers(("leadsync-publisher", "leadsync"), ("x-death", "")),
        };

        Redrive.Publisher(letter).ShouldBe("product.demo.forms");
    }

    [Fact]
    public void A_message_that_nobody_vouched_for_gains_no_publisher()
    {
        Redrive.Publisher(new BasicProperties { Headers = Headers(("leadsync-reason", "no user_id")) }).ShouldBeNull();
        Redrive.Publisher(new BasicProperties()).ShouldBeNull();
    }

    private static Dictionary<string, object?> Headers(params (string Name, string Value)[] headers) =>
        headers.ToDictionary(
            header => header.Name,
            header => (object?)Encoding.UTF8.GetBytes(header.Value),
            StringComparer.Ordinal
        );

    private static PeekedMessage Peeked(string properties, string body) =>
        new(0, body.Length, body, "string", JsonElement.Parse(properties));
}
