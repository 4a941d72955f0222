using System.Net;
using System.Text.Json;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Tests;

public sealed class When_a_collection_is_written
{
    [Fact]
    public async Task Each_record_has_its_own_result_in_the_order_sent()
    {
        await using var client = await Client.StartAsync();

        var answer = await client.SendAsync(
            "POST",
            "composite/sobjects",
            """
            {"records":[
              {"attributes":{"type":"Lead"},"LastName":"a","Company":"c"},
              {"attributes":{"type":"Lead"},"LastName":"b"},
              {"attributes":{"type":"Contact"},"LastName":"c","Nope":1}]}
            """
        );

        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.Json[0].GetProperty("success").GetBoolean().ShouldBeTrue();
        answer.Json[1].TryGetProperty("id", out _).ShouldBeFalse();
        answer
            .Json[1]
            .GetProperty("errors")[0]
            .GetRawText()
            .ShouldBe(
                """{"statusCode":"REQUIRED_FIELD_MISSING","message":"Required fields are missing: [Company]","fields":["Company"]}"""
            );
        answer.Json[2].GetProperty("errors")[0].GetProperty("statusCode").GetString().ShouldBe("INVALID_FIELD");
        client.Simulator.Journal.Summarize().ApiCalls.ShouldBe(1);
    }

