using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Crm.Salesforce;
using LeadSync.Hosting.Web;

namespace LeadSync.Push.Rules;

/// <summary>
/// The setting <c>recordType</c>: named by its id or its name for programs, and kept as its id, so that writing needs no look at
/// the org and a renamed record type stays the same.
/// </summary>
internal static class RecordTypes
{
    public const string Name = "recordType";
    private const string Prefix = "012";

    /// <summary>The long form of an id, or the name as it is; null for what can be neither.</summary>
    public static string? Read(string text) => OwnerJson.IdOf(text, Prefix) ?? (SoqlText.IsName(text) ? text : null);

    /// <summary>The rule with the record type's id, as far as the CRM tells of it.</summary>
    public static PushRule Resolve(PushRule rule, CrmSchema schema) =>
        rule.RecordType is { } wanted && Find(wanted, schema) is { } found
            ? rule with
            {
                RecordType = OwnerJson.IdOf(found.Id, Prefix) ?? found.Id,
            }
            : rule;

    /// <summary>What the CRM says against it.</summary>
    public static IEnumerable<FieldFault> Against(PushRule rule, CrmSchema schema)
    {
        if (rule.RecordType is not { } wanted || Find(wanted, schema) is not null)
            yield break;
        if (schema.RecordTypes is not { } all)
        {
            if (OwnerJson.IdOf(wanted, Prefix) is null)
                yield return new(
                    Name,
                    "cannot be looked up by its name: the CRM's record types are not known",
                    "Write its id (012…), or have the fields read anew."
                );
            yield break;
        }
        yield return new(
            Name,
            $"is no record type of {schema.Object} that the connected user may use",
            all.Count == 0
                ? $"Leave it out: {schema.Object} has none for the user; or assign one in the CRM."
                : $"Write one of: {string.Join(", ", all.Select(one => one.Name))}."
        );
    }

    private static CrmRecordType? Find(string wanted, CrmSchema schema) =>
        schema.RecordTypes?.FirstOrDefault(one =>
            RecordId.Same(one.Id, wanted) || one.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase)
        );
}
