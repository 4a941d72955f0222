using System.Net;
using System.Text.Json;

namespace LeadSync.CrmSimulator.Tests;

public sealed class When_records_are_queried
{
    /// <summary>Names that break a query when they are put into it without care.</summary>
    public static readonly TheoryData<string> HostileNames =
    [
        "O'Neil",
        "back\\slash",
        "ends with \\",
        "\\' OR Name != '",
        "' OR Id != null --",
        "\"double\"",
        "100%",
        "under_score",
        "new\nline",
        "tab\tbed",
        "return\rhere",
        "con\u0001trol",
        "\\n not a line",
        "\\u0041 not an A",
        "&q=SELECT Id FROM User",
        "a+b c%20d#e?f=g",
        "Ünïcödé Ж 漢字",
        "😀 emoji",
        "‮right to left",
        "<script>alert(1)</script>",
        "${7*7} {{7*7}} @{ref.id}",
        "NULL",
        "true",
        "2026-01-01",
    ];

    [Theory]
    [MemberData(nameof(HostileNames))]
    public async Task A_hostile_name_is_found_by_its_escaped_text_and_nothing_else_is(string name)
    {
        await using var client = await Client.StartAsync();
        await client.CreateLeadAsync(new { LastName = "innocent", Company = "bystander" });
        var id = await client.CreateLeadAsync(new { LastName = name, Company = "y" });

        var equal = await client.QueryAsync($"SELECT Id, LastName FROM Lead WHERE LastName = '{Escaped(name)}'");
        var like = await client.QueryAsync(
            $"SELECT Id FROM Lead WHERE LastName LIKE '{Escaped(name).Replace("%", "\\%").Replace("_", "\\_")}'"
        );
        var inside = await client.SendAsync(
            "POST",
            "composite",
            new
            {
                compositeRequest = new[]
                {
                    new
                    {
                        method = "GET",
                        url = $"{Client.Root}/query?q={Uri.EscapeDataString($"SELECT Id FROM Lead WHERE LastName IN ('{Escaped(name)}')")}",
                        referenceId = "q",
                    },
                },
            }
        );

        Ids(equal.Json).ShouldBe([id]);
        equal.Json.GetProperty("records")[0].GetProperty("LastName").GetString().ShouldBe(name);
        Ids(like.Json).ShouldBe([id]);
        Ids(inside.Json.GetProperty("compositeResponse")[0].GetProperty("body")).ShouldBe([id]);
    }

    [Theory]
    [InlineData("SELEKT Id FROM Lead", "MALFORMED_QUERY", "unexpected token: SELEKT")]
    [InlineData("SELECT Id FROM Lead WHERE Name = 'a\\q'", "MALFORMED_QUERY", null)]
    [InlineData("SELECT Id FROM Lead WHERE Name = 'a\\_'", "MALFORMED_QUERY", null)]
    [InlineData("SELECT Id FROM Lead WHERE Name = 'a\\u00g0'", "MALFORMED_QUERY", null)]
    [InlineData("SELECT Id FROM Lead WHERE Name = 'open", "MALFORMED_QUERY", null)]
    [InlineData("SELECT Id FROM Lead WHERE Name = \"x\"", "MALFORMED_QUERY", null)]
    [InlineData(
        "SELECT Id FROM Lead WHERE Name = 'a' AND Title = 'b' OR Phone = 'c'",
        "MALFORMED_QUERY",
        "unexpected token: OR"
    )]
    [InlineData("SELECT Id FROM Lead WHERE", "MALFORMED_QUERY", "unexpected token: <EOF>")]
    [InlineData("SELECT Id FROM Lead LIMIT x", "MALFORMED_QUERY", "unexpected token: x")]
    [InlineData("SELECT Id FROM Lead WHERE CreatedDate > '2026-01-01'", "INVALID_FIELD", null)]
    [InlineData("SELECT Id FROM Lead WHERE Name = 5", "INVALID_FIELD", null)]
    [InlineData("SELECT Id FROM Lead WHERE Description = 'x'", "INVALID_FIELD", null)]
    [InlineData("SELECT Id FROM Lead WHERE Id = 'nonsense'", "INVALID_QUERY_FILTER_OPERATOR", null)]
    [InlineData("SELECT Id, HasOptedOutOfEmail FROM Lead", "INVALID_FIELD", null)]
    [InlineData("SELECT Owner.Nope FROM Lead", "INVALID_FIELD", null)]
    [InlineData("SELECT Nope.Id FROM Lead", "INVALID_FIELD", null)]
    [InlineData("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", null)]
    [InlineData(
        "SELECT Id FROM XYZZY",
        "INVALID_TYPE",
        "\nSELECT Id FROM XYZZY\n               ^\nERROR at Row:1:Column:16\nsObject type 'XYZZY' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names."
    )]
    [InlineData(
        "SELECT Bacon__c FROM Account LIMIT 2",
        "INVALID_FIELD",
        "\nSELECT Bacon__c FROM Account LIMIT 2\n       ^\nERROR at Row:1:Column:8\nNo such column 'Bacon__c' on entity 'Account'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names."
    )]
    public async Task A_wrong_query_is_refused_in_the_words_of_the_crm(string soql, string code, string? message)
    {
        await using var client = await Client.StartAsync();

        var error = (await client.QueryAsync(soql)).ShouldBeRefused(400, code);

        error.TryGetProperty("fields", out _).ShouldBeFalse();
        if (message is not null)
            error.GetProperty("message").GetString().ShouldBe(message);
    }

