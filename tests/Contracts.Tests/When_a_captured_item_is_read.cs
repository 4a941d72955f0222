using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace LeadSync.Contracts.Tests;

public sealed class When_a_captured_item_is_read
{
    private static readonly CaptureOrigin Origin = new("acme", new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero))
    {
        Source = "form",
        OccurredAt = new DateTimeOffset(2026, 1, 31, 9, 29, 0, TimeSpan.Zero),
    };

    public static TheoryData<string> Good => [.. CaptureItems.Good.Keys];
    public static TheoryData<string> Bad => [.. CaptureItems.Bad.Keys];

    [Theory]
    [MemberData(nameof(Good))]
    public void A_good_one_is_taken_as_it_is(string name)
    {
        var item = Parse(CaptureItems.Good[name]);

        var lead = CaptureReader.Read(item, Origin).ShouldBeOfType<CaptureReading.Accepted>().Lead;

        lead.Source.ShouldBe("form");
        lead.LeadId.ShouldBe(item.GetProperty("leadId").GetString());
        if (item.TryGetProperty("fields", out var fields))
        {
            lead.Fields.Keys.ShouldBe(fields.EnumerateObject().Select(field => field.Name));
            fields.EnumerateObject().ShouldAllBe(field => JsonElement.DeepEquals(lead.Fields[field.Name], field.Value));
        }
        // What was taken goes over the wire.
        var list = new LeadCaptured { Workspace = "acme", Items = [lead] };
        JsonSerializer
            .Deserialize<LeadCaptured>(JsonSerializer.Serialize(list, Wire.Json), Wire.Json)!
            .Items[0]
            .EventId.ShouldBe(lead.EventId);
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_bad_one_is_refused_with_the_member_and_the_rule(string name)
    {
        var (json, path, says) = CaptureItems.Bad[name];

        var refused = CaptureReader.Read(Parse(json), Origin).ShouldBeOfType<CaptureReading.Refused>();

        refused.Path.ShouldBe(path);
        refused.Message.ShouldContain(says);
        refused.Message.ShouldEndWith(".");
        refused.Source.ShouldBe("form");
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        byte[] json = [.. "{\"leadId\":\"1\",\"fields\":{\"a\":\""u8, 0xC3, 0x28, .. "\"}}"u8];

        var item = JsonElement.Parse(json);

        CaptureReader
            .Read(item, Origin)
            .ShouldBeOfType<CaptureReading.Refused>()
            .Message.ShouldContain("not valid Unicode");
    }

    [Fact]
    public void Without_an_instant_of_its_own_it_has_that_of_its_message()
    {
        var item = Parse("""{"leadId":"1","fields":{"a":1}}""");

        Accepted(item, Origin).OccurredAt.ShouldBe(Origin.OccurredAt!.Value);
        CaptureReader
            .Read(item, Origin with { OccurredAt = null })
            .ShouldBeOfType<CaptureReading.Refused>()
            .Path.ShouldBe("occurredAt");
    }

    [Fact]
    public void The_same_item_has_the_same_id_however_often_it_comes()
    {
        var item = Parse("""{"leadId":"1","fields":{"a":1}}""");
        var other = Parse("""{"leadId":"1","fields":{"a":2}}""");

        Accepted(item, Origin).EventId.ShouldBe(Accepted(item, Origin).EventId);
        Accepted(item, Origin).EventId.ShouldNotBe(Accepted(other, Origin).EventId);
        Accepted(item, Origin).EventId.ShouldNotBe(Accepted(item, Origin with { Workspace = "globex" }).EventId);
    }

    [Fact]
    public void Over_http_what_is_missing_is_made()
    {
        var made = Guid.CreateVersion7();

        var lead = Accepted(Parse("""{"fields":{"a":1}}"""), Origin with { NewEventId = () => made });

        lead.EventId.ShouldBe(made);
        lead.LeadId.ShouldBe(made.ToString("N"));
    }

    [Fact]
    public void Its_instant_is_kept_in_utc_and_its_trace_where_it_is_one()
    {
        const string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

        var lead = Accepted(
            Parse(
                $$$"""{"leadId":"1","fields":{"a":1},"occurredAt":"2026-01-31T10:00:00+01:00","traceParent":"{{{trace}}}"}"""
            ),
            Origin
        );

        lead.OccurredAt.ShouldBe(new DateTimeOffset(2026, 1, 31, 9, 0, 0, TimeSpan.Zero));
        lead.OccurredAt.Offset.ShouldBe(TimeSpan.Zero);
        lead.TraceParent.ShouldBe(trace);
    }

    [Fact]
    public void A_refusal_never_repeats_a_value()
    {
        const string secret = "grace@hopper.example";

        foreach (var (json, _, _) in CaptureItems.Bad.Values)
        {
            var spiced = json.Replace("\"x", $"\"{secret}", StringComparison.Ordinal);
            if (CaptureReader.Read(Parse(spiced), Origin) is CaptureReading.Refused refused)
                refused.Message.ShouldNotContain(secret);
        }
    }

    [Fact]
    public void Withdrawing_asks_for_who_and_when_only()
    {
        CaptureReader
            .ReadWithdrawn(Parse("""{"leadId":"1"}"""), Origin)
            .ShouldBeOfType<CaptureReading.Withdrawn>()
            .Lead.LeadId.ShouldBe("1");
        CaptureReader
            .ReadWithdrawn(Parse("""{"leadId":"1","source":"chat"}"""), Origin)
            .ShouldBeOfType<CaptureReading.Refused>();
    }

    [Theory]
    [InlineData("acme", true)]
    [InlineData("a", true)]
    [InlineData("0-9", true)]
    [InlineData("", false)]
    [InlineData("-a", false)]
    [InlineData("Acme", false)]
    [InlineData("a_b", false)]
    [InlineData("a.b", false)]
    [InlineData("a b", false)]
    [InlineData("acme\n", false)]
    [InlineData("\nacme", false)]
    [InlineData("ａcme", false)]
    [InlineData("٣", false)]
    public void A_slug_is_small_letters_digits_and_hyphens(string text, bool isSlug) =>
        CaptureReader.IsSlug(text).ShouldBe(isSlug);

    [Fact]
    public void A_slug_has_at_most_63_characters()
    {
        CaptureReader.IsSlug(new string('a', 63)).ShouldBeTrue();
        CaptureReader.IsSlug(new string('a', 64)).ShouldBeFalse();
    }

    [Fact]
    public void No_json_whatever_makes_it_throw() =>
        Prop.ForAll(
                Items.ToArbitrary(),
                json =>
                {
                    var item = Parse(json);
                    var reading = CaptureReader.Read(item, Origin);
                    return CaptureReader.ReadWithdrawn(item, Origin) is not null
                        && reading is CaptureReading.Accepted or CaptureReading.Refused { Message.Length: > 0 };
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    // JSON as text, with the members that mean something, doubled and of every kind, and strings with broken escapes.
    private static Gen<string> Texts =>
        Gen.Elements(
                "x",
                "",
                "form",
                "chat",
                @"\ud800",
                @"\udc00\ud800",
                @"\u0000",
                @"\u007f",
                @"\ud83e\udd80",
                "2026-01-31T09:29:00Z",
                "0001-01-01T00:00:00+14:00",
                "9999-12-31T23:59:59-14:00",
                "019c12a7-3c5e-7d41-9b0a-6f2e8c4d1a55",
                "leadId",
                "ä\u202e"
            )
            .Select(text => $"\"{text}\"");

    private static Gen<string> Names =>
        Gen.OneOf(
            Gen.Elements(
                    "eventId",
                    "occurredAt",
                    "source",
                    "leadId",
                    "fields",
                    "turns",
                    "completed",
                    "records",
                    "metadata",
                    "traceParent",
                    "conversationId",
                    "turnId",
                    "at",
                    "speaker",
                    "text",
                    "object",
                    "recordId",
                    "connectionId"
                )
                .Select(name => $"\"{name}\""),
            Texts
        );

    private static Gen<string> Scalars =>
        Gen.OneOf(
            Texts,
            Gen.Elements(
                "null",
                "true",
                "false",
                "0",
                "-0",
                "1e400",
                "1E-400",
                "-1.5",
                "123456789012345678901234567890",
                "0.1e1"
            )
        );

    private static Gen<string> Values(int depth) =>
        depth == 0
            ? Scalars
            : Gen.OneOf(
                Scalars,
                Values(depth - 1).ListOf().Select(values => $"[{string.Join(',', values.Take(6))}]"),
                Objects(depth - 1)
            );

    private static Gen<string> Objects(int depth) =>
        (from name in Names from value in Values(depth) select $"{name}:{value}")
            .ListOf()
            .Select(members => $"{{{string.Join(',', members.Take(12))}}}");

    // Nearly good ones too, or every item would be refused at its first member.
    private static Gen<string> NearlyGood =>
        from fields in Objects(1)
        from turn in Objects(1)
        from record in Objects(1)
        from metadata in Objects(0)
        from at in Texts
        select $$"""{"leadId":"1","occurredAt":{{at}},"fields":{{fields}},"turns":[{{turn}}],"records":[{{record}}],"metadata":{{metadata}}}""";

    private static Gen<string> Patches => Objects(1).Select(fields => $$"""{"leadId":"1","fields":{{fields}}}""");

    private static Gen<string> Items => Gen.OneOf(Objects(3), Values(3), NearlyGood, Patches);

    private static CapturedLead Accepted(JsonElement item, CaptureOrigin origin) =>
        CaptureReader.Read(item, origin).ShouldBeOfType<CaptureReading.Accepted>().Lead;

    private static JsonElement Parse(string json) => JsonElement.Parse(Encoding.UTF8.GetBytes(json));
}