    [Fact]
    public async Task All_or_none_takes_everything_back()
    {
        await using var client = await Client.StartAsync();

        var answer = await client.SendAsync(
            "POST",
            "composite/sobjects",
            """{"allOrNone":true,"records":[{"attributes":{"type":"Lead"},"LastName":"a","Company":"c"},{"attributes":{"type":"Lead"},"LastName":"b"}]}"""
        );

        answer
            .Json[0]
            .GetRawText()
            .ShouldBe(
                """{"success":false,"errors":[{"statusCode":"ALL_OR_NONE_OPERATION_ROLLED_BACK","message":"Record rolled back because not all records were valid and the request was using AllOrNone header","fields":[]}]}"""
            );
        client.Simulator.Org.Records("Lead").ShouldBeEmpty();
        client.Simulator.Journal.Effects.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_value_of_the_wrong_json_type_refuses_the_whole_call()
    {
        await using var client = await Client.StartAsync();

        var answer = await client.SendAsync(
            "POST",
            "composite/sobjects",
            """{"records":[{"attributes":{"type":"Lead"},"LastName":"a","Company":"c"},{"attributes":{"type":"Contact"},"LastName":"b","Birthdate":"soon"}]}"""
        );

        answer
            .ShouldBeRefused(400, "JSON_PARSER_ERROR")
            .GetProperty("message")
            .GetString()!
            .ShouldStartWith("Cannot deserialize instance of date from VALUE_STRING value soon");
        client.Simulator.Org.Records("Lead").ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_hundred_records_go_in_ten_chunks_at_most()
    {
        await using var client = await Client.StartAsync();

        static object Records(int count, Func<int, string> type) =>
            new
            {
                records = Enumerable
                    .Range(0, count)
                    .Select(i => new { attributes = new { type = type(i) }, LastName = $"{i}" }),
            };

        var full = await client.SendAsync("POST", "composite/sobjects", Records(200, _ => "Contact"));
        var over = await client.SendAsync("POST", "composite/sobjects", Records(201, _ => "Contact"));
        var ten = await client.SendAsync(
            "POST",
            "composite/sobjects",
            Records(20, i => i / 2 % 2 == 0 ? "Contact" : "Lead")
        );
        var eleven = await client.SendAsync(
            "POST",
            "composite/sobjects",
            Records(11, i => i % 2 == 0 ? "Contact" : "Lead")
        );

        full.Json.EnumerateArray().ShouldAllBe(result => result.GetProperty("success").GetBoolean());
        over.ShouldBeRefused(400, "EXCEEDED_MAX_SIZE_REQUEST");
        ten.Status.ShouldBe(HttpStatusCode.OK);
        eleven.ShouldBeRefused(400, "LIMIT_EXCEEDED");
    }

    [Fact]
    public async Task Updates_fail_one_by_one_for_wrong_ids()
    {
        await using var client = await Client.StartAsync();
        var good = await client.CreateLeadAsync(new { LastName = "a", Company = "c" });
        var gone = await client.CreateLeadAsync(new { LastName = "b", Company = "c" });
        await client.SendAsync("DELETE", $"sobjects/Lead/{gone}");
        string?[] ids = [good[..15], gone, "nonsense", RecordId.ToLong("00Q51000000zzzz"), null, good];

        var answer = await client.SendAsync(
            "PATCH",
            "composite/sobjects",
            new
            {
                records = ids.Select(id => new
                {
                    attributes = new { type = "Lead" },
                    id,
                    Title = "x",
                }),
            }
        );

        Codes(answer.Json)
            .ShouldBe([
                null,
                "ENTITY_IS_DELETED",
                "MALFORMED_ID",
                "INVALID_CROSS_REFERENCE_KEY",
                "MISSING_ARGUMENT",
                "DUPLICATE_VALUE",
            ]);
        answer.Json[0].GetProperty("id").GetString().ShouldBe(good);
    }

    [Fact]
    public async Task Upserts_tell_created_from_updated_and_refuse_doubt()
    {
        await using var client = await Client.StartAsync();
        var rep = client.Simulator.Org.Rep;
        await rep.CreateAsync("Contact", new { LastName = "1", Email = "one@x.example" });
        await rep.CreateAsync("Contact", new { LastName = "2", Email = "two@x.example" });
        await rep.CreateAsync("Contact", new { LastName = "2", Email = "TWO@x.example" });
        string[] emails = ["one@x.example", "two@x.example", "new@x.example", "NEW@x.example"];

        var answer = await client.SendAsync(
            "PATCH",
            "composite/sobjects/Contact/Email",
            new
            {
                records = emails.Select(email => new
                {
                    attributes = new { type = "Contact" },
                    LastName = "n",
                    Email = email,
                }),
            }
        );

        Codes(answer.Json).ShouldBe([null, "DUPLICATE_EXTERNAL_ID", null, "DUPLICATE_VALUE"]);
        answer
            .Json.EnumerateArray()
            .Select(result => result.GetProperty("created").GetBoolean())
            .ShouldBe([false, false, true, false]);
        answer
            .Json[3]
            .GetProperty("errors")[0]
            .GetProperty("message")
            .GetString()
            .ShouldBe("Duplicate external id specified: NEW@x.example");
    }

    [Fact]
    public async Task Records_are_retrieved_in_the_order_of_ids_and_deleted_in_one_call()
    {
        await using var client = await Client.StartAsync();
        var a = await client.CreateLeadAsync(new { LastName = "a", Company = "c" });
        var b = await client.CreateLeadAsync(new { LastName = "b", Company = "c" });

        var retrieved = await client.SendAsync(
            "POST",
            "composite/sobjects/Lead",
            $$"""{"ids":["{{b}}","00Q51000000zzzzAAA","{{a[..15]}}"],"fields":["Id","LastName"]}"""
        );
        var deleted = await client.SendAsync("DELETE", $"composite/sobjects?ids={a},{a}&allOrNone=false");

        retrieved.Json[0].GetProperty("LastName").GetString().ShouldBe("b");
        retrieved.Json[1].ValueKind.ShouldBe(JsonValueKind.Null);
        retrieved.Json[2].GetProperty("Id").GetString().ShouldBe(a);
        Codes(deleted.Json).ShouldBe([null, "ENTITY_IS_DELETED"]);
    }

    internal static string?[] Codes(JsonElement results) =>
        [
            .. results
                .EnumerateArray()
                .Select(result =>
                    result.GetProperty("success").GetBoolean()
                        ? null
                        : result.GetProperty("errors")[0].GetProperty("statusCode").GetString()
                ),
        ];
}