    [Theory]
    [InlineData("Email = 'ANN@x.example'", "Ann")]
    [InlineData("Email IN ('ann@x.example', 'bob@x.example')", "Ann,Bob")]
    [InlineData("Email NOT IN ('ann@x.example')", "Bob,Cyd")]
    [InlineData("Email != 'ann@x.example'", "Bob,Cyd")]
    [InlineData("Email = null", "Cyd")]
    [InlineData("Email = ''", "Cyd")]
    [InlineData("Email != null", "Ann,Bob")]
    [InlineData("LastName LIKE '_o%'", "Bob")]
    [InlineData("(NOT LastName LIKE 'a%')", "Bob,Cyd")]
    [InlineData("NumberOfEmployees >= 20", "Bob,Cyd")]
    [InlineData("NumberOfEmployees < 20.5 AND (Email = null OR LastName = 'bob')", "Bob")]
    [InlineData("AnnualRevenue = 1.5", "Ann")]
    [InlineData("IsConverted = false AND Owner.Name = 'leadsync INTEGRATION'", "Ann,Bob,Cyd")]
    [InlineData("CreatedDate = TODAY", "Ann,Bob,Cyd")]
    [InlineData("CreatedDate < TODAY", "")]
    [InlineData("CreatedDate > YESTERDAY", "Ann,Bob,Cyd")]
    [InlineData("CreatedDate = LAST_N_DAYS:3", "Ann,Bob,Cyd")]
    [InlineData("SystemModstamp >= 2026-03-01T14:00:00+02:00", "Ann,Bob,Cyd")]
    [InlineData("SystemModstamp > 2026-03-01T12:00:00.000Z", "")]
    public async Task Conditions_hold_for_the_records_they_say(string where, string names)
    {
        await using var client = await Client.StartAsync(new() { Clock = new SetClock() });
        await client.CreateLeadAsync(
            new
            {
                LastName = "Ann",
                Company = "c",
                Email = "Ann@x.example",
                NumberOfEmployees = 10,
                AnnualRevenue = 1.5,
            }
        );
        await client.CreateLeadAsync(
            new
            {
                LastName = "Bob",
                Company = "c",
                Email = "bob@x.example",
                NumberOfEmployees = 20,
            }
        );
        await client.CreateLeadAsync(
            new
            {
                LastName = "Cyd",
                Company = "c",
                NumberOfEmployees = 30,
            }
        );

        var answer = await client.QueryAsync($"SELECT LastName FROM Lead WHERE {where} ORDER BY LastName");

        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        string.Join(
                ',',
                answer.Json.GetProperty("records").EnumerateArray().Select(r => r.GetProperty("LastName").GetString())
            )
            .ShouldBe(names);
    }

