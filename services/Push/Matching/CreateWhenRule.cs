using LeadSync.Contracts;
using LeadSync.Push.Lanes;
using LeadSync.Push.Rules;

namespace LeadSync.Push.Matching;

/// <summary>Has a create wait for the fields that its push rule wants first. Pure.</summary>
public static class CreateWhenRule
{
    /// <summary>The lead waits: a field that the push rule wants before a create has no value yet.</summary>
    public const string WaitsForFields = "WAITS_FOR_FIELDS";

    /// <summary>What a decision becomes; anything but a create, or the lack of a field for one, stays as it is.</summary>
    public static Decision Apply(Decision decision, WaitingLead lead, RuleSet rules, DateTimeOffset now)
    {
        var objectName = lead.Wanted.CreateAs;
        if (
            rules.Of(objectName).CreateWhen is not { } setting
            || MissingFor(decision, setting) is not { Count: > 0 } missing
        )
            return decision;
        var match = MatchOf(decision) with
        {
            DecidedBy = rules.Deciding(objectName, CreateWhenJson.Name, setting.ToString()),
        };
        var until = FirstWanted(lead) + setting.Within;
        if (now < until)
            return new Decision.Wait(WaitsForFields, until, match);
        return setting.Then == CreateWhenPolicy.Park && decision is Decision.Write
            ? new Decision.Park(
                FailureCatalogue.CreateWhenMissing,
                FormattableString.Invariant(
                    $"No {objectName} is this person yet, and after {(int)setting.Within.TotalMinutes} minutes there is still no value for {string.Join(", ", missing)}."
                ),
                missing,
                match
            )
            : decision;
    }

    private static List<string> MissingFor(Decision decision, CreateWhen setting) =>
        decision switch
        {
            Decision.Write { Plan: { RecordId: null } plan } =>
            [
                .. setting.Fields.Where(name => !plan.Fields.Any(field => field.Written && field.Field == name)),
            ],
            // What the org requires may be what is waited for; then nobody need be told of it yet.
            Decision.Park { Kind: var kind, Fields: var fields }
                when kind == FailureCatalogue.RequiredFieldMissing
                    && fields.All(name => setting.Fields.Contains(name, StringComparer.Ordinal)) => [.. fields],
            _ => [],
        };

    private static Match MatchOf(Decision decision) =>
        decision switch
        {
            Decision.Write { Match: var match } => match,
            Decision.Park { Match: var match } => match,
            _ => throw new ArgumentOutOfRangeException(nameof(decision)),
        };

    // A lead's version is when it became wanted, in microseconds since 1970.
    private static DateTimeOffset FirstWanted(WaitingLead lead) =>
        DateTimeOffset.UnixEpoch.AddTicks(lead.FromVersion * TimeSpan.TicksPerMicrosecond);
}
