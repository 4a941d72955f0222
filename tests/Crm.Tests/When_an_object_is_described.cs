namespace LeadSync.Crm.Tests;

public sealed class When_an_object_is_described
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_fields_are_read_as_the_user_may_write_them()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(
            200,
            $$"""
            {"name":"Lead","label":"Lead","createable":true,"updateable":true,"childRelationships":[],"fields":[
              {{Field("LastName", "string", """ "length":80,"nillable":false """)}},
              {{Field("Status", "picklist", """
                "length":255,"nillable":false,"defaultedOnCreate":true,"restrictedPicklist":true,"picklistValues":[
                 {"active":true,"defaultValue":true,"label":"Open","validFor":null,"value":"Open - Not Contacted"},
                 {"active":false,"defaultValue":false,"label":"Old","validFor":null,"value":"Old"}]
                """)}},
              {{Field("DoNotCall", "boolean", """ "nillable":false,"defaultValue":false """)}},
              {{Field("NumberOfEmployees", "int", """ "digits":8 """)}},
              {{Field("AnnualRevenue", "currency", """ "precision":18,"scale":2,"defaultValue":1.5 """)}},
              {{Field("Ext__c", "string", """ "custom":true,"externalId":true,"unique":true,"updateable":false """)}}
            ]}
            """
        );

        var schema = await salesforce.Crm.DescribeAsync(salesforce.Session, "Lead", Stop);

        salesforce.Asked.Single().Path.ShouldBe("/services/data/v60.0/sobjects/Lead/describe");
        schema.Object.ShouldBe("Lead");
        schema.Createable.ShouldBeTrue();
        var fields = schema.Fields.ToDictionary(field => field.Name, StringComparer.Ordinal);
        fields["LastName"].RequiredOnCreate.ShouldBeTrue();
        fields["LastName"].Length.ShouldBe(80);
        fields["LastName"].Nillable.ShouldBeFalse();
        fields["Status"].RequiredOnCreate.ShouldBeFalse();
        fields["Status"].RestrictedPicklist.ShouldBeTrue();
        fields["Status"].PicklistValues.ShouldBe(["Open - Not Contacted"]);
        fields["Status"].DefaultValue.ShouldBe("Open - Not Contacted");
        fields["DoNotCall"].RequiredOnCreate.ShouldBeFalse();
        fields["DoNotCall"].DefaultValue.ShouldBe("false");
        fields["NumberOfEmployees"].Precision.ShouldBe(8);
        fields["AnnualRevenue"].Precision.ShouldBe(18);
        fields["AnnualRevenue"].Scale.ShouldBe(2);
        fields["AnnualRevenue"].DefaultValue.ShouldBe("1.5");
        fields["Ext__c"]
            .ShouldSatisfyAllConditions(
                field => field.Custom.ShouldBeTrue(),
                field => field.ExternalId.ShouldBeTrue(),
                field => field.Unique.ShouldBeTrue(),
                field => field.Updateable.ShouldBeFalse()
            );
    }

    [Fact]
    public async Task It_is_read_again_only_when_it_was_changed()
    {
        const string lead = """{"name":"Lead","label":"Lead","createable":true,"updateable":true,"fields":[]}""";
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce
            .Answers(200, lead, ("Last-Modified", "Wed, 01 Jul 2026 10:00:05 GMT"))
            .AnswersNothing(304)
            .Answers(200, lead);
        var first = await salesforce.Crm.DescribeAsync(salesforce.Session, "Lead", Stop);

        var unchanged = await salesforce.Crm.DescribeIfChangedAsync(
            salesforce.Session,
            "Lead",
            first.ChangedAt!.Value,
            Stop
        );
        var changed = await salesforce.Crm.DescribeIfChangedAsync(
            salesforce.Session,
            "Lead",
            first.ChangedAt.Value,
            Stop
        );

        first.ChangedAt.ShouldBe(new DateTimeOffset(2026, 7, 1, 10, 0, 5, TimeSpan.Zero));
        unchanged.ShouldBeNull();
        changed.ShouldNotBeNull().Object.ShouldBe("Lead");
        changed.ChangedAt.ShouldBeNull();
        salesforce.Asked[1].Headers["If-Modified-Since"].ShouldBe("Wed, 01 Jul 2026 10:00:05 GMT");
    }

    [Fact]
    public async Task A_304_that_nobody_asked_for_is_no_answer()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.AnswersNothing(304);

        await Should.ThrowAsync<CrmException>(() => salesforce.Crm.DescribeAsync(salesforce.Session, "Lead", Stop));
    }

    [Fact]
    public async Task An_object_that_is_gone_or_hidden_is_told()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(404, """[{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}]""");

        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.DescribeAsync(salesforce.Session, "Lead", Stop)
        );

        thrown.Failure.Code.ShouldBe("SCHEMA_CHANGED");
    }

    [Fact]
    public async Task An_answer_without_fields_is_unreadable_rather_than_an_object_without_any()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(200, """{"name":"Lead","createable":true,"updateable":true}""");

        var thrown = await Should.ThrowAsync<CrmException>(() =>
            salesforce.Crm.DescribeAsync(salesforce.Session, "Lead", Stop)
        );

        thrown.Failure.Code.ShouldBe("CRM_UNAVAILABLE");
    }

    [Fact]
    public async Task The_orgs_usage_is_read_from_its_limits()
    {
        await using var salesforce = await ScriptedSalesforce.StartAsync();
        salesforce.Answers(
            200,
            """{"DailyApiRequests":{"Max":100000,"Remaining":99950,"App X":{"Max":0,"Remaining":0}},"MassEmail":{"Max":10,"Remaining":10}}"""
        );

        var usage = await salesforce.Crm.ReadUsageAsync(salesforce.Session, Stop);

        usage.ShouldBe(new ApiUsage(50, 100_000));
    }

    private static string Field(string name, string type, string more)
    {
        string[] usual = ["createable", "updateable", "nillable"];
        var rest = usual
            .Where(flag => !more.Contains(flag, StringComparison.Ordinal))
            .Select(flag => $"\"{flag}\":true");
        return $$"""{"name":"{{name}}","label":"{{name}}","type":"{{type}}",{{string.Join(',', rest.Append(more))}}}""";
    }
}
