using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Lanes;
using LeadSync.Push.Rules;
using LeadSync.Push.TestBatches;
using LeadSync.Push.Writing;

namespace LeadSync.Push.Matching;

/// <summary>From (wanted, found, applied, rules) to a decision with its reasons. Pure.</summary>
public static class Decisions
{
    /// <summary>Skipped: the rule only updates, and nobody was found.</summary>
    public const string UpdateOnly = "UPDATE_ONLY";

    /// <summary>Skipped: the rule only creates, and somebody was found.</summary>
    public const string CreateOnly = "CREATE_ONLY";

    private const string Lead = "Lead";
    private const string Contact = "Contact";

    /// <param name="appliedTo">What was last applied to a record, by its id.</param>
    /// <param name="settled">Stamps before this are certainly older than the reading, in the CRM's whole seconds.</param>
    /// <param name="owners">Whom a new record may be given to; null where nobody had to be looked at.</param>
    public static Decision Decide(
        WaitingLead lead,
        Match match,
        RuleSet rules,
        Func<string, IReadOnlyDictionary<string, AppliedField>> appliedTo,
        DateTimeOffset settled,
        OwnersNow? owners = null
    )
    {
        var creating = new Creation(lead, rules, settled, owners);
        return match switch
        {
            Match.One { Other: { } other } one => Both(
                Update(lead, one.Record, one, rules, appliedTo(one.Record.Id), settled),
                Update(lead, other.Record, other, rules, appliedTo(other.Record.Id), settled)
            ),
            Match.One { Record: var record, By: var by } => Exists(creating, record.Object, by, match)
                ?? Update(lead, record, By(match, rules, record.Object), rules, appliedTo(record.Id), settled),
            Match.Elsewhere { Record: var record, By: var by } => Exists(creating, record.Object, by, match)
                ?? new Decision.LookAgain(record),
            Match.Several { Candidates: var candidates } => Park(
                FailureCatalogue.AmbiguousMatch,
                $"{candidates.Count} records could be this person: {string.Join(", ", candidates.Select(one => $"{one.Object} {one.RecordId}"))}.",
                match
            ),
            Match.Gone gone => Anew(creating, gone),
            Match.NoKey => WithoutKey(creating, match),
            _ => creating.Decide(By(match, rules, lead.Wanted.CreateAs), isFindable: false),
        };
    }

    private static Decision Both(Decision primary, Decision other) =>
        primary is Decision.TooFresh || other is Decision.TooFresh
            ? new Decision.TooFresh()
            : new Decision.Both(primary, other);

    // What the rules say of somebody who is there; null: the record is to be updated.
    private static Decision? Exists(Creation creating, string objectName, MatchKind by, Match match)
    {
        var (wanted, rules) = (creating.Lead.Wanted, creating.Rules);
        if (objectName == Contact && wanted.CreateAs == Lead)
        {
            var policy = rules.Of(Lead).ExistsAsContact;
            match = match with { DecidedBy = rules.Deciding(Lead, "existsAsContact", policy) };
            // A lead that was synced before is that record: another one would be a second one for the same lead.
            if (policy == ExistsAsContactPolicy.CreateAnyway && by != MatchKind.RecordId)
                return creating.Decide(match, isFindable: false, allowsDuplicates: true);
            if (policy == ExistsAsContactPolicy.Skip)
                return new Decision.Skip(ExistsAs(objectName), match);
        }
        if (Section(wanted, objectName) is null)
            return new Decision.Skip(ExistsAs(objectName), match);
        return rules.Of(objectName).Mode == RuleMode.CreateOnly
            ? new Decision.Skip(
                CreateOnly,
                match with
                {
                    DecidedBy = rules.Deciding(objectName, "mode", RuleMode.CreateOnly),
                }
            )
            : null;
    }

    private static Decision Anew(Creation creating, Match.Gone gone)
    {
        var wanted = creating.Lead.Wanted;
        var policy = creating.Rules.Of(wanted.CreateAs).DeletedRecord;
        var decided = gone with { DecidedBy = creating.Rules.Deciding(wanted.CreateAs, "deletedRecord", policy) };
        if (gone.Deleted && policy == DeletedRecordPolicy.CreateAnew)
            return gone.HasKey ? creating.Decide(decided, isFindable: false) : WithoutKey(creating, gone);
        var link = creating.Lead.Link!;
        return Park(
            FailureCatalogue.RecordDeleted,
            $"The {link.Object} {link.RecordId} that this lead was synced to "
                + (gone.Deleted ? "was deleted." : "is not there any more, or is hidden from the connected user."),
            decided
        );
    }

