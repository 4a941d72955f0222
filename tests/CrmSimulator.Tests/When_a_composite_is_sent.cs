using System.Text.Json;
using LeadSync.CrmSimulator.Journal;

namespace LeadSync.CrmSimulator.Tests;

public sealed class When_a_composite_is_sent
{
    [Fact]
    public async Task Later_parts_use_what_earlier_ones_answered()
    {
        await using var client = await Client.StartAsync();

        var answer = await client.SendAsync(
            "POST",
            "composite",
            """
            {"compositeRequest":[
              {"method":"POST","url":"/services/data/v60.0/sobjects/Account","referenceId":"acme","body":{"Name":"Acme"}},
              {"method":"POST","url":"/services/data/v60.0/sobjects/Contact","referenceId":"ng","body":{"LastName":"Ng","AccountId":"@{acme.id}"}},
              {"method":"GET","url":"/services/data/v60.0/query?q=SELECT Id FROM Contact WHERE AccountId='@{acme.id}'","referenceId":"found"},
              {"method":"PATCH","url":"/services/data/v60.0/sobjects/Contact/@{found.records[0].Id}","referenceId":"title","body":{"Title":"CTO"}}]}
            """
        );

        Statuses(answer).ShouldBe([201, 201, 200, 204]);
        answer
            .Json.GetProperty("compositeResponse")[0]
            .GetProperty("httpHeaders")
            .GetProperty("Location")
            .GetString()
            .ShouldNotBeNull();
        answer.Json.GetProperty("compositeResponse")[3].GetProperty("body").ValueKind.ShouldBe(JsonValueKind.Null);
        client.Simulator.Org.Records("Contact")[0]["Title"].ShouldBe("CTO");
        var entry = client.Simulator.Journal.Entries[^1];
        entry.Kind.ShouldBe(RequestKinds.Composite);
        entry.Parts.Select(part => part.Kind).ShouldBe(["create", "create", "query", "update"]);
        client.Simulator.Journal.Summarize().ApiCalls.ShouldBe(1);
    }

    [Theory]
    [InlineData(false, new[] { 201, 400, 400, 201 }, 2)]
    [InlineData(true, new[] { 400, 400, 400, 400 }, 0)]
    public async Task A_failed_part_fails_its_dependants_or_all(bool allOrNone, int[] statuses, int created)
    {
        await using var client = await Client.StartAsync();

        var answer = await client.SendAsync(
            "POST",
            "composite",
            $$$"""
            {"allOrNone":{{{(allOrNone ? "true" : "false")}}},"compositeRequest":[
              {"method":"POST","url":"/services/data/v60.0/sobjects/Account","referenceId":"a","body":{"Name":"A"}},
              {"method":"POST","url":"/services/data/v60.0/sobjects/Account","referenceId":"b","body":{}},
              {"method":"POST","url":"/services/data/v60.0/sobjects/Contact","referenceId":"c","body":{"LastName":"C","AccountId":"@{b.id}"}},
              {"method":"POST","url":"/services/data/v60.0/sobjects/Account","referenceId":"d","body":{"Name":"D"}}]}
            """
        );

        Statuses(answer).ShouldBe(statuses);
        client.Simulator.Org.Records("Account").Count.ShouldBe(created);
        client.Simulator.Journal.Effects.Count.ShouldBe(created);
        Code(answer, 1).ShouldBe("REQUIRED_FIELD_MISSING");
        Code(answer, 2).ShouldBe("PROCESSING_HALTED");
    }

