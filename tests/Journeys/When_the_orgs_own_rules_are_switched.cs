using System.Net.Http.Json;
using System.Text.Json;
using LeadSync.CrmSimulator.Data;
using LeadSync.Testing;
using LeadSync.WholeSystem;

namespace LeadSync.Journeys;

/// <summary>
/// An admin switches duplicate, assignment and validation rules and field security through their kinds while leads come in:
/// each outcome is explained, nobody is lost, and once all is switched off again everybody is there once.
/// </summary>
public sealed class When_the_orgs_own_rules_are_switched(House house) : IClassFixture<House>
{
    private const string Written = "written";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private OrgSetup Setup
    {
        get => house.Crm.Org.Setup;
        set => house.Crm.Org.Setup = value;
    }

    [Fact]
    public async Task Every_outcome_is_explained_and_in_the_end_everybody_is_there_once()
    {
        var standard = Setup;
        var connections = await house.ReadAsync("/v1/connections");
        var connection = connections.EnumerateArray().Single().GetProperty("id").GetGuid();
        using var ruled = await house.Http.PutAsJsonAsync(
            $"/v1/rules/{connection}/Lead",
            new { owner = new { by = "assignmentRules" } },
            Stop
        );
        ruled.IsSuccessStatusCode.ShouldBeTrue(await ruled.Content.ReadAsStringAsync(Stop));
        foreach (var action in Enum.GetValues<DuplicateAction>())
            await house.Crm.Org.Rep.CreateAsync(
                "Lead",
                new
                {
                    FirstName = "Ada",
                    LastName = $"Okafor-{action}",
                    Company = $"{action} Works",
                    Email = $"somebody.else.{action}@journeys.example",
                }
            );
        (string Lead, OrgSetup Switched, string Becomes, string? Owner)[] kinds =
        [
            ("no-rule", standard, "OWNER_NOT_ASSIGNED", house.Crm.Org.IntegrationUserId),
            ("rep", Assigned(To(standard.Users[1].Username)), Written, house.Crm.Org.RepUserId),
            ("queue", Assigned(To(standard.Queues[0].Name)), Written, house.Crm.Org.QueueId),
            (
                "no-entry",
                Assigned(To(standard.Users[1].Username, "Company = 'Nobody'")),
                "OWNER_NOT_ASSIGNED",
                house.Crm.Org.IntegrationUserId
            ),
            ("Allow", Duplicates(DuplicateAction.Allow), Written, house.Crm.Org.RepUserId),
            ("Alert", Duplicates(DuplicateAction.Alert), "DUPLICATES_DETECTED", null),
            ("Block", Duplicates(DuplicateAction.Block), "DUPLICATES_DETECTED", null),
            ("invalid", Invalid(), "VALIDATION_RULE", null),
            ("read-only", Secured(FieldAccess.Read), "INSUFFICIENT_ACCESS", null),
            ("hidden", Secured(FieldAccess.Hidden), "SCHEMA_CHANGED", null),
        ];

        try
        {
            foreach (var (lead, switched, becomes, owner) in kinds)
            {
                Setup = switched;
                await house.CaptureAsync(Lead(lead));
                await ShouldBecomeAsync(lead, becomes, owner);
            }
        }
        finally
        {
            Setup = standard;
        }

        await Eventually.ShouldPass(
            async () =>
            {
                using var again = await house.Http.PostAsJsonAsync(
                    $"/v1/lanes/{connection}/replay",
                    new { all = true }
                );
                again.IsSuccessStatusCode.ShouldBeTrue(await again.Content.ReadAsStringAsync());
                foreach (var (lead, _, _, _) in kinds)
                    house.Crm.Org.Find("Lead", Email(lead)).Count.ShouldBe(1, lead);
                (await FailuresAsync()).ShouldBeEmpty();
            },
            Patience
        );

        OrgSetup Assigned(AssignmentEntry entry) =>
            standard with
            {
                AssignmentRules = [new AssignmentRule("Inbound", [entry])],
            };

        OrgSetup Duplicates(DuplicateAction action) =>
            Assigned(To(standard.Users[1].Username)) with
            {
                DuplicateRules = [DuplicateRule.StandardLead with { OnCreate = action, OnUpdate = action }],
            };

        OrgSetup Invalid() =>
            standard with
            {
                ValidationRules =
                [
                    new ValidationRule("Chiefs_only", "Lead", "Title != 'Chief'", "Nur Chefs, bitte.", "Title"),
                ],
            };

        OrgSetup Secured(FieldAccess access) =>
            standard with
            {
                PermissionSets =
                [
                    PermissionSet.Administrator,
                    PermissionSet.Administrator with
                    {
                        Name = "Integration",
                        Fields = new Dictionary<string, FieldAccess>(StringComparer.Ordinal)
                        {
                            ["Lead.Title"] = access,
                        },
                    },
                ],
                Users = [standard.Users[0] with { Profile = "Integration" }, .. standard.Users.Skip(1)],
            };
    }

    private static AssignmentEntry To(string whom, string? when = null) => new(whom, when);

    // What the history says of it, with a cause and a way out where it failed; and what the org shows.
    private Task ShouldBecomeAsync(string lead, string becomes, string? owner) =>
        Eventually.ShouldPass(
            async () =>
            {
                var records = house.Crm.Org.Find("Lead", Email(lead));
                var events = await house.TimelineAsync("web", lead);
                var codes = events
                    .Select(one => one.GetProperty("event"))
                    .Where(body => body.TryGetProperty("code", out _))
                    .Select(body => body.GetProperty("code").GetString())
                    .ToList();
                if (owner is not null)
                    records.ShouldHaveSingleItem(lead)["OwnerId"].ShouldBe(owner, lead);
                else
                    records.ShouldBeEmpty(lead);
                if (becomes == Written)
                {
                    codes.ShouldBeEmpty(lead);
                    return;
                }
                codes.ShouldContain(code => code == becomes, lead);
                foreach (
                    var failure in (await FailuresAsync()).Where(one => one.GetProperty("leadId").GetString() == lead)
                )
                {
                    failure.GetProperty("cause").GetString().ShouldNotBeNullOrEmpty();
                    failure.GetProperty("fix").GetString().ShouldNotBeNullOrEmpty();
                }
            },
            Patience
        );

    private async Task<List<JsonElement>> FailuresAsync() =>
        [.. (await house.ReadAsync("/v1/failures")).GetProperty("failures").EnumerateArray()];

    private static object Lead(string name) =>
        new
        {
            source = "web",
            leadId = name,
            fields = new
            {
                firstName = "Ada",
                lastName = $"Okafor-{name}",
                company = $"{name} Works",
                title = "Head of Sales",
                email = Email(name),
            },
        };

    private static string Email(string name) => $"{name}@journeys.example";
}
