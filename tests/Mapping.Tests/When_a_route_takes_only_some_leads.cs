using System.Text.Json;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Leads;
using LeadSync.Mapping.Routes;

namespace LeadSync.Mapping.Tests;

public sealed class When_a_route_takes_only_some_leads(Stores stores) : IClassFixture<Stores>
{
    private static LeadCondition Condition(string json)
    {
        var reader = new SettingReader();
        var condition = ConditionSetting.Read(reader, JsonElement.Parse($$"""{"filter":{{json}}}"""), "", "filter");
        reader.Faults.ShouldBeEmpty();
        return condition!;
    }

    private static LeadState Lead(string fields)
    {
        var lead = new LeadState();
        foreach (var field in JsonElement.Parse(fields).EnumerateObject())
            lead.Fields[field.Name] = CapturedValue.Of(field.Value, new Stamp(DateTimeOffset.UnixEpoch, Guid.Empty));
        return lead;
    }

    [Theory]
    [InlineData("""{"field":"a","is":"Norway"}""", """{"a":" norway "}""", true)]
    [InlineData("""{"field":"a","is":"Norway"}""", """{"a":"Sweden"}""", false)]
    [InlineData("""{"field":"a","is":"Norway"}""", """{"a":["Sweden","Norway"]}""", true)]
    [InlineData("""{"field":"a","is":true}""", """{"a":true}""", true)]
    [InlineData("""{"field":"a","is":true}""", """{"a":false}""", false)]
    [InlineData("""{"field":"a","is":7}""", """{"a":"7.0"}""", true)]
    [InlineData("""{"field":"a","isNot":"x"}""", """{"a":"y"}""", true)]
    [InlineData("""{"field":"a","isNot":"x"}""", "{}", true)]
    [InlineData("""{"field":"a","isNot":"x"}""", """{"a":"X"}""", false)]
    [InlineData("""{"field":"a","isOneOf":["x",2]}""", """{"a":2}""", true)]
    [InlineData("""{"field":"a","isOneOf":["x",2]}""", """{"a":"z"}""", false)]
    [InlineData("""{"field":"a","contains":"vp "}""", """{"a":"The VP of Sales"}""", true)]
    [InlineData("""{"field":"a","contains":"vp"}""", "{}", false)]
    [InlineData("""{"field":"a","isEmpty":true}""", "{}", true)]
    [InlineData("""{"field":"a","isEmpty":true}""", """{"a":null}""", true)]
    [InlineData("""{"field":"a","isEmpty":true}""", """{"a":"  "}""", true)]
    [InlineData("""{"field":"a","isEmpty":true}""", """{"a":[]}""", true)]
    [InlineData("""{"field":"a","isEmpty":true}""", """{"a":false}""", false)]
    [InlineData("""{"field":"a","isNotEmpty":true}""", """{"a":0}""", true)]
    [InlineData("""{"field":"a","isNotEmpty":true}""", """{"a":""}""", false)]
    [InlineData("""{"field":"a","greaterThan":50}""", """{"a":"51"}""", true)]
    [InlineData("""{"field":"a","greaterThan":50}""", """{"a":50}""", false)]
    [InlineData("""{"field":"a","greaterThan":50}""", """{"a":"many"}""", false)]
    [InlineData("""{"field":"a","lessThan":"2026-02-01"}""", """{"a":"2026-01-31"}""", true)]
    [InlineData("""{"field":"a","lessThan":"2026-02-01"}""", """{"a":"2026-02-01T00:00:00+02:00"}""", true)]
    [InlineData("""{"field":"a","lessThan":50}""", """{"a":50}""", false)]
    [InlineData("""{"field":"a","greaterThan":"2026-02-01"}""", """{"a":"soon"}""", false)]
    [InlineData("""{"all":[{"field":"a","is":1},{"field":"b","is":2}]}""", """{"a":1,"b":3}""", false)]
    [InlineData("""{"any":[{"field":"a","is":1},{"field":"b","is":2}]}""", """{"a":1,"b":3}""", true)]
    [InlineData("""{"any":[{"all":[{"field":"a","is":1},{"field":"b","is":2}]}]}""", """{"a":1,"b":2}""", true)]
    public void A_condition_holds_or_does_not_and_reads_as_it_was_written(string condition, string lead, bool holds)
    {
        var read = Condition(condition);

        read.Holds(Lead(lead)).ShouldBe(holds);
        ConditionSetting.Write(read).ToJsonString().ShouldBe(condition);
    }

