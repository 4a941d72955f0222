using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Lanes;
using LeadSync.Push.Writing;

namespace LeadSync.Push.Tests.Writing;

/// <summary>An update of two fields, whose answer was lost: did it happen?</summary>
public sealed class When_a_lost_update_is_looked_for
{
    private const string Id = "00Q5e000001N20QEAS";
    private static readonly DateTimeOffset Monday = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    // what the CRM holds now of Title (CTO, sent CEO) and Phone (1, sent 2)
    [InlineData("CEO", "2", true, "all that was sent stands there")]
    [InlineData("CEO", "a rep's", true, "a rep has changed one of them since")]
    [InlineData("CEO", null, true, "a rep has emptied one of them since")]
    [InlineData("CTO", "1", false, "all is as it was")]
    [InlineData("CTO", "2", false, "an update is whole or not at all: a rep set the number")]
    [InlineData("a rep's", "a rep's", false, "nothing of ours is to be seen")]
    public void It_is_told_from_what_stands_there(string? title, string? phone, bool happened, string why)
    {
        var plan = new WritePlan(
            "Lead",
            Id,
            [Sent("Title", "CTO", "CEO"), Sent("Phone", "1", "2"), Kept("Company", "Acme")],
            AppliedStore.Nothing
        );
        var lead = PushUnderTest.Lead(Guid.CreateVersion7(), "anna", "anna@x.example");
        var waiting = new WaitingLead(PushUnderTest.Workspace, lead, 1, 1, 0, [], Link: null);
        var intent = new Intent(Guid.CreateVersion7(), waiting, plan, [], Monday, Monday, Monday);
        var record = new CrmRecord(
            "Lead",
            Id,
            new Dictionary<string, JsonElement>(StringComparer.Ordinal)
            {
                ["Title"] = Json(title),
                ["Phone"] = Json(phone),
                ["Company"] = Json("Acme"),
            }
        )
        {
            CreatedAt = Monday,
            ModifiedAt = Monday,
        };

        var seen = Probe.Look([intent], [], [record], new HashSet<string>(StringComparer.Ordinal), self: null);

        (seen[intent.IntentId] is Sighting.Ours).ShouldBe(happened, why);
    }

    private static FieldDecision Sent(string field, string before, string after) =>
        new(field, Json(before), Json(after), WriteRule.Overwrite, Written: true, "NEW_VALUE");

    private static FieldDecision Kept(string field, string value) =>
        new(field, Json(value), Json(value), WriteRule.Overwrite, Written: false, "SAME_VALUE");

    private static JsonElement Json(string? value) => JsonSerializer.SerializeToElement(value);
}
