using System.Text.Json;
using LeadSync.Contracts;

namespace LeadSync.Audit.Timeline;

/// <summary>Says in one line and plain words what an event means. Names fields, never values.</summary>
public static class Explanation
{
    public static string Of(IEventItem item) =>
        item switch
        {
            CapturedLead lead => Captured(lead),
            WithdrawnLead => "Withdrawn by its source: it is no longer synced, and what the CRM holds stays as it is.",
            MappedLead lead => Mapped(lead),
            MatchedRecord match => Matched(match),
            WrittenRecord write => Written(write),
            ImportedLead lead => Imported(lead),
            FailedSync failure => Failed(failure),
            _ => item.GetType().Name,
        };

    private static string Captured(CapturedLead lead)
    {
        var cleared = lead
            .Fields.Where(field => field.Value.ValueKind == JsonValueKind.Null)
            .Select(field => field.Key);
        var set = lead.Fields.Where(field => field.Value.ValueKind != JsonValueKind.Null).Select(field => field.Key);
        var parts = new List<string>();
        if (List(set) is { Length: > 0 } given)
            parts.Add($"with {given}");
        if (List(cleared) is { Length: > 0 } gone)
            parts.Add($"clearing {gone}");
        if (lead.Turns is { Count: > 0 } turns)
            parts.Add($"with {Count(turns.Count, "turn")} of a conversation");
        if (lead.Records is { Count: > 0 })
            parts.Add("with a CRM record that the source knows it by");
        if (lead.Completed == true)
            parts.Add("as complete");
        return $"Captured from '{lead.Source}' {string.Join(", ", parts)}.";
    }

    private static string Mapped(MappedLead lead)
    {
        if (lead.Withdrawn)
            return lead.Reason switch
            {
                "FILTERED_OUT" =>
                    "Nothing is wanted of the CRM any more: the route's filter does not take the lead now.",
                "ERASED" => "Nothing is wanted of the CRM any more: the person was erased.",
                _ => "Nothing is wanted of the CRM any more: the lead was withdrawn.",
            };
        var sections = lead.Sections.Select(section => $"{Count(section.Fields.Count, "field")} of {section.Object}");
        var missing = lead
            .Sections.Where(section => section.Object == lead.CreateAs)
            .SelectMany(section => section.MissingForCreate)
            .ToList();
        var again = lead.AgainAfter is null ? "" : $" again, since what stopped it ({lead.AgainAfter}) may be mended,";
        return $"Mapped{again} to {List(sections)}; waiting to be matched, and to be created as {lead.CreateAs} if it is not found."
            + (missing.Count == 0 ? "" : $" A create would lack {List(missing)}.")
            + string.Concat((lead.Remarks ?? []).Select(remark => $" {remark.Object}.{remark.Field}: {remark.Text}."));
    }

    private static string Matched(MatchedRecord match)
    {
        if (match.Reason == "DISCARDED")
        {
            var because = match.Note is null ? "" : $" ({match.Note})";
            return $"Discarded{(match.AskedBy is null ? "" : $" by {match.AskedBy}")}{because}: it is not sent unless it is captured anew.";
        }
        var found = match switch
        {
            { Record: { } record, MatchedBy: not MatchKind.None } =>
                $"Found as {record.Object} {record.RecordId} by {Key(match.MatchedBy)}{Beside(match.Beside)}",
            { Candidates.Count: > 0 } => $"Found as {Count(match.Candidates.Count, "record")} of the CRM",
            _ => "Not found in the CRM",
        };
        var decided = match.Decision switch
        {
            SyncDecision.Create => "to be created",
            SyncDecision.Update => "to be updated",
            SyncDecision.Unchanged => "nothing to change",
            SyncDecision.Skip => "left alone by a rule",
            SyncDecision.Wait => "waits",
            _ => "held until something is mended",
        };
        var again = match.AskedBy is null ? "" : $"Taken again for {match.AskedBy}. ";
        return $"{again}{found}: {decided}{(match.Reason is null ? "" : $" ({match.Reason})")}.";
    }

    private static string Written(WrittenRecord write)
    {
        var record = $"{write.Record.Object} {write.Record.RecordId}";
        var sent = write.Fields.Where(field => field.Written).Select(field => field.Field).ToList();
        var told = write.Outcome switch
        {
            WriteOutcome.Created => $"Created {record} with {List(sent)}{Owned(write.Owner)}.",
            WriteOutcome.Updated => $"Updated {List(sent)} of {record}{Beside(write.Beside)}.",
            _ =>
                $"Nothing to change{Beside(write.Beside)}: {record} holds what is wanted, or what differs is not ours to write.",
        };
        return write.Partly
            ? $"{told} The lead is not done: the other one of its two records is still to be written."
            : told;
    }

    private static string Beside(KnownRecord? primary) =>
        primary is null ? "" : $", beside {primary.Object} {primary.RecordId} of the same person";

    private static string Owned(RecordOwner? owner) =>
        owner?.By switch
        {
            null => "",
            OwnerChoice.AssignmentRules => $"; the org's assignment rules gave it to {owner.Id}",
            OwnerChoice.AccountOwner => $"; it belongs to {owner.Id}, as its Account does",
            OwnerChoice.Fallback =>
                $"; it belongs to {owner.Id}, for those whom the rule names before cannot own it now",
            OwnerChoice.IntegrationUser => $"; it stays with {owner.Id}, the user that LeadSync is connected as",
            _ => $"; it belongs to {owner.Id}, as the rule says",
        };

    private static string Imported(ImportedLead lead)
    {
        var record = $"{lead.Record.Object} {lead.Record.RecordId}";
        var found = lead.FoundBy switch
        {
            ImportMatch.Record => ", known to be this lead",
            ImportMatch.Email => ", found to be this lead by email",
            _ => "",
        };
        return lead.Outcome switch
        {
            ImportOutcome.Created => $"Made from {record} of the CRM with {List(lead.Fields.Keys)}.",
            ImportOutcome.Changed => $"Changed from {record} of the CRM{found}: {List(lead.Fields.Keys)}.",
            ImportOutcome.Unlinked => $"{record} is gone from the CRM; the lead stays, and is linked to it no more.",
            _ => $"The CRM has merged or converted the record; the lead is {record} now.",
        };
    }

    private static string Failed(FailedSync failure)
    {
        var fields = failure.Fields.Count == 0 ? "" : $" It is about {List(failure.Fields)}.";
        if (FailureCatalogue.All.GetValueOrDefault(failure.Code) is { IsWarning: true })
            return $"Wants a look ({failure.Code}): {failure.Message}{fields} {failure.Fix}";
        return failure.Transient
            ? $"Held up while {Doing(failure.Stage)} ({failure.Code}): {failure.Message}{fields} It is tried again by itself."
            : $"Failed while {Doing(failure.Stage)} ({failure.Code}): {failure.Message}{fields} {failure.Fix}";
    }

    private static string Doing(SyncStage stage) =>
        stage switch
        {
            SyncStage.Capture => "being taken in",
            SyncStage.Mapping => "mapping",
            SyncStage.Match => "matching",
            _ => "writing",
        };

    private static string Key(MatchKind kind) =>
        kind switch
        {
            MatchKind.RecordId => "record id",
            MatchKind.ExternalId => "external id",
            MatchKind.CompanyAndLastName => "company and last name",
            _ => "email",
        };

    private static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    private static string List(IEnumerable<string> names)
    {
        const int most = 12;
        var all = names.ToList();
        return all.Count <= most
            ? string.Join(", ", all)
            : $"{string.Join(", ", all.Take(most))} and {all.Count - most} more";
    }
}