    [Fact]
    public void Every_fault_of_a_route_is_told_at_once()
    {
        var reader = new SettingReader();

        RouteSetting.Read(
            reader,
            JsonElement.Parse(
                """
                {
                  "source": "form", "connection": "salesforce", "sync": "sometimes", "idleMinutes": 0,
                  "createAs": { "cases": [ { "when": { "field": "a", "is": 1, "isNot": 2 }, "object": "Contact" }, { "object": "Lead" } ] },
                  "filter": { "all": [ { "field": "a" }, { "field": "b", "greaterThan": "soon" }, { "field": "c", "isEmpty": false },
                                       { "field": "d", "isOneOf": [] }, { "any": [] }, 7 ] }
                }
                """
            ),
            ""
        );

        reader
            .Faults.Select(fault => $"{fault.Field} {fault.Reason}")
            .ShouldBe(
                [
                    "createAs.cases[0].when asks several things at once",
                    "createAs.cases[1].when is missing",
                    "createAs.else is missing",
                    "sync says not when a lead is synced",
                    "idleMinutes is not a whole number from 1 to 43200",
                    "filter.all[0] asks nothing of the field",
                    "filter.all[1].greaterThan is neither a number nor a date",
                    "filter.all[2].isEmpty is not true",
                    "filter.all[3].isOneOf is not a list of 1 to 100 texts, numbers, true or false",
                    "filter.all[4].any has not 1 to 100 conditions",
                    "filter.all[5] is no condition",
                ],
                ignoreOrder: true
            );
    }

    private static readonly RouteTerms Customers = new("Lead")
    {
        Filter = new LeadCondition.About("plan", FieldTest.IsNotEmpty, []),
    };

    private static object Ada(string? plan) =>
        new
        {
            lastName = "Lovelace",
            company = "Engines",
            plan,
        };

    [Fact]
    public async Task One_that_it_never_took_is_told_apart_with_the_reason()
    {
        await stores.RouteAsync("never", Customers);

        var told = await stores.CaptureAsync("never", stores.Patch("1", Ada(null)));

        told.Mapped.ShouldBeEmpty();
        var failed = told.Failed.ShouldHaveSingleItem().Item;
        failed.Code.ShouldBe("FILTERED_OUT");
        failed.ConnectionId.ShouldBeNull();
    }

    [Fact]
    public async Task One_that_it_takes_no_more_is_told_to_Push_once_and_nothing_more_is_sent()
    {
        await stores.RouteAsync("no-more", Customers);
        var first = (await stores.CaptureAsync("no-more", stores.Patch("1", Ada("gold")))).Mapped[0].Item;
        stores.Clock.Advance(TimeSpan.FromSeconds(1));
        var ending = stores.Patch("1", Ada(null));

        var ended = await stores.CaptureAsync("no-more", ending);
        var repeated = await stores.CaptureAsync("no-more", ending);
        stores.Clock.Advance(TimeSpan.FromSeconds(1));
        var later = await stores.CaptureAsync("no-more", stores.Patch("1", new { title = "Countess" }));
        stores.Clock.Advance(TimeSpan.FromSeconds(1));
        var back = await stores.CaptureAsync("no-more", stores.Patch("1", Ada("silver")));

        var withdrawn = ended.Mapped.ShouldHaveSingleItem().Item;
        (withdrawn.Withdrawn, withdrawn.Reason).ShouldBe((true, "FILTERED_OUT"));
        withdrawn.Version.ShouldBeGreaterThan(first.Version);
        ended.Failed.ShouldBeEmpty();
        repeated.Mapped.ShouldHaveSingleItem().Item.EventId.ShouldBe(withdrawn.EventId);
        later.Mapped.ShouldBeEmpty();
        later.Failed.ShouldHaveSingleItem().Item.Code.ShouldBe("FILTERED_OUT");
        back.Mapped.ShouldHaveSingleItem().Item.Withdrawn.ShouldBeFalse();
    }

    [Fact]
    public async Task A_wider_filter_sends_nothing_old()
    {
        var connectionId = await stores.RouteAsync("wider", Customers);
        await stores.CaptureAsync("wider", stores.Patch("1", Ada(null)));

        await stores.SaveRouteAsync("wider", connectionId, new RouteTerms("Lead"));

        (await stores.TakeUpDueAsync()).Mapped.ShouldBeEmpty();
        stores.Clock.Advance(TimeSpan.FromSeconds(1));
        (await stores.CaptureAsync("wider", stores.Patch("1", Ada(null)))).Mapped.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("yes", "Contact")]
    [InlineData("no", "Lead")]
    public async Task The_first_case_that_holds_decides_what_it_is_created_as(string customer, string createAs)
    {
        var workspace = $"cases-{customer}";
        await stores.RouteAsync(
            workspace,
            new RouteTerms("Lead")
            {
                CreateCases =
                [
                    new CreateCase(
                        new LeadCondition.About("customer", FieldTest.Is, [JsonElement.Parse("\"yes\"")]),
                        "Contact"
                    ),
                    new CreateCase(new LeadCondition.About("customer", FieldTest.IsEmpty, []), "Account"),
                ],
            }
        );

        var told = await stores.CaptureAsync(workspace, stores.Patch("1", new { lastName = "L", customer }));

        told.Mapped.ShouldHaveSingleItem().Item.CreateAs.ShouldBe(createAs);
    }
}
