using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Rules;
using LeadSync.Push.Writing;

namespace LeadSync.Push.Matching;

/// <summary>What a lead is looked for with beside its record ids, as the push rules say. Pure.</summary>
public static class LeadKeys
{
    private const string Lead = "Lead";

    /// <summary>The external id that the mapping writes into the rule's field, for each object that has one.</summary>
    public static IEnumerable<(string Object, ExternalKey Key)> ExternalIds(MappedLead wanted, RuleSet rules) =>
        from section in wanted.Sections
        let name = rules.Of(section.Object).ExternalIdField
        where name is not null
        let field = section.Fields.FirstOrDefault(field => field.Field == name)
        where field is not null && !FieldValue.IsEmpty(field.Value)
        select (section.Object, new ExternalKey(name, FieldValue.Text(field.Value).Trim()));

    public static ExternalKey? ExternalId(MappedLead wanted, string objectName, RuleSet rules) =>
        ExternalIds(wanted, rules).FirstOrDefault(one => one.Object == objectName).Key;

    /// <summary>Company and last name as the mapping writes them; null where one of them is missing.</summary>
    public static CompanyAndLastName? Name(MappedLead wanted)
    {
        var company = Text(wanted, Lead, "Company");
        var lastName = Text(wanted, Lead, "LastName") ?? Text(wanted, "Contact", "LastName");
        return company is null || lastName is null ? null : new CompanyAndLastName(company, lastName);
    }

    /// <summary>Whether the rule for what is created leaves anything to look with.</summary>
    public static bool HasAny(MappedLead wanted, RuleSet rules) =>
        ExternalIds(wanted, rules).Any()
        || rules
            .Of(wanted.CreateAs)
            .MatchBy.Any(key => key == RuleKey.Email ? wanted.Match.Email is not null : Name(wanted) is not null);

    /// <summary>What makes leads one person by their external ids, beside their own <c>Keys</c>.</summary>
    public static string[] OfPerson(MappedLead wanted, RuleSet rules) =>
        [.. ExternalIds(wanted, rules).Select(one => $"external:{one.Object}:{one.Key.Value.ToLowerInvariant()}")];

    private static string? Text(MappedLead wanted, string objectName, string fieldName)
    {
        var field = wanted
            .Sections.FirstOrDefault(section => section.Object == objectName)
            ?.Fields.FirstOrDefault(field => field.Field == fieldName);
        return field is null || FieldValue.IsEmpty(field.Value) ? null : FieldValue.Text(field.Value).Trim();
    }
}