    [Fact]
    public async Task Order_limit_offset_count_and_alias_are_heeded()
    {
        await using var client = await Client.StartAsync();
        foreach (var (name, title) in new[] { ("a", "2"), ("b", null), ("c", "1") })
            await client.CreateLeadAsync(
                new
                {
                    LastName = name,
                    Company = "c",
                    Title = title,
                }
            );

        async Task<string> Names(string rest) =>
            string.Concat(
                (await client.QueryAsync($"SELECT l.LastName FROM Lead l {rest}"))
                    .Json.GetProperty("records")
                    .EnumerateArray()
                    .Select(r => r.GetProperty("LastName").GetString())
            );

        (await Names("ORDER BY Title")).ShouldBe("bca");
        (await Names("ORDER BY l.Title ASC NULLS LAST")).ShouldBe("cab");
        (await Names("ORDER BY Title DESC NULLS LAST, Name")).ShouldBe("acb");
        (await Names("ORDER BY Name LIMIT 1 OFFSET 1")).ShouldBe("b");
        var count = await client.QueryAsync("SELECT COUNT() FROM Lead WHERE Title != null");
        count.Text.ShouldBe("""{"totalSize":2,"done":true,"records":[]}""");
    }

    [Fact]
    public async Task Parents_come_with_their_type_and_missing_ones_as_null()
    {
        await using var client = await Client.StartAsync();
        await client.Simulator.Org.Rep.CreateAsync("Contact", new { LastName = "x" });

        var answer = await client.QueryAsync("SELECT Id, Account.Name, Owner.Name, CreatedBy.Email FROM Contact");

        var contact = answer.Json.GetProperty("records")[0];
        contact.GetProperty("Account").ValueKind.ShouldBe(JsonValueKind.Null);
        contact.GetProperty("Owner").GetProperty("attributes").GetProperty("type").GetString().ShouldBe("User");
        contact.GetProperty("CreatedBy").GetProperty("Email").GetString().ShouldBe("rep@demo.example");
    }

    [Fact]
    public async Task Pages_follow_each_other_in_the_version_asked_for_until_done()
    {
        await using var client = await Client.StartAsync();
        var org = client.Simulator.Org;
        org.Settings = org.Settings with { QueryPageSize = 2 };
        for (var i = 0; i < 5; i++)
            await org.Rep.CreateAsync("Lead", new { LastName = $"{i}", Company = "c" });

        var page = await client.SendAsync("GET", "/services/data/v58.0/query?q=SELECT+Id+FROM+Lead");
        var next = page.Json.GetProperty("nextRecordsUrl").GetString()!;
        var ids = Ids(page.Json);
        while (page.Json.TryGetProperty("nextRecordsUrl", out var url))
        {
            page.Json.GetProperty("done").GetBoolean().ShouldBeFalse();
            page = await client.SendAsync("GET", url.GetString()!);
            ids = [.. ids, .. Ids(page.Json)];
        }

        next.ShouldStartWith("/services/data/v58.0/query/01g");
        next.ShouldEndWith("-2");
        page.Json.GetProperty("done").GetBoolean().ShouldBeTrue();
        page.Json.GetProperty("totalSize").GetInt32().ShouldBe(5);
        ids.Distinct(StringComparer.Ordinal).Count().ShouldBe(5);
        org.ExpireLocators();
        (await client.SendAsync("GET", next)).ShouldBeRefused(400, "INVALID_QUERY_LOCATOR");
    }

    [Fact]
    public async Task Deleted_and_merged_records_are_seen_by_query_all_only()
    {
        await using var client = await Client.StartAsync();
        var rep = client.Simulator.Org.Rep;
        var winner = await rep.CreateAsync("Lead", new { LastName = "w", Company = "c" });
        var loser = await rep.CreateAsync("Lead", new { LastName = "l", Company = "c" });

        await rep.MergeAsync("Lead", winner, loser);

        const string soql = "SELECT Id, IsDeleted, MasterRecordId FROM Lead ORDER BY LastName";
        Ids((await client.QueryAsync(soql)).Json).ShouldBe([winner]);
        var all = await client.QueryAsync(soql, "queryAll");
        Ids(all.Json).ShouldBe([loser, winner]);
        all.Json.GetProperty("records")[0].GetProperty("MasterRecordId").GetString().ShouldBe(winner);
    }

    [Fact]
    public async Task A_uri_over_the_limit_is_refused()
    {
        await using var client = await Client.StartAsync();

        var answer = await client.QueryAsync($"SELECT Id FROM Lead WHERE Name = '{new string('x', 16_400)}'");

        ((int)answer.Status).ShouldBe(414);
    }

    private static string Escaped(string text) => text.Replace("\\", "\\\\").Replace("'", "\\'");

    private static string?[] Ids(JsonElement page) =>
        [.. page.GetProperty("records").EnumerateArray().Select(record => record.GetProperty("Id").GetString())];
}
