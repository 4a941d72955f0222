namespace LeadSync.Crm.Salesforce;

/// <summary>How a write says whether assignment rules choose the owner.</summary>
/// <remarks>
/// Salesforce runs them on REST creates <em>and updates</em> unless told not to, so a sync would take leads from their owners.
/// Therefore every write says it, the call and each of its sub-requests alike, since it is not documented which one collections
/// obey.
/// </remarks>
internal static class SalesforceAssignment
{
    public const string Header = "Sforce-Auto-Assign";

    /// <summary>The header's value: <c>FALSE</c>, <c>TRUE</c> for the active rule, or the id of a rule.</summary>
    public static string Write(Assignment? assigns) =>
        assigns is null ? "FALSE"
        : assigns.RuleId is null ? "TRUE"
        : RecordId.TryLengthen(assigns.RuleId, out var id) ? id
        : throw new ArgumentException("No id of an assignment rule.", nameof(assigns));

    /// <summary>
    /// What the call says around its parts. Where they differ it keeps the rules still: should an org obey the call alone, then
    /// a new record is without its owner, which is noticed, and nobody's record changes hands, which would not be.
    /// </summary>
    public static Assignment? OfAll(IReadOnlyCollection<Assignment?> parts) =>
        parts.Distinct().Count() == 1 ? parts.First() : null;
}
