using System.Globalization;

namespace LeadSync.Contracts.Tests;

/// <summary>Captured items as products send them, good and bad: each rule of the public edge once, and what people try.</summary>
public static class CaptureItems
{
    private static readonly string Long = new('x', 40_000);

    /// <summary>Name and JSON of items that are taken.</summary>
    public static IReadOnlyDictionary<string, string> Good { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["the least there is"] = """{"leadId":"1","fields":{"email":"a@b.example"}}""",
            ["everything"] =
                """{"eventId":"019c12a7-3c5e-7d41-9b0a-6f2e8c4d1a55","occurredAt":"2026-01-31T09:29:58.412Z","source":"form","leadId":"Q-1","fields":{"a":"x","b":1,"c":true,"d":["x","y"],"e":null},"turns":[{"conversationId":"c","turnId":"1","at":"2026-01-31T09:29:00Z","speaker":"bot","text":"Hello"}],"completed":false,"records":[{"object":"Lead","recordId":"00Q5g00000A1bCd"}],"metadata":{"k":"v"},"traceParent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}""",
            ["members that mean nothing to us"] =
                """{"leadId":"1","fields":{"a":"x"},"formVersion":7,"nested":{"deep":[1]}}""",
            ["only a turn"] =
                """{"leadId":"1","turns":[{"conversationId":"c","turnId":"1","at":"2026-01-31T09:29:00+01:00","speaker":"","text":""}]}""",
            ["only that it is complete"] = """{"leadId":"1","completed":true}""",
            ["only a known record"] =
                """{"leadId":"1","records":[{"object":"Contact","recordId":"0035g00000A1bCdEAF"}]}""",
            ["a value cleared on purpose"] = """{"leadId":"1","fields":{"phone":null}}""",
            ["an empty value"] = """{"leadId":"1","fields":{"phone":""}}""",
            ["nulls where nothing is said"] =
                """{"eventId":null,"occurredAt":null,"source":null,"leadId":"1","fields":{"a":"x"},"turns":null,"completed":null,"records":null,"metadata":null,"traceParent":null}""",
            ["the longest text"] =
                $$$"""{"leadId":"1","fields":{"a":"{{{new string('x', CaptureReader.MaxTextLength)}}}"}}""",
            ["the longest lead id"] =
                $$$"""{"leadId":"{{{new string('i', CaptureReader.MaxLeadIdLength)}}}","fields":{"a":1}}""",
            ["as many fields as may be"] = $$$"""{"leadId":"1","fields":{{{{Members(CaptureReader.MaxFields)}}}}}""",
            ["tabs and new lines in a value"] = """{"leadId":"1","fields":{"a":"one\n\ttwo\u0007"}}""",
            ["script of many kinds"] =
                """{"leadId":"لين-١","fields":{"الاسم":"ليان","名前":"凛","nom":"Ł\u030c\u200d\u202e"}}""",
            ["a surrogate pair, escaped"] = """{"leadId":"\ud83e\udd80","fields":{"a":"\ud83e\udd80"}}""",
            ["markup and quotes"] =
                """{"leadId":"1","fields":{"a":"<b onclick='x'>\"';drop table lead;--${jndi:x}"}}""",
            ["28 digits"] = """{"leadId":"1","fields":{"a":7922816251426433759354395033}}""",
            ["a small number"] = """{"leadId":"1","fields":{"a":-0.000000000000000000000001}}""",
            ["a malformed trace"] = """{"leadId":"1","fields":{"a":1},"traceParent":"00-zz"}""",
            ["a trace of another kind"] = """{"leadId":"1","fields":{"a":1},"traceParent":42}""",
            ["five minutes ahead"] = """{"leadId":"1","fields":{"a":1},"occurredAt":"2026-01-31T09:35:00Z"}""",
            ["the year 2000"] = """{"leadId":"1","fields":{"a":1},"occurredAt":"2000-01-01T00:00:00Z"}""",
            ["an offset without colon, in small letters, without seconds"] =
                """{"leadId":"1","fields":{"a":1},"occurredAt":"2026-01-31t10:30+0100"}""",
            ["nanoseconds"] = """{"leadId":"1","fields":{"a":1},"occurredAt":"2026-01-31T09:29:58.123456789Z"}""",
            ["a leap day"] = """{"leadId":"1","fields":{"a":1},"occurredAt":"2024-02-29T23:59:59-11:00"}""",
        };

