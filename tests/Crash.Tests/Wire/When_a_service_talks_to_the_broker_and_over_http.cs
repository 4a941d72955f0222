using System.Text;
using LeadSync.Crash.Wire;

namespace LeadSync.Crash.Tests.Wire;

/// <summary>AMQP and HTTP, as far as failpoints need them.</summary>
public sealed class When_a_service_talks_to_the_broker_and_over_http
{
    [Fact]
    public void Publishing_acknowledging_and_what_the_broker_says_are_named()
    {
        var talk = new AmqpConversation("push");

        Points(talk.FromService((byte[])[.. "AMQP\0\0\t\u0001"u8, .. Basic(40), .. Basic(80)]))
            .ShouldBe(["push.bus.publish", "push.bus.ack"]);
        Points(talk.ToService((byte[])[.. Basic(60), .. Basic(80), .. Basic(50)]))
            .ShouldBe(["push.bus.deliver", "push.bus.confirmed"]);
    }

    [Fact]
    public void A_frame_goes_on_only_when_all_of_it_is_there()
    {
        var talk = new AmqpConversation("push");
        var frame = Basic(60);

        talk.ToService(frame.AsMemory(0, 9)).ShouldBeEmpty();
        Points(talk.ToService(frame.AsMemory(9))).ShouldBe(["push.bus.deliver"]);
    }

    [Theory]
    [InlineData("POST /x HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody")]
    [InlineData("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n")]
    [InlineData("POST /x HTTP/1.1\r\n\r\n")]
    public void A_request_is_met_once_when_it_is_whole_and_so_is_its_answer(string request)
    {
        var answers = new List<string>();
        var talk = new HttpConversation(one => one.Head, (one, answer) => answers.Add($"{one.Head}: {answer}"));
        var bytes = Encoding.ASCII.GetBytes(request);

        for (var twice = 0; twice < 2; twice++)
        {
            Points(talk.FromService(bytes.AsMemory(0, bytes.Length - 1))).ShouldBeEmpty();
            Points(talk.FromService(bytes.AsMemory(bytes.Length - 1))).ShouldBe(["POST /x.request"]);
            Points(talk.ToService("HTTP/1.1 200 OK\r\n"u8.ToArray())).ShouldBe(["POST /x.answer"]);
            Points(talk.ToService("\r\nmore"u8.ToArray())).ShouldBeEmpty();
        }

        answers.ShouldBe(["POST /x: HTTP/1.1 200 OK\r\n", "POST /x: HTTP/1.1 200 OK\r\n"]);
    }

    [Theory]
    [InlineData(
        "POST /services/data/v60.0/composite",
        """{"url":"/services/data/v60.0/composite/sobjects","method":"POST"}""",
        "push.crm"
    )]
    [InlineData(
        "POST /services/data/v60.0/composite",
        """{"url":"/services/data/v60.0/query?q=","method":"GET"}""",
        "push.look"
    )]
    [InlineData("PATCH /services/data/v60.0/sobjects/Lead/00Q", "{}", "push.crm")]
    [InlineData("POST /services/oauth2/token", "", "connector.crm")]
    [InlineData("GET /services/data/v60.0/limits", "", null)]
    public void Calls_of_the_crm_are_told_apart(string head, string body, string? name) =>
        CallLog.NameOf(new Request(head, body)).ShouldBe(name);

    private static List<string> Points(IReadOnlyList<Piece> pieces) =>
        [.. pieces.Select(piece => piece.Point).OfType<string>()];

    // A method frame of class basic, on channel 1.
    private static byte[] Basic(byte method) => [1, 0, 1, 0, 0, 0, 6, 0, 60, 0, method, 1, 2, 0xCE];
}