    private static Decision WithoutKey(Creation creating, Match match)
    {
        var wanted = creating.Lead.Wanted;
        var policy = creating.Rules.Of(wanted.CreateAs).NoMatchKey;
        var decided = match with { DecidedBy = creating.Rules.Deciding(wanted.CreateAs, "noMatchKey", policy) };
        return policy == NoMatchKeyPolicy.Create
            ? creating.Decide(decided, isFindable: true)
            : Park(
                FailureCatalogue.NoMatchKey,
                "The lead has none of the keys that its push rule finds people by, and no record id that the org knows.",
                decided
            );
    }

    private static Decision Update(
        WaitingLead lead,
        CrmRecord record,
        Match match,
        RuleSet rules,
        IReadOnlyDictionary<string, AppliedField> applied,
        DateTimeOffset settled
    )
    {
        if (record.Converted)
        {
            return Park(
                FailureCatalogue.RecordConverted,
                $"The Lead {record.Id} was converted, and the Contact that it became is hidden from the connected user.",
                match
            );
        }
        var section = Section(lead.Wanted, record.Object)!;
        var heldElsewhere = match is Match.One { ExternalIdAt: not null }
            ? rules.Of(record.Object).ExternalIdField
            : null;
        var fields = FieldRules.ForUpdate(section, record.Fields, applied, heldElsewhere);
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

    // The setting that let it through, where none has decided before.
    private static Match By(Match match, RuleSet rules, string objectName) =>
        match.DecidedBy is null
            ? match with
            {
                DecidedBy = rules.Deciding(objectName, "mode", rules.Of(objectName).Mode),
            }
            : match;

    internal static Decision.Park Park(FailureKind kind, string message, Match match) => new(kind, message, [], match);

    internal static MappedSection? Section(MappedLead wanted, string objectName) =>
        wanted.Sections.FirstOrDefault(section => section.Object == objectName);

    private static string ExistsAs(string objectName) => $"EXISTS_AS_{objectName.ToUpperInvariant()}";
}

/// <summary>Decides the create of one lead's record. Pure.</summary>
/// <param name="Settled">Before it is sent, by the CRM's clock.</param>
internal sealed record Creation(WaitingLead Lead, RuleSet Rules, DateTimeOffset Settled, OwnersNow? Owners)
{
    /// <param name="isFindable">It need not be found again by a key: the rule creates without one.</param>
    /// <param name="allowsDuplicates">A duplicate rule of the org that only warns is passed over.</param>
    public Decision Decide(Match match, bool isFindable, bool allowsDuplicates = false)
    {
        var wanted = Lead.Wanted;
        var rule = Rules.Of(wanted.CreateAs);
        if (rule.Mode == RuleMode.UpdateOnly)
        {
            var mode = Rules.Deciding(wanted.CreateAs, "mode", rule.Mode);
            return new Decision.Skip(Decisions.UpdateOnly, match with { DecidedBy = mode });
        }
        if (Decisions.Section(wanted, wanted.CreateAs) is not { } section)
            return Decisions.Park(FailureCatalogue.NoMapping, $"There is no mapping for {wanted.CreateAs}.", match);
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
        var key = LeadKeys.ExternalId(wanted, wanted.CreateAs, Rules);
        // A record without the key it was looked for with would be made again for the person's next lead.
        if (!isFindable && key is null && !rule.MatchBy.Any(one => Writes(fields, one)))
        {
            return Decisions.Park(
                FailureCatalogue.NoMatchKey,
                $"The mapping of {wanted.CreateAs} writes none of the keys that the lead was looked for with, so the record could never be found again.",
                match
            );
        }
        if (Lead.TestBatch is not null)
            fields = TestMark.On(fields);
        var applied = FieldRules.Applied(section, fields, wanted.Source);
        var plan = new WritePlan(section.Object, RecordId: null, fields, applied)
        {
            Key = key,
            AllowsDuplicates = allowsDuplicates,
            NotBefore = Settled,
        };
        return new Decision.Write(Ownership.Give(plan, rule, Owners), match);
    }

    private bool Writes(List<FieldDecision> fields, RuleKey key) =>
        key == RuleKey.Email
            ? Lead.Wanted.Match.Email is { } email && fields.Any(field => IsAddress(field.After, email))
            : LeadKeys.Name(Lead.Wanted) is not null;

    private static bool IsAddress(JsonElement value, string email) =>
        value.ValueKind == JsonValueKind.String
        && value.GetString()!.AsSpan().Trim().Equals(email, StringComparison.OrdinalIgnoreCase);
}