    /// <summary>Name, JSON, the member that is blamed, and a part of what is said of it, of items that are refused.</summary>
    public static IReadOnlyDictionary<string, (string Json, string Path, string Says)> Bad { get; } =
        new Dictionary<string, (string, string, string)>(StringComparer.Ordinal)
        {
            ["null"] = ("null", "", "null where an object"),
            ["text"] = ("\"lead\"", "", "text where an object"),
            ["a number"] = ("1", "", "a number where an object"),
            ["a list"] = ("[]", "", "a list where an object"),
            ["true"] = ("true", "", "true or false where an object"),
            ["too large as a whole"] = (
                $$$"""{"leadId":"1","fields":{{{{Members(5, Long[..30_000])}}}}}""",
                "",
                "larger than 131072 bytes"
            ),
            ["nothing to say"] = ("""{"leadId":"1"}""", "fields", "missing or empty"),
            ["empty lists only"] = (
                """{"leadId":"1","fields":{},"turns":[],"records":[],"metadata":{"a":"b"}}""",
                "fields",
                "missing or empty"
            ),
            ["a member twice"] = ("""{"leadId":"1","leadId":"2","fields":{"a":1}}""", "leadId", "there twice"),
            ["no lead id"] = ("""{"fields":{"a":1}}""", "leadId", "missing"),
            ["an empty lead id"] = ("""{"leadId":"","fields":{"a":1}}""", "leadId", "empty"),
            ["a number for lead id"] = ("""{"leadId":1,"fields":{"a":1}}""", "leadId", "a number where text"),
            ["a lead id of 201 characters"] = (
                $$$"""{"leadId":"{{{Long[..201]}}}","fields":{"a":1}}""",
                "leadId",
                "longer than 200"
            ),
            ["a new line in a lead id"] = ("""{"leadId":"a\nb","fields":{"a":1}}""", "leadId", "control characters"),
            ["a delete character in a lead id"] = (
                """{"leadId":"a\u007fb","fields":{"a":1}}""",
                "leadId",
                "control characters"
            ),
            ["NUL in a lead id"] = ("""{"leadId":"a\u0000b","fields":{"a":1}}""", "leadId", "NUL"),
            ["half a surrogate in a lead id"] = ("""{"leadId":"\udd80","fields":{"a":1}}""", "", "lone surrogate"),
            ["another source"] = ("""{"source":"chat","leadId":"1","fields":{"a":1}}""", "source", "not 'form'"),
            ["a source that is no text"] = (
                """{"source":{},"leadId":"1","fields":{"a":1}}""",
                "source",
                "an object where text"
            ),
            ["a source with a new line behind"] = (
                """{"source":"form\n","leadId":"1","fields":{"a":1}}""",
                "source",
                "not 'form'"
            ),
            ["an event id alone"] = (
                """{"eventId":"019c12a7-3c5e-7d41-9b0a-6f2e8c4d1a55","leadId":"1","fields":{"a":1}}""",
                "eventId",
                "requires leadId and occurredAt"
            ),
            ["an event id that is none"] = (
                """{"eventId":"abc","leadId":"1","fields":{"a":1}}""",
                "eventId",
                "not a UUID"
            ),
            ["the empty event id"] = (
                """{"eventId":"00000000-0000-0000-0000-000000000000","leadId":"1","fields":{"a":1}}""",
                "eventId",
                "not a UUID"
            ),
            ["no offset"] = (At("2026-01-31T09:30:00"), "occurredAt", "with its offset"),
            ["a date only"] = (At("2026-01-31"), "occurredAt", "with its offset"),
            ["a day that is none"] = (At("2026-02-30T09:30:00Z"), "occurredAt", "with its offset"),
            ["a leap day that is none"] = (At("2025-02-29T09:30:00Z"), "occurredAt", "with its offset"),
            ["a leap second"] = (At("2016-12-31T23:59:60Z"), "occurredAt", "with its offset"),
            ["the hour 24"] = (At("2026-01-30T24:00:00Z"), "occurredAt", "with its offset"),
            ["another way to write a date"] = (At("31/01/2026 09:30:00 +00:00"), "occurredAt", "with its offset"),
            ["seconds since 1970"] = (
                """{"leadId":"1","fields":{"a":1},"occurredAt":1769852000}""",
                "occurredAt",
                "a number where text"
            ),
            ["a new line behind an instant"] = (At("2026-01-31T09:30:00Z\\n"), "occurredAt", "with its offset"),
            ["digits of another script"] = (At("٢٠٢٦-01-31T09:30:00Z"), "occurredAt", "with its offset"),
            ["the year 1"] = (At("0001-01-01T00:00:00Z"), "occurredAt", "before the year 2000"),
            ["before the year 1"] = (At("0001-01-01T00:00:00+14:00"), "occurredAt", ""),
            ["the year 9999"] = (At("9999-12-31T23:59:59Z"), "occurredAt", "ahead of our clock"),
            ["after the year 9999"] = (At("9999-12-31T23:59:59-14:00"), "occurredAt", ""),
            ["just too far ahead"] = (At("2026-01-31T09:35:00.0000001Z"), "occurredAt", "ahead of our clock"),
            ["fields that are a list"] = ("""{"leadId":"1","fields":[]}""", "fields", "a list where an object"),
            ["too many fields"] = (
                $$$"""{"leadId":"1","fields":{{{{Members(CaptureReader.MaxFields + 1)}}}}}""",
                "fields",
                "more than 200"
            ),
            ["a field without name"] = ("""{"leadId":"1","fields":{"":1}}""", "fields", "name is not"),
            ["a field with a long name"] = (
                $$$"""{"leadId":"1","fields":{"{{{Long[..101]}}}":1}}""",
                "fields",
                "name is not"
            ),
            ["a field with a NUL name"] = ("""{"leadId":"1","fields":{"a\u0000":1}}""", "fields", "name is not"),
            ["half a surrogate in a field's name"] = ("""{"leadId":"1","fields":{"\ud83e":1}}""", "", "lone surrogate"),
            ["a field twice"] = ("""{"leadId":"1","fields":{"a":1,"\u0061":2}}""", "fields.a", "there twice"),
            ["a text too long"] = (
                $$$"""{"leadId":"1","fields":{"a":"{{{Long[..32_001]}}}"}}""",
                "fields.a",
                "longer than 32000"
            ),
            ["NUL in a value"] = ("""{"leadId":"1","fields":{"a":"x\u0000y"}}""", "fields.a", "NUL"),
            ["half a surrogate in a value"] = ("""{"leadId":"1","fields":{"a":"\ud83e x"}}""", "", "lone surrogate"),
            ["an object for a value"] = ("""{"leadId":"1","fields":{"a":{"b":1}}}""", "fields.a", "a field is text"),
            ["a list of numbers"] = ("""{"leadId":"1","fields":{"a":[1]}}""", "fields.a", "list holds texts only"),
            ["a list in a list"] = ("""{"leadId":"1","fields":{"a":[["x"]]}}""", "fields.a", "list holds texts only"),
            ["NUL in a list"] = ("""{"leadId":"1","fields":{"a":["x","\u0000"]}}""", "fields.a", "NUL"),
            ["too long a list"] = (
                $$$"""{"leadId":"1","fields":{"a":[{{{string.Join(',', Enumerable.Repeat("\"x\"", CaptureReader.MaxListLength + 1))}}}]}}""",
                "fields.a",
                "more than 100"
            ),
            ["a huge number"] = ("""{"leadId":"1","fields":{"a":1e400}}""", "fields.a", "too large"),
            ["30 digits"] = (
                """{"leadId":"1","fields":{"a":123456789012345678901234567890}}""",
                "fields.a",
                "too large"
            ),
            ["turns that are no list"] = ("""{"leadId":"1","turns":{}}""", "turns", "an object where a list"),
            ["a turn that is none"] = ("""{"leadId":"1","turns":["hello"]}""", "turns", "text where an object"),
            ["a turn without speaker"] = (
                """{"leadId":"1","turns":[{"conversationId":"c","turnId":"1","at":"2026-01-31T09:29:00Z","text":"x"}]}""",
                "turns.speaker",
                "missing"
            ),
            ["a turn without instant"] = (
                """{"leadId":"1","turns":[{"conversationId":"c","turnId":"1","speaker":"s","text":"x"}]}""",
                "turns.at",
                "missing"
            ),
            ["too many turns"] = (
                $$$"""{"leadId":"1","turns":[{{{string.Join(',', Enumerable.Repeat("{}", CaptureReader.MaxTurns + 1))}}}]}""",
                "turns",
                "more than 200"
            ),
            ["perhaps completed"] = ("""{"leadId":"1","completed":"yes"}""", "completed", "text where true or false"),
            ["a record id with spaces"] = (
                """{"leadId":"1","records":[{"object":"Lead","recordId":"00Q 5g"}]}""",
                "records.recordId",
                "no CRM record id has"
            ),
            ["a record without object"] = (
                """{"leadId":"1","records":[{"recordId":"00Q5g00000A1bCd"}]}""",
                "records.object",
                "missing"
            ),
            ["a record of no connection"] = (
                """{"leadId":"1","records":[{"object":"Lead","recordId":"00Q5g00000A1bCd","connectionId":"main"}]}""",
                "connectionId",
                "not a UUID"
            ),
            ["metadata that is a list"] = (
                """{"leadId":"1","fields":{"a":1},"metadata":["a"]}""",
                "metadata",
                "a list where an object"
            ),
            ["metadata that is a number"] = (
                """{"leadId":"1","fields":{"a":1},"metadata":{"k":1}}""",
                "metadata.k",
                "not text"
            ),
            ["metadata twice"] = (
                """{"leadId":"1","fields":{"a":1},"metadata":{"k":"1","k":"2"}}""",
                "metadata.k",
                "there twice"
            ),
            ["metadata too long"] = (
                $$$"""{"leadId":"1","fields":{"a":1},"metadata":{"k":"{{{Long[..501]}}}"}}""",
                "metadata.k",
                "longer than 500"
            ),
            ["too much metadata"] = (
                $$$"""{"leadId":"1","fields":{"a":1},"metadata":{{{{Members(CaptureReader.MaxMetadata + 1)}}}}}""",
                "metadata",
                "more than 20"
            ),
        };

    private static string At(string instant) => $$$"""{"leadId":"1","fields":{"a":1},"occurredAt":"{{{instant}}}"}""";

    private static string Members(int count, string value = "v") =>
        string.Join(
            ',',
            Enumerable
                .Range(0, count)
                .Select(number => $"\"f{number.ToString(CultureInfo.InvariantCulture)}\":\"{value}\"")
        );
}
