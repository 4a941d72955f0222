using LeadSync.Crm;

namespace LeadSync.Push.Rules;

/// <summary>Which objects there are rules for: those that people are, in any CRM.</summary>
public sealed class RuleObjects(IEnumerable<ICrm> crms)
{
    public IReadOnlyList<string> Names { get; } =
    [.. crms.SelectMany(crm => crm.PersonObjects).Distinct(StringComparer.Ordinal)];
}
