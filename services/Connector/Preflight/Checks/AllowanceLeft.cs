using System.Globalization;
using LeadSync.Connector.Budget;
using LeadSync.Contracts;

namespace LeadSync.Connector.Preflight.Checks;

/// <summary>There are API calls left for leads, beside the share of the org's other users.</summary>
public sealed class AllowanceLeft : IPreflightCheck
{
    private const string Check = "allowance";
    private const double Little = 0.2;

    private const string Fix =
        "In Salesforce: Setup > Company Information > API Requests, Last 24 Hours, and Setup > API Usage Last 7 Days (Reports) show who "
        + "uses them. Let others use fewer, buy more from Salesforce, or let LeadSync have a larger share.";

    public IEnumerable<PreflightFinding> Run(OrgFacts facts)
    {
        if (facts.Budget is not { } budget)
        {
            yield return Finding.Warn(
                Check,
                "The org's API usage could not be read yet",
                "Nothing is written before it is known how many calls are left.",
                "Wait a minute, and run the preflight again."
            );
            yield break;
        }
        var left = budget.Left["newLead"];
        var figures = Figures(budget);
        var ours = budget.Allowance - budget.LeftToOthers;
        yield return left == 0 ? Finding.Fail(Check, figures, "Leads wait until calls become free; none is lost.", Fix)
        : left < ours * Little || budget.Forecast?.RunsOutAt is not null
            ? Finding.Warn(
                Check,
                figures,
                budget.Forecast?.RunsOutAt is { } at
                    ? $"At this rate they run out at {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC; then leads wait, and none is lost."
                    : "When they run out leads wait, and none is lost.",
                Fix
            )
        : Finding.Pass(
            Check,
            figures,
            "A call carries up to 800 leads; a busy connection needs a few hundred calls an hour."
        );
    }

    /// <summary>So little is left that not even the preflight's own calls may be made.</summary>
    /// <param name="budget">Null when nothing has been read of the org's usage yet.</param>
    public static PreflightFinding UsedUp(BudgetShown? budget) =>
        Finding.Fail(
            Check,
            budget is null ? "No API calls are left to LeadSync" : Figures(budget),
            "The org was not asked, so nothing else could be checked: what may be left is kept for leads. Leads wait until calls become free; none is lost.",
            Fix + " Then run the preflight again."
        );

    private static string Figures(BudgetShown budget) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{budget.Left["newLead"]:N0} of {budget.Allowance:N0} API calls are left to LeadSync ({budget.Used:N0} used in 24 hours by all, {budget.LeftToOthers:N0} kept for others)"
        );
}
