using System.Net;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;

namespace LeadSync.Audit.Tests.Timeline;

public sealed class When_a_leads_story_is_read(AuditUnderTest audit) : IClassFixture<AuditUnderTest>
{
    [Fact]
    public async Task Each_event_is_explained_in_order_with_what_it_says()
    {
        var workspace = audit.NewWorkspace();
        var made = Events.Noon.AddSeconds(1);
        await audit.AddAsync(
            workspace,
            Events.Written("a", made, WriteOutcome.Updated),
            Events.Matched("a", made, SyncDecision.Update),
            Events.Mapped("a", made),
            Events.Captured(
                "a",
                Events.Noon,
                ("email", "Jane@Example.com "),
                ("title", "Chief engineer"),
                ("phone", null)
            )
        );

        var events = (await ReadAsync(workspace, "source=forms&leadId=a")).ToList();

        Texts(events)
            .ShouldBe([
                "Captured from 'forms' with email, title, clearing phone.",
                "Mapped to 1 field of Lead; waiting to be matched, and to be created as Lead if it is not found. A create would lack Company.",
                "Found as Lead 00Q000000000001AAA by email: to be updated.",
                "Updated Title of Lead 00Q000000000001AAA.",
            ]);
        var field = events[3].GetProperty("event").GetProperty("fields")[0];
        field.GetProperty("before").GetString().ShouldBe("Engineer");
        field.GetProperty("after").GetString().ShouldBe("Chief engineer");
        field.GetProperty("rule").GetString().ShouldBe("overwrite");
    }

    [Fact]
    public async Task Of_two_records_each_is_told_and_what_is_still_to_come()
    {
        var workspace = audit.NewWorkspace();
        var made = Events.Noon.AddSeconds(1);
        var contact = new KnownRecord("Contact", "003000000000001AAA");
        await audit.AddAsync(
            workspace,
            Events.Matched("a", made, SyncDecision.Update, "EXISTS_AS_BOTH_TAKEN") with
            {
                Beside = contact,
            },
            Events.Written("a", made, WriteOutcome.Updated) with
            {
                Beside = contact,
                Partly = true,
            },
            Events.Written("a", made.AddSeconds(1), WriteOutcome.Unchanged) with
            {
                Beside = contact,
            }
        );

        Texts(await ReadAsync(workspace, "source=forms&leadId=a"))
            .ShouldBe([
                "Found as Lead 00Q000000000001AAA by email, beside Contact 003000000000001AAA of the same person: to be updated (EXISTS_AS_BOTH_TAKEN).",
                "Updated Title of Lead 00Q000000000001AAA, beside Contact 003000000000001AAA of the same person. The lead is not done: the other one of its two records is still to be written.",
                "Nothing to change, beside Contact 003000000000001AAA of the same person: Lead 00Q000000000001AAA holds what is wanted, or what differs is not ours to write.",
            ]);
    }

    [Fact]
    public async Task What_was_done_to_a_value_and_who_had_a_lead_taken_again_is_said()
    {
        var workspace = audit.NewWorkspace();
        var made = Events.Noon.AddSeconds(1);
        var cut = new MappingRemark("Lead", "LastName", "TRUNCATED", "Cut to 80 of 112 characters");
        await audit.AddAsync(
            workspace,
            Events.Mapped("a", made) with
            {
                Remarks = [cut],
            },
            Events.Matched("a", made.AddSeconds(1), SyncDecision.Update) with
            {
                AskedBy = "anna",
            },
            Events.Matched("a", made.AddSeconds(2), SyncDecision.Skip) with
            {
                Reason = "DISCARDED",
                AskedBy = "anna",
                Note = "a test entry",
            },
            Events.Mapped("a", made.AddSeconds(3)) with
            {
                AgainAfter = "REQUIRED_FIELD_MISSING",
            }
        );

        var texts = Texts(await ReadAsync(workspace, "source=forms&leadId=a")).ToList();

        texts[0].ShouldEndWith(" Lead.LastName: Cut to 80 of 112 characters.");
        texts[1].ShouldBe("Taken again for anna. Found as Lead 00Q000000000001AAA by email: to be updated.");
        texts[2]
            .ShouldStartWith(
                "Mapped again, since what stopped it (REQUIRED_FIELD_MISSING) may be mended, to 1 field of Lead;"
            );
        texts[3].ShouldBe("Discarded by anna (a test entry): it is not sent unless it is captured anew.");
    }

    [Fact]
    public async Task A_failure_says_what_to_do()
    {
        var workspace = audit.NewWorkspace();
        await audit.AddAsync(
            workspace,
            Events.Failed("a", Events.Noon, FailureCatalogue.RequiredFieldMissing, Events.Connection)
        );

        Texts(await ReadAsync(workspace, "source=forms&leadId=a"))
            .ShouldHaveSingleItem()
            .ShouldBe(
                "Failed while writing (REQUIRED_FIELD_MISSING): It did not go. It is about Company. "
                    + FailureCatalogue.RequiredFieldMissing.Fix
            );
    }

