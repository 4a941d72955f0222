using System.Buffers.Binary;
using System.Text;
using LeadSync.Crash.Wire;

namespace LeadSync.Crash.Tests.Wire;

/// <summary>PostgreSQL's protocol, as far as failpoints need it.</summary>
public sealed class When_a_service_talks_to_its_database
{
    private readonly PostgresConversation _talk = new(
        "push",
        [new("insert into intent", "intent"), new("update lane", "lease")]
    );

    public When_a_service_talks_to_its_database()
    {
        _talk.FromService(Startup()).ShouldHaveSingleItem();
        Told(Message('R', 0, 0, 0, 0), Message('K', 0, 0, 0, 7, 0, 0, 0, 9), Ready()).ShouldBeEmpty();
    }

    [Fact]
    public void The_servers_process_is_known() => _talk.ServerProcessId.ShouldBe(7);

    [Fact]
    public void A_commit_is_named_after_what_was_done_in_its_transaction()
    {
        Said(Query("BEGIN"), Prepare("", "insert into intent values ($1)"), Bind(""), Sync()).ShouldBeEmpty();
        Told(Done("BEGIN"), Ready(), Done("INSERT 0 1"), Ready()).ShouldBeEmpty();

        Said(Query("COMMIT")).ShouldBe(["push.intent.sent"]);
        Told(Done("COMMIT"), Ready()).ShouldBe(["push.intent.committed"]);
    }

    [Fact]
    public void A_statement_outside_a_transaction_is_a_commit_of_its_own_when_it_changed_anything()
    {
        Said(Prepare("s1", "update lane set x = 1"), Bind("s1"), Sync()).ShouldBe(["push.lease.sent"]);
        Told(Done("UPDATE 1"), Ready()).ShouldBe(["push.lease.committed"]);

        Said(Bind("s1"), Sync()).ShouldBe(["push.lease.sent"]);
        Told(Done("UPDATE 0"), Ready()).ShouldBeEmpty();
    }

    [Fact]
    public void What_failed_or_was_rolled_back_was_not_committed()
    {
        Said(Prepare("s1", "update lane set x = 1"), Bind("s1"), Sync());
        Told(Message('E', 0), Ready()).ShouldBeEmpty();

        Said(Query("BEGIN"), Bind("s1"), Sync(), Query("ROLLBACK"), Query("BEGIN"), Query("COMMIT")).ShouldBeEmpty();
    }

    [Fact]
    public void Messages_may_come_in_any_pieces()
    {
        byte[] all = [.. Prepare("", "update lane set x = 1"), .. Bind(""), .. Sync()];

        var points = all.SelectMany(one => _talk.FromService(new[] { one })).ToList();

        points.SelectMany(piece => piece.Bytes.ToArray()).ShouldBe(all);
        points.Where(piece => piece.Point is not null).ShouldHaveSingleItem().Bytes.Length.ShouldBe(5);
    }

    [Fact]
    public void A_refusal_to_encrypt_is_one_byte()
    {
        var talk = new PostgresConversation("push", []);
        talk.FromService(Bytes(8, 80877103));

        talk.ToService("N"u8.ToArray()).ShouldHaveSingleItem().Bytes.Length.ShouldBe(1);
        talk.FromService(Startup()).ShouldHaveSingleItem();
        talk.ToService(Message('R', 0, 0, 0, 0)).ShouldHaveSingleItem();
    }

    private List<string> Said(params byte[][] messages) =>
        Points(_talk.FromService(messages.SelectMany(one => one).ToArray()));

    private List<string> Told(params byte[][] messages) =>
        Points(_talk.ToService(messages.SelectMany(one => one).ToArray()));

    private static List<string> Points(IReadOnlyList<Piece> pieces) =>
        [.. pieces.Select(piece => piece.Point).OfType<string>()];

    private static byte[] Startup() => [.. Bytes(9, 196608), 0];

    private static byte[] Query(string sql) => Message('Q', Text(sql));

    private static byte[] Prepare(string name, string sql) => Message('P', [.. Text(name), .. Text(sql), 0, 0]);

    private static byte[] Bind(string name) => Message('B', [0, .. Text(name), 0, 0, 0, 0, 0, 0]);

    private static byte[] Sync() => Message('S');

    private static byte[] Done(string tag) => Message('C', Text(tag));

    private static byte[] Ready() => Message('Z', (byte)'I');

    private static byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private static byte[] Message(char type, params byte[] body) => [(byte)type, .. Bytes(4 + body.Length), .. body];

    private static byte[] Bytes(params int[] numbers)
    {
        var bytes = new byte[4 * numbers.Length];
        for (var at = 0; at < numbers.Length; at++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 * at), numbers[at]);
        return bytes;
    }
}
