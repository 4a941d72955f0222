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

    [Theory]
    [InlineData(null, null, "ONLY_ON_CREATE")]
    [InlineData("CTO", null, "ONLY_ON_CREATE")]
    [InlineData("CTO", "CTO", "ONLY_ON_CREATE")]
    public void A_field_of_the_first_touch_is_left_alone_once_the_record_is_there(
        string? held,
        string? applied,
        string why
    ) => Judge(new MappedField("Title", Json("CEO"), Tuesday, WriteRule.OnlyOnCreate), held, applied).ShouldBe(why);

    [Theory]
    // what the CRM holds, what we last wrote there → why
    [InlineData(null, null, "NEW_VALUE")]
    [InlineData("a rep's", null, "EDITED")]
    [InlineData("CTO", "CTO", "NEW_VALUE")]
    [InlineData(" CTO ", "CTO", "NEW_VALUE")]
    [InlineData("a rep's", "CTO", "EDITED")]
    [InlineData(null, "CTO", "EDITED")]
    public void A_field_is_ours_until_somebody_edits_or_empties_it(string? held, string? applied, string why) =>
        Judge(new MappedField("Title", Json("CEO"), Tuesday, WriteRule.UntilEdited), held, applied).ShouldBe(why);

    [Theory]
    [InlineData("New", "NEW_VALUE")]
    [InlineData("Nurturing", "NEW_VALUE")]
    [InlineData("new", "CONDITION_NOT_MET")]
    [InlineData("Working", "CONDITION_NOT_MET")]
    [InlineData(null, "CONDITION_NOT_MET")]
    public void A_status_is_moved_on_only_while_it_is_what_the_rule_names(string? held, string why) =>
        Judge(
                new MappedField("Status", Json("Qualified"), Tuesday, WriteRule.OnlyWhile)
                {
                    While = new WriteCondition("Status", ["New", "Nurturing"]),
                },
                held
            )
            .ShouldBe(why);

    [Theory]
    [InlineData("true", "true", "NEW_VALUE")]
    [InlineData("true", "false", "CONDITION_NOT_MET")]
    [InlineData("", null, "NEW_VALUE")]
    [InlineData("", "true", "CONDITION_NOT_MET")]
    public void A_condition_may_ask_for_another_field_or_for_nothing_in_it(string named, string? held, string why)
    {
        var field = new MappedField("Title", Json("CEO"), Tuesday, WriteRule.OnlyWhile)
        {
            While = new WriteCondition("Unassigned__c", [named]),
        };
        var record = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
        {
            ["Title"] = Json("CTO"),
            ["Unassigned__c"] = held is null ? Json(null) : JsonElement.Parse(held),
        };

        FieldRules.ForUpdate(Section(field), record, AppliedStore.Nothing).ShouldHaveSingleItem().Reason.ShouldBe(why);
        FieldRules.Needed(Section(field)).ShouldBe(["Title", "Unassigned__c"]);
    }

    [Theory]
    // wanted, held, consented, last applied → why
    [InlineData(true, false, null, null, "NEW_VALUE")]
    [InlineData(true, false, null, "Monday", "NEW_VALUE")]
    [InlineData(false, true, null, null, "OPTED_OUT")]
    [InlineData(false, true, null, "Monday", "OPTED_OUT")]
    [InlineData(false, true, "Tuesday", "Monday", "NEW_VALUE")]
    [InlineData(false, true, "Monday", "Monday", "OPTED_OUT")]
    [InlineData(false, true, "Tuesday", null, "NEW_VALUE")]
    [InlineData(false, false, null, null, "SAME_VALUE")]
    public void Opting_out_holds_until_the_person_consents_again(
        bool wanted,
        bool held,
        string? consented,
        string? applied,
        string why
    )
    {
        var field = new MappedField(
            "HasOptedOutOfEmail",
            JsonSerializer.SerializeToElement(wanted),
            Tuesday,
            WriteRule.OptOut
        )
        {
            ConsentedAt = Day(consented),
        };
        var last = new Dictionary<string, AppliedField>(StringComparer.Ordinal);
        if (Day(applied) is { } at)
            last[field.Field] = new AppliedField(JsonSerializer.SerializeToElement(held), at, "web");
        var record = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
        {
            [field.Field] = JsonSerializer.SerializeToElement(held),
        };

        FieldRules.ForUpdate(Section(field), record, last).ShouldHaveSingleItem().Reason.ShouldBe(why);
    }

    [Theory]
    // precedence and day of what is wanted; precedence and day of what was applied → why
    [InlineData(2, "Monday", 1, "Tuesday", "NEW_VALUE")]
    [InlineData(1, "Tuesday", 2, "Monday", "LOWER_PRECEDENCE")]
    [InlineData(1, "Tuesday", 1, "Monday", "NEW_VALUE")]
    [InlineData(1, "Monday", 1, "Tuesday", "NOT_NEWLY_CAPTURED")]
    public void A_source_of_higher_precedence_holds_whatever_was_captured_later(
        int precedence,
        string captured,
        int appliedPrecedence,
        string applied,
        string why
    )
    {
        var field = new MappedField("Title", Json("CEO"), Day(captured)!.Value, WriteRule.Overwrite)
        {
            Precedence = precedence,
        };
        var last = new Dictionary<string, AppliedField>(StringComparer.Ordinal)
        {
            ["Title"] = new AppliedField(Json("CTO"), Day(applied)!.Value, "web", appliedPrecedence),
        };
        var held = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["Title"] = Json("CTO") };

        FieldRules.ForUpdate(Section(field), held, last).ShouldHaveSingleItem().Reason.ShouldBe(why);
    }

    [Theory]
    // what the CRM holds; the hour at which what is wanted was captured; what was applied last, and its hour; what a call wrote
    // after it had been given up, and its hour → why
    [InlineData("late", 9, "newer", 10, "late", 8, "NEW_VALUE")]
    [InlineData("late", 9, "newer", 10, "late", 9, "NOT_NEWLY_CAPTURED")]
    [InlineData("late", 9, "older", 7, "late", 10, "NOT_NEWLY_CAPTURED")]
    [InlineData("late", 9, "mapped anew", 9, "late", 9, "NEW_VALUE")]
    [InlineData("a rep's", 9, "newer", 9, "late", 8, "NOT_NEWLY_CAPTURED")]
    public void A_value_that_was_written_late_counts_as_what_it_is(
        string held,
        int wantedAt,
        string applied,
        int appliedAt,
        string late,
        int lateAt,
        string why
    )
    {
        var record = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["Title"] = Json(held) };
        var last = new Dictionary<string, AppliedField>(StringComparer.Ordinal)
        {
            ["Title"] = new(Json(applied), At(appliedAt), "web") { Late = new(Json(late), At(lateAt), "web") },
        };
        var field = new MappedField("Title", Json("wanted"), At(wantedAt), WriteRule.Overwrite);

        FieldRules.ForUpdate(Section(field), record, last).ShouldHaveSingleItem().Reason.ShouldBe(why);

        static DateTimeOffset At(int hour) => new(2026, 3, 3, hour, 0, 0, TimeSpan.Zero);
    }

    [Theory]
    [InlineData("Sash", "Sash;Bay", "Sash;Bay", "SAME_VALUE")]
    [InlineData("Sash;Bay", "Sash", "Sash;Bay", "NEW_VALUE")]
    [InlineData("Oriel;Bay", "Sash;Bay", "Sash;Bay;Oriel", "NEW_VALUE")]
    [InlineData("Bay", null, "Bay", "NEW_VALUE")]
    [InlineData(null, "Sash", "Sash", "SAME_VALUE")]
    public void Values_are_added_to_those_of_a_multi_select(string? wanted, string? held, string after, string why)
    {
        var field = new MappedField("Interests__c", Json(wanted), Tuesday, WriteRule.Overwrite) { Adds = true };
        var record = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["Interests__c"] = Json(held) };

        var decision = FieldRules.ForUpdate(Section(field), record, AppliedStore.Nothing).ShouldHaveSingleItem();

        decision.Reason.ShouldBe(why);
        decision.After.GetString().ShouldBe(after);
    }

    [Fact]
    public void What_counts_as_applied_is_what_the_record_then_holds_and_what_its_source_counted_for()
    {
        var section = Section(
            new MappedField("Interests__c", Json("Bay"), Tuesday, WriteRule.Overwrite) { Adds = true, Precedence = 3 }
        );
        var held = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["Interests__c"] = Json("Sash") };

        var applied = FieldRules.Applied(section, FieldRules.ForUpdate(section, held, AppliedStore.Nothing), "web");

        applied["Interests__c"].Value.GetString().ShouldBe("Sash;Bay");
        applied["Interests__c"].Precedence.ShouldBe(3);
    }

    [Fact]
    public void A_create_takes_every_value_whatever_its_rule()
    {
        var section = Section([
            .. Enum.GetValues<WriteRule>()
                .Select(rule => new MappedField(rule.ToString(), Json("x"), Monday, rule)
                {
                    While = rule == WriteRule.OnlyWhile ? new WriteCondition("Status", ["New"]) : null,
                }),
        ]);

        FieldRules.ForCreate(section).ShouldAllBe(decision => decision.Written);
        FieldRules.ForCreate(section).Count.ShouldBe(6);
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

    private static string Judge(MappedField field, string? held, string? appliedOnMonday = null)
    {
        var record = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { [field.Field] = Json(held) };
        var last = new Dictionary<string, AppliedField>(StringComparer.Ordinal);
        if (appliedOnMonday is not null)
            last[field.Field] = new AppliedField(Json(appliedOnMonday), Monday, "web");
        return FieldRules.ForUpdate(Section(field), record, last).ShouldHaveSingleItem().Reason;
    }

    private static DateTimeOffset? Day(string? name) =>
        name switch
        {
            "Monday" => Monday,
            "Tuesday" => Tuesday,
            _ => null,
        };

    private static MappedSection Section(params MappedField[] fields) => new() { Object = "Lead", Fields = fields };

    private static JsonElement Json(string? text) => JsonSerializer.SerializeToElement(text);
}