    [Theory]
    [InlineData(OwnerChoice.AssignmentRules, "; the org's assignment rules gave it to 005000000000001AAA.")]
    [InlineData(OwnerChoice.User, "; it belongs to 005000000000001AAA, as the rule says.")]
    [InlineData(
        OwnerChoice.Fallback,
        "; it belongs to 005000000000001AAA, for those whom the rule names before cannot own it now."
    )]
    [InlineData(
        OwnerChoice.IntegrationUser,
        "; it stays with 005000000000001AAA, the user that LeadSync is connected as."
    )]
    public async Task A_create_says_whose_the_record_is_and_why(OwnerChoice by, string text)
    {
        var workspace = audit.NewWorkspace();
        await audit.AddAsync(
            workspace,
            Events.Written("a", Events.Noon, WriteOutcome.Created) with
            {
                Owner = new RecordOwner("005000000000001AAA", by),
            }
        );

        Texts(await ReadAsync(workspace, "source=forms&leadId=a"))
            .ShouldBe([$"Created Lead 00Q000000000001AAA with Title{text}"]);
    }

    [Fact]
    public async Task A_warning_is_told_as_one_with_what_to_do()
    {
        var workspace = audit.NewWorkspace();
        await audit.AddAsync(
            workspace,
            Events.Failed("a", Events.Noon, FailureCatalogue.OwnerNotAssigned, Events.Connection) with
            {
                Fields = ["OwnerId"],
            }
        );

        Texts(await ReadAsync(workspace, "source=forms&leadId=a"))
            .ShouldBe([
                "Wants a look (OWNER_NOT_ASSIGNED): It did not go. It is about OwnerId. "
                    + FailureCatalogue.OwnerNotAssigned.Fix,
            ]);
    }

    [Fact]
    public async Task A_person_is_found_by_address_however_it_is_written()
    {
        var workspace = audit.NewWorkspace();
        await audit.AddAsync(
            workspace,
            Events.Captured("a", Events.Noon, ("email", "Jane@Example.com ")),
            Events.Captured("b", Events.Noon.AddHours(1), ("email", "jane@example.com")),
            Events.Captured("c", Events.Noon, ("email", "john@example.com")),
            Events.Captured("d", Events.Noon, ("email", new string('x', 5_000) + "@example.com"))
        );

        var events = await ReadAsync(workspace, "email=JANE@example.COM");

        events.Select(told => told.GetProperty("leadId").GetString()).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task What_came_from_the_CRM_is_told_and_leaves_how_the_lead_stands_as_it_was()
    {
        var workspace = audit.NewWorkspace();
        var made = Events.Noon.AddSeconds(1);
        await audit.AddAsync(
            workspace,
            Events.Captured("a", Events.Noon, ("title", "x")),
            Events.Written("a", made, WriteOutcome.Created),
            Events.Imported("a", made.AddMinutes(1), ImportOutcome.Changed),
            Events.Imported("a", made.AddMinutes(2), ImportOutcome.Relinked),
            Events.Imported("a", made.AddMinutes(3), ImportOutcome.Unlinked),
            Events.Imported("b", made.AddMinutes(4), ImportOutcome.Created)
        );

        Texts(await ReadAsync(workspace, "source=forms&leadId=a"))
            .Skip(2)
            .ShouldBe([
                "Changed from Contact 003000000000001AAA of the CRM, known to be this lead: email.",
                "The CRM has merged or converted the record; the lead is Contact 003000000000001AAA now.",
                "Contact 003000000000001AAA is gone from the CRM; the lead stays, and is linked to it no more.",
            ]);
        Texts(await ReadAsync(workspace, "source=forms&leadId=b"))
            .ShouldHaveSingleItem()
            .ShouldBe("Made from Contact 003000000000001AAA of the CRM with email.");
        (await ReadAsync(workspace, "email=jane@example.com")).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData(null, "Nothing is wanted of the CRM any more: the lead was withdrawn.")]
    [InlineData(
        "FILTERED_OUT",
        "Nothing is wanted of the CRM any more: the route's filter does not take the lead now."
    )]
    public async Task It_says_why_nothing_is_wanted_any_more(string? reason, string text)
    {
        var workspace = audit.NewWorkspace();
        await audit.AddAsync(workspace, Events.Mapped("a", Events.Noon, withdrawn: true) with { Reason = reason });

        Texts(await ReadAsync(workspace, "source=forms&leadId=a")).ShouldBe([text]);
    }

    [Fact]
    public async Task It_is_found_by_address_whatever_the_source_calls_that_field()
    {
        var workspace = audit.NewWorkspace();
        await audit.AddAsync(
            workspace,
            Events.Captured("a", Events.Noon, ("work_address", "Jane@Example.com")),
            Events.Mapped("a", Events.Noon) with
            {
                Match = new MatchKeys { Email = "jane@example.com" },
            }
        );

        Texts(await ReadAsync(workspace, "email=JANE@example.com")).Count().ShouldBe(2);
    }

    [Fact]
    public async Task Another_workspace_reads_nothing_of_it()
    {
        var workspace = audit.NewWorkspace();
        await audit.AddAsync(workspace, Events.Captured("a", Events.Noon, ("email", "jane@example.com")));

        (await ReadAsync(audit.NewWorkspace(), "email=jane@example.com")).ShouldBeEmpty();
        (await ReadAsync(audit.NewWorkspace(), "source=forms&leadId=a")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("source=forms")]
    [InlineData("source=forms&leadId=a&email=jane@example.com")]
    public async Task It_must_be_said_whose(string query)
    {
        var response = await audit
            .Client(audit.NewWorkspace(), Role.Viewer)
            .GetAsync($"/v1/timeline?{query}", TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    private async Task<IEnumerable<JsonElement>> ReadAsync(string workspace, string query) =>
        (await audit.GetAsync(workspace, $"/v1/timeline?{query}")).GetProperty("events").EnumerateArray();

    private static IEnumerable<string?> Texts(IEnumerable<JsonElement> events) =>
        events.Select(told => told.GetProperty("text").GetString());
}