    [Fact]
    public async Task Five_collections_of_two_hundred_are_one_api_call()
    {
        await using var client = await Client.StartAsync();

        var answer = await client.SendAsync(
            "POST",
            "composite",
            new
            {
                compositeRequest = Enumerable
                    .Range(0, 5)
                    .Select(part => new
                    {
                        method = "POST",
                        url = "/services/data/v60.0/composite/sobjects",
                        referenceId = $"part{part}",
                        body = new
                        {
                            records = Enumerable
                                .Range(0, 200)
                                .Select(i => new
                                {
                                    attributes = new { type = "Lead" },
                                    LastName = $"{part} {i}",
                                    Company = "c",
                                }),
                        },
                    }),
            }
        );

        Statuses(answer).ShouldBe([200, 200, 200, 200, 200]);
        var summary = client.Simulator.Journal.Summarize();
        summary.Created["Lead"].ShouldBe(1_000);
        summary.ApiCalls.ShouldBe(1);
        summary.WriteCalls.ShouldBe(1);
        client.Simulator.Journal.Entries[^1].Records.ShouldBe(1_000);
    }

    [Fact]
    public async Task Limits_and_reference_ids_are_checked_for_the_whole()
    {
        await using var client = await Client.StartAsync();

        Task<Answer> Send(int parts, string url, Func<int, string> reference) =>
            client.SendAsync(
                "POST",
                "composite",
                new
                {
                    compositeRequest = Enumerable
                        .Range(0, parts)
                        .Select(i => new
                        {
                            method = "GET",
                            url = $"/services/data/v60.0/{url}",
                            referenceId = reference(i),
                        }),
                }
            );

        const string query = "query?q=SELECT+Id+FROM+Lead";
        Statuses(await Send(25, "limits", i => $"r{i}")).Length.ShouldBe(25);
        (await Send(26, "limits", i => $"r{i}")).ShouldBeRefused(400, "LIMIT_EXCEEDED");
        Statuses(await Send(5, query, i => $"r{i}")).Length.ShouldBe(5);
        (await Send(6, query, i => $"r{i}")).ShouldBeRefused(400, "LIMIT_EXCEEDED");
        (await Send(2, "limits", _ => "same")).ShouldBeRefused(400, "INVALID_INPUT");
        (await Send(1, "limits", _ => "not-good")).ShouldBeRefused(400, "INVALID_INPUT");
        (await Send(1, "composite", _ => "inner"))
            .Json.GetProperty("compositeResponse")[0]
            .GetProperty("httpStatusCode")
            .GetInt32()
            .ShouldBe(405);
        var nowhere = await Send(1, "sobjects/Nope/1", _ => "x");
        nowhere
            .Json.GetProperty("compositeResponse")[0]
            .GetRawText()
            .ShouldBe(
                """{"body":[{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}],"httpHeaders":{},"httpStatusCode":404,"referenceId":"x"}"""
            );
    }

    [Fact]
    public async Task Headers_of_a_part_are_its_own()
    {
        var clock = new SetClock();
        await using var client = await Client.StartAsync(new() { Clock = clock });
        var id = await client.CreateLeadAsync(new { LastName = "x", Company = "y" });
        var before = (clock.GetUtcNow() - TimeSpan.FromMinutes(1)).ToString("r");

        Task<Answer> Patch(string header, string value) =>
            client.SendAsync(
                "POST",
                "composite",
                new
                {
                    compositeRequest = new[]
                    {
                        new
                        {
                            method = "PATCH",
                            url = $"/services/data/v60.0/sobjects/Lead/{id}",
                            referenceId = "r",
                            httpHeaders = new Dictionary<string, string>(StringComparer.Ordinal) { [header] = value },
                            body = new { Title = "x" },
                        },
                    },
                }
            );

        Statuses(await Patch("If-Unmodified-Since", before)).ShouldBe([412]);
        Statuses(await Patch("If-Unmodified-Since", clock.GetUtcNow().ToString("r"))).ShouldBe([204]);
        (await Patch("Authorization", "Bearer x")).ShouldBeRefused(400, "INVALID_INPUT");
    }

    private static int[] Statuses(Answer answer) =>
        [
            .. answer
                .Json.GetProperty("compositeResponse")
                .EnumerateArray()
                .Select(part => part.GetProperty("httpStatusCode").GetInt32()),
        ];

    private static string? Code(Answer answer, int part) =>
        answer.Json.GetProperty("compositeResponse")[part].GetProperty("body")[0].GetProperty("errorCode").GetString();
}
