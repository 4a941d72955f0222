using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Access;
using LeadSync.Push.Matching;
using LeadSync.Push.Writing;

namespace LeadSync.Push.TestBatches;

/// <summary>Holds what stands in the CRM against what a sample wanted. Pure but for the links.</summary>
/// <param name="read">Every record with an id or address of the batch, as it stands now.</param>
internal sealed class Judge(IReadOnlyList<CrmRecord> read, LookAccess access)
{
    /// <param name="overwritten">Fields that a later sample of the batch wrote to the same record.</param>
    /// <param name="own">Ids of the sample's records: two, where it is Lead and Contact and both are written.</param>
    public List<TestFinding> Findings(
        TestLead sample,
        WrittenRecord written,
        TestOwner? owner,
        IReadOnlySet<string> overwritten,
        IReadOnlyList<string> own
    )
    {
        var id = written.Record.RecordId;
        if (read.FirstOrDefault(one => RecordId.Same(one.Id, id)) is not { } record)
        {
            return
            [
                new TestFinding(
                    "record",
                    TestFindingStatus.Fail,
                    $"The {written.Record.Object} is not there any more, or is hidden from the connected user."
                )
                {
                    Records = [access.Open(written.Record)],
                    Fix =
                        "Open it in the CRM: somebody deleted, merged or converted it, or a sharing rule gave it to somebody whose records the connected user does not see.",
                },
            ];
        }
        return
        [
            Owner(record, owner),
            .. Status(record, written),
            .. written
                .Fields.Where(field => field.Written && field.Field is not (RecordFields.Owner or RecordFields.Status))
                .Where(field => !overwritten.Contains(field.Field))
                .Select(field => Value(record, field, "value")),
            Duplicates(record, sample, written, own),
        ];
    }

    private TestFinding Owner(CrmRecord record, TestOwner? owner)
    {
        var held = FoundRecords.Held(record, RecordFields.Owner);
        var found = FieldValue.Text(held);
        if (owner is { By: Owners.ByAssignmentRules })
        {
            var isAssigned = !RecordId.Same(found, access.UserId);
            return new TestFinding(
                "owner",
                isAssigned ? TestFindingStatus.Pass : TestFindingStatus.Fail,
                isAssigned
                    ? "The org's assignment rules gave the record to its owner."
                    : "Assignment rules were asked for, and the record stayed with the user that LeadSync acts as."
            )
            {
                Field = RecordFields.Owner,
                Found = held,
                Fix = isAssigned ? null : FailureCatalogue.OwnerNotAssigned.Fix,
            };
        }
        if (owner?.Id is not { } wanted)
            return new TestFinding("owner", TestFindingStatus.Pass, "The record has an owner.")
            {
                Field = RecordFields.Owner,
                Found = held,
            };
        var isRight = RecordId.Same(found, wanted);
        return new TestFinding(
            "owner",
            isRight ? TestFindingStatus.Pass : TestFindingStatus.Fail,
            (isRight, owner.By) switch
            {
                (true, _) => "The record belongs to whom it should.",
                (false, "unchanged") =>
                    "The record belongs to somebody else than before, and LeadSync assigned nobody.",
                (false, "integrationUser") =>
                    "Somebody gave the new record to another owner than the user that LeadSync acts as.",
                _ => "The record belongs to somebody else than was wanted.",
            }
        )
        {
            Field = RecordFields.Owner,
            Wanted = JsonSerializer.SerializeToElement(wanted),
            Found = held,
            Fix = isRight
                ? null
                : "In Salesforce: Setup > Object Manager > the object > Triggers, and Setup > Flows, for what sets the owner on saving; in LeadSync: who gets new leads is in the push rule, or in a mapping of OwnerId.",
        };
    }

    private static IEnumerable<TestFinding> Status(CrmRecord record, WrittenRecord written)
    {
        if (!record.Fields.TryGetValue(RecordFields.Status, out var held))
            yield break;
        if (
            written.Fields.FirstOrDefault(field => field is { Field: RecordFields.Status, Written: true }) is { } wanted
        )
            yield return Value(record, wanted, "status");
        else if (written.Outcome == WriteOutcome.Created)
            yield return new TestFinding("status", TestFindingStatus.Pass, "The status is the one that the org gives.")
            {
                Field = RecordFields.Status,
                Found = held,
            };
    }

    private static TestFinding Value(CrmRecord record, FieldDecision field, string check)
    {
        var held = FoundRecords.Held(record, field.Field);
        var isRight = FieldValue.Same(field.After, held);
        return new TestFinding(
            check,
            isRight ? TestFindingStatus.Pass : TestFindingStatus.Fail,
            isRight ? $"{field.Field} holds what was written." : $"{field.Field} holds something else than was written."
        )
        {
            Field = field.Field,
            Wanted = field.After,
            Found = held,
            Fix = isRight
                ? null
                : $"Something in the org changes {field.Field} on saving. In Salesforce: Setup > Object Manager > the object > Triggers, and Setup > Flows; the record's own history says who it was.",
        };
    }

    private TestFinding Duplicates(CrmRecord record, TestLead sample, WrittenRecord written, IReadOnlyList<string> own)
    {
        var email = sample.Wanted!.Match.Email;
        var others = email is null
            ? []
            : read.Where(one =>
                    !own.Any(id => RecordId.Same(one.Id, id))
                    && string.Equals(one.Email, email, StringComparison.OrdinalIgnoreCase)
                    // A converted Lead is its Contact.
                    && !(one.ConvertedContactId is { } contact && RecordId.Same(contact, record.Id))
                )
                .OrderBy(one => one.CreatedAt)
                .ToList();
        if (others.Count == 0)
            return new TestFinding("duplicates", TestFindingStatus.Pass, "No other record has this address.");
        var isNewer =
            written.Outcome == WriteOutcome.Created && others.Exists(one => one.CreatedAt >= record.CreatedAt);
        return new TestFinding(
            "duplicates",
            TestFindingStatus.Fail,
            isNewer
                ? "Another record with this address was created at the same time or later."
                : $"{others.Count} other record{(others.Count == 1 ? " has" : "s have")} this address, from before."
        )
        {
            Records = [.. others.Select(one => access.Open(new KnownRecord(one.Object, one.Id)))],
            Fix = isNewer
                ? "Look who created it: another integration, or automation of the org."
                : "Merge them in the CRM; until then the push rule says which of several is taken (severalMatches, existsAsBoth, existsAsContact).",
        };
    }
}
