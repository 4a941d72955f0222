using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Push.Writing;

namespace LeadSync.Push.Tests.Writing;

/// <summary>The rules of which field may be written, one by one.</summary>
public sealed class When_fields_are_decided
{
    private static readonly DateTimeOffset Monday = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Tuesday = Monday.AddDays(1);

    [Theory]
    // what is wanted (captured Tuesday), what the CRM holds, what was applied and when, the rule → why
    [InlineData("CEO", null, null, WriteRule.Overwrite, "NEW_VALUE")]
    [InlineData("CEO", "CTO", null, WriteRule.Overwrite, "NEW_VALUE")]
    [InlineData("CEO", "CEO", null, WriteRule.Overwrite, "SAME_VALUE")]
    [InlineData("CEO", " CEO ", null, WriteRule.Overwrite, "SAME_VALUE")]
    [InlineData("CEO", "CTO", null, WriteRule.OnlyWhenEmpty, "NOT_EMPTY")]
    [InlineData("CEO", null, null, WriteRule.OnlyWhenEmpty, "NEW_VALUE")]
    [InlineData("CEO", "  ", null, WriteRule.OnlyWhenEmpty, "NEW_VALUE")]
    [InlineData(null, "CTO", null, WriteRule.Overwrite, "NEW_VALUE")]
    [InlineData(null, "CTO", null, WriteRule.OnlyWhenEmpty, "NOT_EMPTY")]
    [InlineData(null, null, null, WriteRule.Overwrite, "SAME_VALUE")]
    [InlineData("CEO", "a rep's", "Tuesday", WriteRule.Overwrite, "NOT_NEWLY_CAPTURED")]
    [InlineData("CEO", null, "Tuesday", WriteRule.OnlyWhenEmpty, "NOT_NEWLY_CAPTURED")]
    [InlineData("CEO", "a rep's", "Monday", WriteRule.Overwrite, "NEW_VALUE")]
    [InlineData("2026-01-31T09:30:00Z", "2026-01-31T09:30:00.000+0000", null, WriteRule.Overwrite, "SAME_VALUE")]
    public void A_field_is_written_only_when_newly_captured_different_and_allowed(
        string? wanted,
        string? held,
        string? applied,
        WriteRule rule,
        string why
    )
    {
        var section = Section(new MappedField("Title", Json(wanted), Tuesday, rule));
        var before = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["Title"] = Json(held) };
        var last = new Dictionary<string, AppliedField>(StringComparer.Ordinal);
        if (applied is not null)
            last["Title"] = new AppliedField(Json("CEO"), applied == "Tuesday" ? Tuesday : Monday, "web");

        var decision = FieldRules.ForUpdate(section, before, last).ShouldHaveSingleItem();

        decision.Reason.ShouldBe(why);
        decision.Written.ShouldBe(why == "NEW_VALUE");
    }

    [Fact]
    public void A_create_sends_what_has_a_value_and_clears_nothing()
    {
        var section = Section(
            new MappedField("Title", Json("CEO"), Monday, WriteRule.OnlyWhenEmpty),
            new MappedField("Phone", Json(null), Monday, WriteRule.Overwrite)
        );

        FieldRules.ForCreate(section).Select(decision => decision.Field).ShouldBe(["Title"]);
    }

    [Fact]
    public void What_the_CRM_already_held_counts_as_applied_so_that_a_later_edit_of_it_stands()
    {
        var section = Section(new MappedField("Title", Json("CEO"), Monday, WriteRule.Overwrite));
        var held = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["Title"] = Json("CEO") };
        var applied = FieldRules.Applied(section, FieldRules.ForUpdate(section, held, AppliedStore.Nothing), "web");

        held["Title"] = Json("a rep's");

        FieldRules.ForUpdate(section, held, applied).ShouldHaveSingleItem().Reason.ShouldBe("NOT_NEWLY_CAPTURED");
    }

    private static MappedSection Section(params MappedField[] fields) => new() { Object = "Lead", Fields = fields };

    private static JsonElement Json(string? text) => JsonSerializer.SerializeToElement(text);
}
