using System.Text.Json;
using LeadSync.Connector.Budget;
using LeadSync.Connector.Connections;
using LeadSync.Connector.Tokens;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Crm.Salesforce;

namespace LeadSync.Connector.Preflight;

/// <summary>
/// Reads everything that the checks look at, in two API calls: as many describes and five queries each. What one read is
/// refused is a fact of its own and spoils no other.
/// </summary>
public sealed class ReadOrgFacts(SalesforceReads reads, OrgUsage usage, ReadBudget budgets)
{
    /// <summary>What a preflight costs; half as much again when the session has ended.</summary>
    public const int Calls = 2;

    // A session may end between the two, and each is repeated once.
    private const int MostCalls = 2 * Calls;
    private static readonly string[] People = ["Lead", "Contact"];

    /// <exception cref="CrmException">The org refuses every call, cannot be asked, or has no call left.</exception>
    public async Task<OrgFacts> ReadAsync(
        Connection connection,
        Access access,
        PreflightRequest wanted,
        CancellationToken cancellationToken
    )
    {
        // People are found as either, whichever is created; accounts tell of person accounts.
        var objects = wanted
            .Objects.Select(mapped => mapped.Object)
            .Concat([.. People, "Account"])
            .Distinct(OrgFacts.Names)
            .ToList();
        var (first, second) = await usage.UseAsync(
            access,
            MostCalls,
            async session =>
            {
                var first = await reads.ReadAsync(session, First(access.UserId, objects), cancellationToken);
                var sets = first[2].Rows.Select(row => row.Text("PermissionSetId")).OfType<string>().ToList();
                return (first, await reads.ReadAsync(session, Second(sets), cancellationToken));
            },
            cancellationToken
        );
        return new OrgFacts
        {
            Wanted = wanted,
            Writes = connection.Direction is "push" or "both",
            UserId = access.UserId,
            Organization = Rows(first[0]),
            User = Rows(first[1]),
            PermissionSets = Rows(first[2]),
            LeadStatuses = Rows(first[3]),
            AssignmentRules = Rows(first[4]),
            Objects = objects
                .Zip(first.Skip(SalesforceReads.MostQueries))
                .ToDictionary(read => read.First, read => Described(read.Second), OrgFacts.Names),
            DefaultAccess = Rows(second[0]),
            ObjectPermissions = Rows(second[1]),
            LeadQueues = Rows(second[2]),
            DuplicateRules = Rows(second[3]),
            MatchingRules = Rows(second[4]),
            Budget = await budgets.ShowAsync(connection, cancellationToken) is [var budget, ..] ? budget : null,
        };
    }

    private static List<SalesforceRead> First(string userId, IEnumerable<string> objects) =>
        [
            SalesforceRead.Query("Organization", ["Name", "OrganizationType", "IsSandbox"]),
            SalesforceRead.Query("User", ["Username", "Name", "Profile.Name"], new SalesforceFilter("Id", [userId])),
            SalesforceRead.Query(
                "PermissionSetAssignment",
                [
                    "PermissionSetId",
                    "PermissionSet.Label",
                    "PermissionSet.PermissionsViewAllData",
                    "PermissionSet.PermissionsModifyAllData",
                ],
                new SalesforceFilter("AssigneeId", [userId])
            ),
            SalesforceRead.Query("LeadStatus", ["ApiName", "MasterLabel", "IsConverted"]),
            SalesforceRead.Query(
                "AssignmentRule",
                ["Id", "Name"],
                new SalesforceFilter("SobjectType", ["Lead"]),
                new SalesforceFilter("Active")
            ),
            .. objects.Select(SalesforceRead.Describe),
        ];

    private static List<SalesforceRead> Second(IReadOnlyCollection<string> permissionSets) =>
        [
            SalesforceRead.Query("Organization", ["DefaultLeadAccess", "DefaultContactAccess", "DefaultAccountAccess"]),
            SalesforceRead.Query(
                "ObjectPermissions",
                ["SobjectType", "PermissionsViewAllRecords", "PermissionsModifyAllRecords"],
                // An empty list cannot be asked for, and nobody has this id.
                new SalesforceFilter("ParentId", permissionSets.Count > 0 ? permissionSets : ["0PS000000000000AAA"]),
                new SalesforceFilter("SobjectType", People)
            ),
            SalesforceRead.Query(
                "QueueSobject",
                ["QueueId", "Queue.Name"],
                new SalesforceFilter("SobjectType", ["Lead"])
            ),
            SalesforceRead.Query(
                "DuplicateRule",
                ["MasterLabel", "SobjectType"],
                new SalesforceFilter("IsActive"),
                new SalesforceFilter("SobjectType", People)
            ),
            SalesforceRead.Query(
                "MatchingRule",
                ["MasterLabel", "SobjectType", "RuleStatus"],
                new SalesforceFilter("SobjectType", People)
            ),
        ];

    private static Fact<IReadOnlyList<JsonElement>> Rows(SalesforceReadAnswer answer) =>
        new(answer.Failure is null ? answer.Rows : null, answer.Failure);

    private static Fact<DescribedOrgObject> Described(SalesforceReadAnswer answer) =>
        answer.Schema is { } schema
            ? new(new DescribedOrgObject(schema, [.. RecordTypes(answer.Body)]), null)
            : new(null, answer.Failure);

    private static IEnumerable<string> RecordTypes(JsonElement described) =>
        described.TryGetProperty("recordTypeInfos", out var types) && types.ValueKind == JsonValueKind.Array
            ? types
                .EnumerateArray()
                .Where(type => type.Flag("active") && type.Flag("available") && !type.Flag("master"))
                .Select(type => type.Text("name"))
                .OfType<string>()
            : [];
}
