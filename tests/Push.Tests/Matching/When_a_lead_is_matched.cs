using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Lanes;
using LeadSync.Push.Matching;
using LeadSync.Push.Rules;
using LeadSync.Push.Writing;

namespace LeadSync.Push.Tests.Matching;

/// <summary>What the table of decisions has no words for.</summary>
public sealed class When_a_lead_is_matched
{
    private static readonly string Known = Long("00Q5e00000AAAAA");
    private static readonly DateTimeOffset Later = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

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

        var decision = Decisions.Decide(
            lead,
            One(lead, record),
            RuleSet.None,
            _ => AppliedStore.Nothing,
            settled: Later
        );

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
        MatchRules.Find(lead, new FoundRecords(records), RuleSet.None).ShouldBeOfType<Match.One>();

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
