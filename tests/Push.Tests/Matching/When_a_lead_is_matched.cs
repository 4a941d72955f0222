using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Lanes;
using LeadSync.Push.Matching;
using LeadSync.Push.Writing;

namespace LeadSync.Push.Tests.Matching;

public sealed class When_a_lead_is_matched
{
    private static readonly string Known = Long("00Q5e00000AAAAA");
    private static readonly string Other = Long("00Q5e00000BBBBB");
    private static readonly string ContactId = Long("0035e00000CCCCC");
    private static readonly DateTimeOffset Later = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_record_it_was_synced_to_comes_before_any_other()
    {
        var lead = Lead(email: "a@x.example", link: new KnownRecord("Lead", Known));

        One(lead, Record("Lead", Known), Record("Lead", Other, "a@x.example")).Record.Id.ShouldBe(Known);
    }

    [Fact]
    public void An_id_of_15_characters_that_its_source_knows_finds_the_record()
    {
        var lead = Lead(known: new KnownRecord("Lead", Known[..15]));

        One(lead, Record("Lead", RecordId.TryLengthen(Known[..15], out var id) ? id : ""))
            .By.ShouldBe(MatchKind.RecordId);
    }

    [Fact]
    public void An_address_is_the_same_whatever_its_case() =>
        One(Lead(email: "a@x.example"), Record("Lead", Known, "A@X.Example")).By.ShouldBe(MatchKind.Email);

    [Fact]
    public void Of_several_the_oldest_is_taken_and_all_are_told()
    {
        var match = One(
            Lead(email: "a@x.example"),
            Record("Lead", Other, "a@x.example", year: 2025),
            Record("Lead", Known, "a@x.example", year: 2020)
        );

        match.Record.Id.ShouldBe(Known);
        match.Reason.ShouldBe("SEVERAL_MATCHES_OLDEST_TAKEN");
        match.Candidates!.Count.ShouldBe(2);
    }

    [Fact]
    public void Of_a_Lead_and_a_Contact_the_mapped_one_is_taken() =>
        One(
            Lead(email: "a@x.example"),
            Record("Contact", ContactId, "a@x.example", year: 2000),
            Record("Lead", Known, "a@x.example")
        )
            .Record.Object.ShouldBe("Lead");

    [Fact]
    public void A_converted_Lead_is_followed_to_its_Contact()
    {
        var converted = Record("Lead", Known, "a@x.example") with { Converted = true, ConvertedContactId = ContactId };

        One(Lead(email: "a@x.example"), converted, Record("Contact", ContactId)).Record.Id.ShouldBe(ContactId);
        MatchRules.Find(Lead(email: "a@x.example"), new FoundRecords([converted])).ShouldBeOfType<Match.Converted>();
    }

    [Fact]
    public void Nobody_with_the_address_is_nobody() =>
        MatchRules.Find(Lead(email: "a@x.example"), new FoundRecords([])).ShouldBeOfType<Match.None>();

    [Fact]
    public void Without_any_key_it_cannot_be_known() =>
        MatchRules.Find(Lead(), new FoundRecords([])).ShouldBeOfType<Match.NoKey>();

    [Fact]
    public void A_record_that_a_rep_deleted_is_not_made_again()
    {
        var lead = Lead(email: "a@x.example", link: new KnownRecord("Lead", Known));

        var match = MatchRules.Find(lead, new FoundRecords([]));

        match.ShouldBeOfType<Match.Gone>();
        Decisions
            .Decide(lead, match, _ => AppliedStore.Nothing, Later)
            .ShouldBeOfType<Decision.Park>()
            .Kind.Code.ShouldBe("RECORD_DELETED");
    }

    [Fact]
    public void Nobody_is_created_whose_address_the_mapping_does_not_write()
    {
        var lead = Lead(email: "a@x.example");
        var section = lead.Wanted.Sections[0];
        section = section with { Fields = [.. section.Fields.Where(field => field.Field != "Email")] };
        lead = lead with { Wanted = lead.Wanted with { Sections = [section] } };

        var decision = Decisions.Decide(lead, new Match.None(), _ => AppliedStore.Nothing, Later);

        decision.ShouldBeOfType<Decision.Park>().Kind.Code.ShouldBe("NO_MATCH_KEY");
    }

