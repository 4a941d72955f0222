using LeadSync.Contracts;
using LeadSync.Crm;

namespace LeadSync.Connector.Preflight.Checks;

/// <summary>Somebody gets the new leads: an active assignment rule, or a queue.</summary>
public sealed class LeadOwnership : IPreflightCheck
{
    private const string Check = "ownership";
    private const string NewRule =
        "Setup > Feature Settings > Sales > Lead Assignment Rules > New, tick 'Set this as the active lead assignment rule', "
        + "then Rule Entries > New";
    private const string NewQueue = "Setup > Users > Queues > New, Supported Objects: Lead";

    public IEnumerable<PreflightFinding> Run(OrgFacts facts)
    {
        if (facts.CreatesLeads)
            yield return Look(facts, facts.Wanted.Rules);
    }

    private static PreflightFinding Look(OrgFacts facts, PreflightRules rules)
    {
        var rule = facts.AssignmentRules.Value?.Select(row => row.Text("Name")).FirstOrDefault();
        // By its id, where that is given: names change.
        var named = facts
            .LeadQueues.Value?.Where(row => RecordId.Same(row.Text("QueueId"), rules.QueueId))
            .Select(row => row.Text("Queue.Name"))
            .FirstOrDefault();
        var queue = rules.QueueId is null ? rules.Queue : named;
        var queues = facts.LeadQueues.Value?.Select(row => row.Text("Queue.Name")).OfType<string>().ToList();
        return rules.Owner switch
        {
            "assignmentRules" when facts.AssignmentRules.Value is null => Unknown("lead assignment rules"),
            "assignmentRules" when rule is null => Finding.Fail(
                Check,
                "No lead assignment rule is active",
                "New leads are to be given out by assignment rules, but there is none: they stay with the user LeadSync acts as.",
                $"In Salesforce: {NewRule}."
            ),
            "assignmentRules" => Finding.Pass(
                Check,
                $"New leads go by the assignment rule '{rule}'",
                "On create only. A lead that none of its entries fits goes to the default lead owner."
            ),
            "queue" when queues is null => Unknown("queues"),
            "queue" when !queues.Contains(queue ?? "", OrgFacts.Names) => Finding.Fail(
                Check,
                $"There is no queue '{rules.Queue ?? rules.QueueId}' for leads",
                "Salesforce refuses a lead whose owner may not own leads.",
                $"In Salesforce: {NewQueue}. Or name one of these in LeadSync: {string.Join(", ", queues)}."
            ),
            "queue" => Finding.Pass(
                Check,
                $"New leads go to the queue '{queue}'",
                "Its members see them and can take them."
            ),
            "user" => Finding.Pass(Check, "New leads go to one user", "As the rule in LeadSync says."),
            _ => Finding.Warn(
                Check,
                "New leads stay with the user LeadSync acts as",
                rule is not null
                    ? $"The assignment rule '{rule}' is active, but the connection does not ask for it: no sales rep gets the leads by themselves."
                    : "Nobody is told of them, and no sales rep finds them in their own list.",
                rule is not null
                    ? "In LeadSync, let new leads go by assignment rules or to a queue; or let people work from a list view of that user's leads."
                    : $"In Salesforce make an assignment rule ({NewRule}) or a queue ({NewQueue}), and choose it in LeadSync."
            ),
        };
    }

    private static PreflightFinding Unknown(string what) =>
        Finding.Warn(
            Check,
            $"The {what} could not be read",
            "New leads are to be given out by them.",
            "Give the user View Setup and Configuration (Setup > Users > Permission Sets > the set > System Permissions), or see for "
                + $"yourself: {(what == "queues" ? "Setup > Users > Queues" : "Setup > Lead Assignment Rules")}."
        );
}
