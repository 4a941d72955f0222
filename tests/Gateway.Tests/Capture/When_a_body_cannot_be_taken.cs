using System.Net;
using System.Text;
using LeadSync.Gateway.Access;

namespace LeadSync.Gateway.Tests.Capture;

public sealed class When_a_body_cannot_be_taken(GatewayUnderTest gateway) : IClassFixture<GatewayUnderTest>
{
    private static string Item(string member) => $$"""{"source":"web","leadId":"a",{{member}}}""";

    public static TheoryData<string, string, byte[], int, string> Bodies()
    {
        var bodies = new TheoryData<string, string, byte[], int, string>();
        Add("nothing", "", 400, "BODY_UNREADABLE");
        Add("blanks", " \n ", 400, "BODY_UNREADABLE");
        Add("an empty list", "[]", 400, "BODY_UNREADABLE");
        Add("a text", "\"lead\"", 400, "BODY_UNREADABLE");
        Add("null", "null", 400, "BODY_UNREADABLE");
        Add("half an object", """{"source":"web","leadId":""", 400, "BODY_UNREADABLE");
        Add("two objects", "{}{}", 400, "BODY_UNREADABLE");
        Add("a comment", "/* hello */ {}", 400, "BODY_UNREADABLE");
        Add("very deep JSON", new string('[', 5_000) + new string(']', 5_000), 400, "BODY_UNREADABLE");
        Add(
            "deep value",
            Item($"\"fields\":{{\"x\":{new string('[', 30)}{new string(']', 30)}}}"),
            422,
            "PAYLOAD_REJECTED"
        );
        Add("an empty object", "{}", 422, "PAYLOAD_REJECTED");
        Add("no fields", Item("\"completed\":null"), 422, "PAYLOAD_REJECTED");
        Add("a NUL", Item("""  "fields":{"x":"a\u0000b"} """), 422, "PAYLOAD_REJECTED");
        Add("half a surrogate pair", Item("""  "fields":{"x":"\ud83d"} """), 422, "PAYLOAD_REJECTED");
        Add("a name with half a pair", Item("""  "fields":{"\ud83d":"x"} """), 422, "PAYLOAD_REJECTED");
        Add(
            "an id that is no UUID",
            Item("""  "eventId":"7","occurredAt":"2026-01-31T09:30:00Z" """),
            422,
            "PAYLOAD_REJECTED"
        );
        Add(
            "an id without occurredAt",
            Item("""  "eventId":"0198c0de-0000-7000-8000-000000000001" """),
            422,
            "PAYLOAD_REJECTED"
        );
        Add(
            "a far future",
            Item("""  "occurredAt":"2999-01-01T00:00:00Z","fields":{"x":1} """),
            422,
            "PAYLOAD_REJECTED"
        );
        Add("too long a text", Item($"\"fields\":{{\"x\":\"{new string('x', 32_001)}\"}}"), 422, "PAYLOAD_REJECTED");
        Add(
            "too large an item",
            Item($"\"other\":\"{new string('x', 140_000)}\",\"fields\":{{\"x\":1}}"),
            422,
            "PAYLOAD_REJECTED"
        );
        Add("too many items", $"[{string.Join(',', Enumerable.Repeat("{}", 5_001))}]", 413, "BODY_TOO_LARGE");
        Add("too large a body", $"[\"{new string('x', 6_000_000)}\"]", 413, "BODY_TOO_LARGE");
        Add("no lines", "\n\n", 400, "BODY_UNREADABLE", Http.Lines);
        Add("JSON of another kind", "{}", 415, "BODY_UNREADABLE", "application/xml");
        Add("another character set", "{}", 415, "BODY_UNREADABLE", "application/json; charset=iso-8859-1");
        bodies.Add(
            "bytes that are no UTF-8",
            Http.Json,
            [.. Encoding.UTF8.GetBytes("""{"source":"web","leadId":"a","fields":{"x":" """), 0xC3, 0x28, .. "\"}}"u8],
            422,
            "PAYLOAD_REJECTED"
        );
        return bodies;

        void Add(string what, string body, int status, string code, string type = Http.Json) =>
            bodies.Add(what, type, Encoding.UTF8.GetBytes(body), status, code);
    }

