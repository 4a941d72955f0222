using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Fields;
using LeadSync.Mapping.Leads;

namespace LeadSync.Mapping.Tests;

public sealed class When_a_lead_is_mapped
{
    private static readonly DateTimeOffset Captured = new(2026, 1, 31, 9, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Saved = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static LeadState Lead(string fields)
    {
        var state = new LeadState();
        state.Apply(
            new CapturedLead
            {
                EventId = Guid.CreateVersion7(),
                OccurredAt = Captured,
                Source = "import",
                LeadId = "1",
                Fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(fields)!,
            }
        );
        return state;
    }

    private static MappingEntry From(string field, string from, object? byDefault = null) =>
        new(
            field,
            from,
            null,
            byDefault is null ? null : JsonSerializer.SerializeToElement(byDefault),
            WriteRule.Overwrite,
            Saved
        );

    private static MappingEntry Constant(string field, object value) =>
        new(field, null, JsonSerializer.SerializeToElement(value), null, WriteRule.OnlyWhenEmpty, Saved);

    private static ObjectMapping Mapping(params ReadOnlySpan<MappingEntry> entries) =>
        new("Lead", [.. entries], Schemas.Lead);

    private static MappedSection Map(LeadState lead, params ReadOnlySpan<MappingEntry> entries) =>
        FieldMapper
            .Map(new LeadToMap(new LeadKey("acme", "import", "1"), lead), [Mapping(entries)], "Lead")
            .ShouldBeOfType<MappingOutcome.Mapped>()
            .Sections.Single();

    private static MappingOutcome.CannotMap Refuse(LeadState lead, params ReadOnlySpan<MappingEntry> entries) =>
        FieldMapper
            .Map(new LeadToMap(new LeadKey("acme", "import", "1"), lead), [Mapping(entries)], "Lead")
            .ShouldBeOfType<MappingOutcome.CannotMap>();

    [Fact]
    public void A_captured_value_carries_its_capture_time_and_a_constant_the_time_it_was_saved()
    {
        var section = Map(Lead("""{"lastName":"L"}"""), From("LastName", "lastName"), Constant("LeadSource", "Web"));

        section.Fields[0].CapturedAt.ShouldBe(Captured);
        section.Fields[1].CapturedAt.ShouldBe(Saved);
        section.Fields[1].Rule.ShouldBe(WriteRule.OnlyWhenEmpty);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"company":""}""")]
    [InlineData("""{"company":"  "}""")]
    public void A_default_stands_in_for_what_is_missing_or_empty(string fields)
    {
        var section = Map(Lead(fields), From("Company", "company", byDefault: "Unknown"));

        section.Fields.ShouldHaveSingleItem().Value.GetString().ShouldBe("Unknown");
        section.Fields[0].CapturedAt.ShouldBe(Saved);
        section.MissingForCreate.ShouldBe(["LastName"]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"title":""}""")]
    public void What_is_missing_or_empty_is_not_wanted_at_all(string fields) =>
        Map(Lead(fields), From("Title", "title")).Fields.ShouldBeEmpty();

    [Fact]
    public void What_was_cleared_on_purpose_is_wanted_as_null_even_beside_a_default() =>
        Map(Lead("""{"title":null}"""), From("Title", "title", byDefault: "Unknown"))
            .Fields.ShouldHaveSingleItem()
            .Value.ValueKind.ShouldBe(JsonValueKind.Null);

    [Fact]
    public void A_checkbox_cleared_on_purpose_is_unticked() =>
        Map(Lead("""{"optOut":null}"""), From("HasOptedOutOfEmail", "optOut"))
            .Fields.ShouldHaveSingleItem()
            .Value.ValueKind.ShouldBe(JsonValueKind.False);

    [Fact]
    public void A_required_field_cleared_on_purpose_takes_its_default_or_stops_the_lead()
    {
        var lead = Lead("""{"company":null}""");

        Map(lead, From("Company", "company", byDefault: "Unknown")).Fields[0].Value.GetString().ShouldBe("Unknown");
        var refused = Refuse(lead, From("Company", "company"));
        refused.Kind.ShouldBe(FailureCatalogue.RequiredFieldMissing);
        refused.Faults.ShouldHaveSingleItem().Field.ShouldBe("Company");
    }

    [Fact]
    public void What_the_org_gives_a_value_itself_is_not_missing() =>
        Map(Lead("""{"lastName":"L","company":"C"}"""), From("LastName", "lastName"), From("Company", "company"))
            .MissingForCreate.ShouldBeEmpty();

    [Fact]
    public void Every_value_that_does_not_fit_is_told_at_once()
    {
        var refused = Refuse(
            Lead("""{"email":"none","phone":"12345678901234567890123456789012345678901"}"""),
            From("Email", "email"),
            From("Phone", "phone")
        );

        refused.Kind.ShouldBe(FailureCatalogue.ValueDoesNotFit);
        refused.Faults.Select(fault => fault.Field).ShouldBe(["Email", "Phone"]);
        refused.Faults.ShouldAllBe(fault => !fault.Reason.Contains("none") && !fault.Reason.Contains("1234"));
    }

    [Theory]
    [InlineData("Gone__c")]
    [InlineData("CreatedDate")]
    public void A_field_that_is_gone_or_may_not_be_written_stops_the_lead(string field) =>
        Refuse(Lead("""{"x":"y"}"""), From(field, "x")).Kind.ShouldBe(FailureCatalogue.SchemaChanged);

    [Fact]
    public void Without_a_schema_nothing_is_guessed() =>
        FieldMapper
            .Map(
                new LeadToMap(new LeadKey("acme", "import", "1"), Lead("{}")),
                [new ObjectMapping("Lead", [From("LastName", "lastName")], schema: null)],
                "Lead"
            )
            .ShouldBeOfType<MappingOutcome.CannotMap>()
            .Kind.ShouldBe(FailureCatalogue.SchemaUnknown);

    [Fact]
    public void Without_a_mapping_for_what_the_route_creates_it_waits_for_one() =>
        FieldMapper
            .Map(
                new LeadToMap(new LeadKey("acme", "import", "1"), Lead("{}")),
                [Mapping(From("LastName", "lastName"))],
                "Contact"
            )
            .ShouldBeOfType<MappingOutcome.CannotMap>()
            .Kind.ShouldBe(FailureCatalogue.NoMapping);

    private static MappingOutcome MapOf(LeadToMap lead, string entry)
    {
        var reader = new SettingReader();
        var read = EntrySetting.Read(reader, JsonElement.Parse(entry), "");
        reader.Faults.ShouldBeEmpty();
        return FieldMapper.Map(lead, [Mapping(read!.Entry with { SavedAt = Saved })], "Lead");
    }

    private static MappedField FieldOf(LeadToMap lead, string entry) =>
        MapOf(lead, entry).ShouldBeOfType<MappingOutcome.Mapped>().Sections[0].Fields.ShouldHaveSingleItem();

    [Theory]
    [InlineData("""{"company":"Apollo"}""", "Apollo", WriteRule.Overwrite)]
    [InlineData("{}", "[not provided]", WriteRule.OnlyOnCreate)]
    public void A_default_has_a_rule_of_its_own(string fields, string value, WriteRule rule)
    {
        var field = FieldOf(
            Steps.Lead(fields),
            """{"field":"Company","from":"company","default":"[not provided]","defaultRule":"onlyOnCreate"}"""
        );

        (field.Value.GetString(), field.Rule).ShouldBe((value, rule));
    }

    [Theory]
    [InlineData("chat", """{"title":"t"}""", 2)]
    [InlineData("form", """{"title":"t"}""", 1)]
    [InlineData("import", """{"title":"t"}""", 0)]
    [InlineData("chat", "{}", 0)]
    public void A_source_named_earlier_counts_more_and_a_default_never_does(
        string source,
        string fields,
        int precedence
    ) =>
        FieldOf(
            Steps.Lead(fields, source),
            """{"field":"Title","from":"title","default":"d","precedence":["chat","form"]}"""
        )
            .Precedence.ShouldBe(precedence);

    [Theory]
    [InlineData("""{"optOut":true,"consent":true}""", true)]
    [InlineData("""{"optOut":false,"consent":"yes"}""", true)]
    [InlineData("""{"optOut":false,"consent":false}""", false)]
    [InlineData("""{"optOut":false,"consent":"perhaps"}""", false)]
    [InlineData("""{"optOut":false}""", false)]
    public void Consent_is_told_with_when_it_was_given(string fields, bool isConsent) =>
        FieldOf(
            Steps.Lead(fields),
            """{"field":"HasOptedOutOfEmail","from":"optOut","rule":"optOut","consent":"consent"}"""
        )
            .ConsentedAt.ShouldBe(isConsent ? Captured : null);

    [Fact]
    public void A_condition_goes_with_its_rule_and_adding_with_its_list()
    {
        var status = FieldOf(
            Steps.Lead("{}"),
            """{"field":"Status","constant":"Open","rule":"onlyWhile","while":{"values":["Open"]}}"""
        );
        var products = FieldOf(
            Steps.Lead("""{"products":["car"]}"""),
            """{"field":"Products__c","from":"products","adds":true}"""
        );

        status.While!.Field.ShouldBe("Status");
        status.While.Values.ShouldBe(["Open"]);
        products.Adds.ShouldBeTrue();
    }

    [Fact]
    public void What_was_done_to_a_value_is_remarked_without_it()
    {
        var outcome = MapOf(
            Steps.Lead($$"""{"title":"{{new string('x', 200)}}"}"""),
            """{"field":"Title","from":"title","transforms":["truncate"]}"""
        );

        outcome
            .ShouldBeOfType<MappingOutcome.Mapped>()
            .Remarks.ShouldBe([new MappingRemark("Lead", "Title", "TRUNCATED", "Cut to 128 of 200 characters.")]);
    }

    [Theory]
    [InlineData("""{"field":"LeadSource","from":"via"}""")]
    [InlineData("""{"field":"Title","from":"via","transforms":[{"values":{"map":{"a":"b"},"fallback":"fail"}}]}""")]
    public void A_value_that_a_list_lacks_is_known_to_the_report_and_told_to_nobody_else(string entry)
    {
        var problem = MapOf(Steps.Lead("""{"via":"Radio"}"""), entry)
            .ShouldBeOfType<MappingOutcome.CannotMap>()
            .Faults.ShouldHaveSingleItem();

        problem.Misfit.ShouldBe("Radio");
        $"{problem.Reason} {problem.Fix}".ShouldNotContain("Radio");
    }

    [Fact]
    public void A_country_told_later_makes_the_number_newer()
    {
        var lead = Steps.Lead("""{"phone":"030 1234567"}""");
        lead.State.Apply(
            new CapturedLead
            {
                EventId = Guid.CreateVersion7(),
                OccurredAt = Captured.AddHours(1),
                Source = "import",
                LeadId = "1",
                Fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
                {
                    ["country"] = JsonSerializer.SerializeToElement("Germany"),
                },
            }
        );

        var field = FieldOf(
            lead,
            """{"field":"Phone","from":"phone","transforms":[{"phone":{"to":"e164","countryFrom":"country"}}]}"""
        );

        (field.Value.GetString(), field.CapturedAt).ShouldBe(("+49301234567", Captured.AddHours(1)));
    }
}
