namespace LeadSync.Crm.Tests.ErrorCatalogue;

/// <summary>A refusal of the reference's table, what it means to us, and how it is met.</summary>
/// <param name="CrmCode">Salesforce's own code.</param>
/// <param name="Code">The catalogue's code.</param>
/// <param name="Meet">Meets it at an org of its own; see <see cref="Tests.ErrorCatalogue.Meet"/>.</param>
/// <param name="How">Tells it from another row of the same code.</param>
internal sealed record Row(
    string CrmCode,
    string Code,
    FailureClass Class,
    Func<Task<CrmFailure>> Meet,
    string How = ""
)
{
    public string Name => How.Length == 0 ? CrmCode : $"{CrmCode} {How}";
}