    [Theory]
    [MemberData(nameof(Bodies), DisableDiscoveryEnumeration = true)]
    public async Task The_answer_says_why_and_nothing_is_published(
        string what,
        string type,
        byte[] body,
        int status,
        string code
    )
    {
        var client = await gateway.ClientAsync();
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        var answer = await client.CaptureAsync(content);

        ((int)answer.StatusCode).ShouldBe(status, what);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json", what);
        var problem = await answer.ReadJsonAsync();
        problem.Text("code").ShouldBe(code, what);
        problem.Text("detail").ShouldNotBeEmpty(what);
        problem.Text("traceId").ShouldNotBeEmpty(what);
        (await gateway.PublishedAsync()).ShouldBeEmpty(what);
    }

    [Fact]
    public async Task A_large_body_without_a_length_is_refused_too()
    {
        var client = await gateway.ClientAsync();
        using var content = new StreamContent(new MemoryStream(new byte[6_000_000]));
        content.Headers.ContentType = new(Http.Json);
        client.DefaultRequestHeaders.TransferEncodingChunked = true;

        var answer = await client.CaptureAsync(content);

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await answer.ReadJsonAsync()).Text("code").ShouldBe("BODY_TOO_LARGE");
    }

    [Fact]
    public async Task A_compressed_body_is_refused_rather_than_misread()
    {
        var client = await gateway.ClientAsync();
        using var content = Http.Body("{}");
        content.Headers.ContentEncoding.Add("gzip");

        (await client.CaptureAsync(content)).StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_fault()
    {
        var client = await gateway.ClientAsync();

        (await client.CaptureAsync("\uFEFF" + Http.Lead("json"))).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await client.CaptureAsync("\uFEFF" + Http.Lead("lines"), Http.Lines)).StatusCode.ShouldBe(
            HttpStatusCode.Accepted
        );
        (await gateway.PublishedAsync())
            .SelectMany(list => list.Items)
            .Select(lead => lead.LeadId)
            .ShouldBe(["json", "lines"]);
    }

    [Fact]
    public async Task Text_arrives_as_it_was_sent_or_is_refused()
    {
        var client = await gateway.ClientAsync();
        string[] names =
        [
            "Zoë Ωmega 李",
            "👩‍👩‍👧 family",
            "<script>alert(1)</script>",
            "'; drop table lead; --",
            "\u202Eright to left",
            "tab\tand\nline",
            "\\u0041 \"quoted\"",
            "ﷺ ﬃ",
        ];

        var answer = await client.CaptureAsync(
            System.Text.Json.JsonSerializer.Serialize(
                names.Select(
                    (name, i) =>
                        new
                        {
                            source = "web",
                            leadId = $"n{i}",
                            fields = new { name },
                        }
                )
            )
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await gateway.PublishedAsync())
            .SelectMany(list => list.Items)
            .Select(lead => lead.Fields["name"].GetString())
            .ShouldBe(names);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("Bearer nonsense")]
    [InlineData("Bearer ls_live_abcdefghijklmnop_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Without_a_valid_key_nobody_comes_in(string? authorization)
    {
        var client = gateway.Anonymous();
        if (authorization is not null)
            client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);

        var answer = await client.CaptureAsync(Http.Lead("a"));

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
        (await answer.ReadJsonAsync()).Text("code").ShouldBe("UNAUTHENTICATED");
    }

    [Fact]
    public async Task The_token_of_a_service_opens_nothing_here()
    {
        var service = gateway.Client(GatewayUnderTest.Workspace, LeadSync.Hosting.Web.Role.Service);

        (await service.CaptureAsync(Http.Lead("a"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await service.SendAsync(HttpMethod.Get, "/v1/keys")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_key_with_another_secret_is_no_key()
    {
        var key = await gateway.MakeKeyAsync(KeyRole.Manager);
        var forged = key[..^1] + (key[^1] == 'A' ? 'B' : 'A');

        (await gateway.ClientWith(forged).CaptureAsync(Http.Lead("a"))).StatusCode.ShouldBe(
            HttpStatusCode.Unauthorized
        );
    }
}
