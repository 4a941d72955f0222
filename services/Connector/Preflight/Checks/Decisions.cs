using LeadSync.Contracts;

namespace LeadSync.Connector.Preflight.Checks;

/// <summary>The two decisions that everything else follows from, as the rules have them: what is created, and what is updated.</summary>
public sealed class Decisions : IPreflightCheck
{
    private const string What = "whatIsCreated";
    private const string Mode = "createOrUpdate";

    public IEnumerable<PreflightFinding> Run(OrgFacts facts)
    {
        if (!facts.Writes)
        {
            yield return Finding.Pass(
                Mode,
                "Records are only read",
                "The connection's direction is pull: nothing is ever written to this org."
            );
            yield break;
        }
        var rules = facts.Wanted.Rules;
        yield return rules.Creates.Count > 0
            ? Finding.Pass(
                What,
                $"A new person becomes a {string.Join(" or a ", rules.Creates)}",
                "Decided by 'create as' of the routes to this connection."
            )
            : Finding.Warn(
                What,
                "No enabled route creates anything here",
                "No lead reaches this org until a source is routed to it.",
                "In LeadSync, enable a route from a source to this connection, and choose Lead or Contact."
            );
        yield return (rules.Creates.Count > 0, rules.Updates) switch
        {
            (true, true) => Finding.Pass(
                Mode,
                "Create and update",
                "Whoever is found as a Lead or Contact is updated, by each field's write rule; everybody else is created."
            ),
            (true, false) => Finding.Pass(
                Mode,
                "Create only",
                "Whoever is found is left as they are; everybody else is created."
            ),
            (false, true) => Finding.Pass(Mode, "Update only", "Whoever is found is updated; nobody is created."),
            (false, false) => Finding.Fail(
                Mode,
                "Neither create nor update",
                "Nothing would ever be written.",
                "In LeadSync, let the push rule create, update, or both."
            ),
        };
    }
}
