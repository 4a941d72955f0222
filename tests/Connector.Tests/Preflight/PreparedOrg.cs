using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.Connector.Tests.Preflight;

/// <summary>An org that has all that a push of leads needs, and the rules that it is prepared for.</summary>
internal static class PreparedOrg
{
    private const string Profile = "Minimum Access - API Only Integrations";
    private const string Set = "LeadSync";

    /// <summary>What the permission set of LeadSync's user gives.</summary>
    public static PermissionSet Rights { get; } =
        new()
        {
            Name = Set,
            OtherFields = FieldAccess.Edit,
            Objects = new Dictionary<string, ObjectAccess>(StringComparer.Ordinal)
            {
                ["Lead"] = new(Create: true, Edit: true, ViewAll: true, ModifyAll: true),
                ["Contact"] = new(Create: true, Edit: true, ViewAll: true, ModifyAll: true),
                ["Account"] = new(),
            },
        };

    public static Org Prepare(Org org)
    {
        org.AddField(
            "Lead",
            new CustomField("LeadSync_Id__c", FieldType.String, "LeadSync Id", ExternalId: true, Unique: true)
        );
        org.Setup = org.Setup with
        {
            PermissionSets =
            [
                .. org.Setup.PermissionSets,
                new PermissionSet
                {
                    Name = Profile,
                    IsProfile = true,
                    ApiEnabled = true,
                    ViewSetup = true,
                    OtherFields = FieldAccess.Hidden,
                },
                Rights,
            ],
            Users = [org.Setup.Users[0] with { Profile = Profile, PermissionSets = [Set] }, .. org.Setup.Users.Skip(1)],
            AssignmentRules = [new AssignmentRule("New leads by region", [new AssignmentEntry("Inbound_leads")])],
            DuplicateRules = [DuplicateRule.StandardLead],
        };
        return org;
    }

    /// <summary>Gives LeadSync's user other rights.</summary>
    public static void Give(this Org org, PermissionSet rights) =>
        org.Setup = org.Setup with
        {
            PermissionSets = [.. org.Setup.PermissionSets.Select(set => set.Name == Set ? rights : set)],
        };

    public static PreflightRequest Request { get; } =
        new([
            new PreflightObject(
                "Lead",
                [
                    new("FirstName"),
                    new("LastName"),
                    new("Email"),
                    new("Company"),
                    new("Title"),
                    new("LeadSync_Id__c"),
                    new("Status") { Values = ["Open - Not Contacted"], AnyValue = false },
                ]
            ),
            new PreflightObject("Contact", [new("FirstName"), new("LastName"), new("Email"), new("Title")]),
        ])
        {
            Rules = new PreflightRules { Creates = ["Lead"], Owner = "assignmentRules" },
        };

    /// <summary>A connection to such an org.</summary>
    public static async Task<(Org Org, Guid Id)> ConnectPreparedAsync(
        this ConnectorUnderTest connector,
        string direction = "push",
        Action<Org>? before = null
    )
    {
        var org = Prepare(connector.NewOrg());
        before?.Invoke(org);
        var response = await connector.Integrator.PostAsJsonAsync(
            "/v1/connections",
            new
            {
                name = org.Name,
                system = "salesforce",
                instanceUrl = connector.Salesforce.Address,
                clientId = org.ClientId,
                clientSecret = org.ClientSecret,
                direction,
            }
        );
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return (org, (await ConnectorUnderTest.JsonAsync(response)).GetProperty("id").GetGuid());
    }

    public static async Task<PreflightReport> PreflightAsync(
        this ConnectorUnderTest connector,
        Guid id,
        PreflightRequest request
    )
    {
        var response = await connector.Integrator.PostAsJsonAsync($"/v1/connections/{id}/preflight", request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<PreflightReport>(JsonSerializerOptions.Web))!;
    }
}