    [Fact]
    public void A_Contact_without_a_mapping_is_left_alone()
    {
        var lead = Lead(email: "a@x.example");

        var decision = Decisions.Decide(
            lead,
            One(lead, Record("Contact", ContactId, "a@x.example")),
            _ => AppliedStore.Nothing,
            Later
        );

        decision.ShouldBeOfType<Decision.Skip>().Reason.ShouldBe("EXISTS_AS_CONTACT");
    }

    [Theory]
    [InlineData(WriteRule.OnlyWhenEmpty, 0, true, true)]
    [InlineData(WriteRule.OnlyWhenEmpty, 1, true, false)]
    [InlineData(WriteRule.UntilEdited, 0, true, true)]
    [InlineData(WriteRule.UntilEdited, 1, true, false)]
    [InlineData(WriteRule.Overwrite, 0, false, false)]
    [InlineData(WriteRule.Overwrite, 1, false, false)]
    public void What_depends_on_what_the_record_held_is_guarded_and_waits_while_the_record_is_too_fresh(
        WriteRule rule,
        int secondsOld,
        bool guarded,
        bool tooFresh
    )
    {
        var lead = Lead(email: "a@x.example");
        var section = lead.Wanted.Sections[0] with
        {
            Fields = [new MappedField("Phone", JsonSerializer.SerializeToElement("1"), Later, rule)],
        };
        lead = lead with { Wanted = lead.Wanted with { Sections = [section] } };
        var record = Record("Lead", Known, "a@x.example") with { Stamp = Later.AddSeconds(-secondsOld) };

        var decision = Decisions.Decide(lead, One(lead, record), _ => AppliedStore.Nothing, settled: Later);

        if (tooFresh)
            decision.ShouldBeOfType<Decision.TooFresh>();
        else
            decision.ShouldBeOfType<Decision.Write>().Plan.UnmodifiedSince.ShouldBe(guarded ? record.Stamp : null);
    }

    [Fact]
    public void One_lead_of_each_person_is_taken_also_where_two_are_one_only_through_a_third()
    {
        var first = Lead(email: "a@x.example", leadId: "1");
        var both = Lead(email: "a@x.example", leadId: "2", known: new KnownRecord("Lead", Known));
        var last = Lead(leadId: "3", known: new KnownRecord("Lead", Known));

        var (picked, keys) = PersonKeys.OnePerPerson([first, both, last]);

        picked.ShouldBe([first]);
        // And nobody else takes the other two meanwhile.
        keys.SetEquals([.. first.Keys, .. both.Keys, .. last.Keys]).ShouldBeTrue();
    }

    private static string Long(string id) =>
        RecordId.TryLengthen(id, out var longId) ? longId : throw new ArgumentException(id, nameof(id));

    private static Match.One One(WaitingLead lead, params CrmRecord[] records) =>
        MatchRules.Find(lead, new FoundRecords(records)).ShouldBeOfType<Match.One>();

    private static CrmRecord Record(string objectName, string id, string? email = null, int year = 2024) =>
        new(objectName, id, new Dictionary<string, JsonElement>(StringComparer.Ordinal))
        {
            Email = email,
            CreatedAt = new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero),
            ModifiedAt = new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero),
        };

    private static WaitingLead Lead(
        string? email = null,
        KnownRecord? link = null,
        KnownRecord? known = null,
        string leadId = "1"
    )
    {
        var wanted = PushUnderTest.Lead(
            Guid.Empty,
            leadId,
            email,
            fields: [("LastName", "Person"), ("Company", "Acme")]
        );
        wanted = wanted with { Match = wanted.Match with { Records = known is null ? [] : [known] } };
        return new WaitingLead("acme", wanted, Run: 1, FromVersion: 1, Attempts: 0, PersonKeys.Of(wanted), link);
    }
}
