using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Lanes;
using LeadSync.Push.Writing;

namespace LeadSync.Push.Matching;

/// <summary>What is to be done with one lead, and why.</summary>
public abstract record Decision
{
    private Decision() { }

    /// <summary>A record is written: created when <see cref="WritePlan.RecordId"/> is null.</summary>
    public sealed record Write(WritePlan Plan, Match Match) : Decision;

    /// <summary>The record already is as it should be.</summary>
    public sealed record Unchanged(WritePlan Plan, Match Match) : Decision;

    /// <summary>Deliberately nothing.</summary>
    public sealed record Skip(string Reason, Match Match) : Decision;

    /// <summary>A person must mend something first.</summary>
    public sealed record Park(FailureKind Kind, string Message, IReadOnlyList<string> Fields, Match Match) : Decision;

    /// <summary>
    /// The record was changed so lately that a further change in the same second could not be told from it: look again in a
    /// moment.
    /// </summary>
    public sealed record TooFresh : Decision;

    /// <summary>Look again, now with this record's id.</summary>
    public sealed record LookAgain(KnownRecord Link) : Decision;
}

/// <summary>From (wanted, found, applied) to a decision with its reasons. Pure.</summary>
public static class Decisions
{
    /// <param name="appliedTo">What was last applied to a record, by its id.</param>
    /// <param name="settled">Stamps before this are certainly older than the reading, in the CRM's whole seconds.</param>
    public static Decision Decide(
        WaitingLead lead,
        Match match,
        Func<string, IReadOnlyDictionary<string, AppliedField>> appliedTo,
        DateTimeOffset settled
    )
    {
        var wanted = lead.Wanted;
        return match switch
        {
            Match.Converted { Contact: var contact } => Section(wanted, contact.Object) is null
                ? new Decision.Skip(ExistsAs(contact.Object), match)
                : new Decision.LookAgain(contact),
            Match.NoKey => Park(
                FailureCatalogue.NoMatchKey,
                "The lead has no email address and no record id that the org knows.",
                match
            ),
            Match.Gone => Park(
                FailureCatalogue.RecordDeleted,
                $"The {lead.Link!.Object} {lead.Link.RecordId} that this lead was synced to is no longer there.",
                match
            ),
            Match.One { Record: var record } => Update(lead, record, match, appliedTo(record.Id), settled),
            _ => Create(lead, match),
        };
    }

    private static Decision Create(WaitingLead lead, Match match)
    {
        var wanted = lead.Wanted;
        if (Section(wanted, wanted.CreateAs) is not { } section)
            return Park(FailureCatalogue.NoMapping, $"There is no mapping for {wanted.CreateAs}.", match);
        if (section.MissingForCreate.Count > 0)
        {
            return new Decision.Park(
                FailureCatalogue.RequiredFieldMissing,
                $"No {wanted.CreateAs} is this person yet, and a new one needs {string.Join(", ", section.MissingForCreate)}.",
                section.MissingForCreate,
                match
            );
        }
        var fields = FieldRules.ForCreate(section);
        // A create whose answer is lost is looked for by its address: a record without it would be made twice.
        if (!fields.Any(field => IsAddress(field.After, wanted.Match.Email!)))
        {
            return Park(
                FailureCatalogue.NoMatchKey,
                $"The mapping of {wanted.CreateAs} does not write the lead's email address, so the record could never be found again.",
                match
            );
        }
        return new Decision.Write(
            new WritePlan(section.Object, RecordId: null, fields, FieldRules.Applied(section, fields, wanted.Source)),
            match
        );
    }

    private static Decision Update(
        WaitingLead lead,
        CrmRecord record,
        Match match,
        IReadOnlyDictionary<string, AppliedField> applied,
        DateTimeOffset settled
    )
    {
        if (Section(lead.Wanted, record.Object) is not { } section)
            return new Decision.Skip(ExistsAs(record.Object), match);
        var fields = FieldRules.ForUpdate(section, record.Fields, applied);
        var plan = new WritePlan(
            record.Object,
            record.Id,
            fields,
            FieldRules.Applied(section, fields, lead.Wanted.Source)
        );
        if (!plan.WritesAnything)
            return new Decision.Unchanged(plan, match);
        if (!FieldRules.IsGuarded(section, fields))
            return new Decision.Write(plan, match);
        return record.Stamp < settled
            ? new Decision.Write(plan with { UnmodifiedSince = record.Stamp }, match)
            : new Decision.TooFresh();
    }

    private static bool IsAddress(JsonElement value, string email) =>
        value.ValueKind == JsonValueKind.String
        && value.GetString()!.AsSpan().Trim().Equals(email, StringComparison.OrdinalIgnoreCase);

    private static Decision.Park Park(FailureKind kind, string message, Match match) => new(kind, message, [], match);

    private static MappedSection? Section(MappedLead wanted, string objectName) =>
        wanted.Sections.FirstOrDefault(section => section.Object == objectName);

    private static string ExistsAs(string objectName) => $"EXISTS_AS_{objectName.ToUpperInvariant()}";
}
