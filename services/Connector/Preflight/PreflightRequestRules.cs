using LeadSync.Contracts;
using LeadSync.Crm.Salesforce;
using LeadSync.Hosting.Web;

namespace LeadSync.Connector.Preflight;

/// <summary>What a request for a preflight may ask, so that one fits into its two API calls.</summary>
internal static class PreflightRequestRules
{
    // Lead, Contact and Account are read besides, whether asked for or not.
    private const int MostObjects = SalesforceReads.Most - SalesforceReads.MostQueries - 3;
    private const int MostFields = 800;

    private static readonly string[] Owners = ["assignmentRules", "queue", "user", "leave"];

    public static IReadOnlyList<FieldFault> Faults(PreflightRequest request)
    {
        var faults = new List<FieldFault>();
        if (request.Objects.Count > MostObjects)
            Add("objects", $"holds more than {MostObjects}", "Ask for the objects that are mapped.");
        for (var index = 0; index < request.Objects.Count; index++)
        {
            var mapped = request.Objects[index];
            if (!SoqlText.IsName(mapped.Object))
                Add($"objects[{index}].object", "is no API name", "Use the object's API name, as Lead.");
            if (mapped.Fields.Count > MostFields)
                Add($"objects[{index}].fields", $"holds more than {MostFields}", "Ask for the fields that are mapped.");
            else if (mapped.Fields.FirstOrDefault(field => !SoqlText.IsName(field.Field)) is { } unnamed)
                Add($"objects[{index}].fields", $"holds '{unnamed.Field}', which is no API name", "Use API names.");
        }
        if (request.Objects.GroupBy(mapped => mapped.Object, OrgFacts.Names).Any(same => same.Skip(1).Any()))
            Add("objects", "holds one object twice", "Give each object once, with all its fields.");
        if (!Owners.Contains(request.Rules.Owner, StringComparer.Ordinal))
            Add("rules.owner", "is none there is", $"Use one of {string.Join(", ", Owners)}.");
        return faults;

        void Add(string field, string reason, string fix) => faults.Add(new FieldFault(field, reason, fix));
    }
}
