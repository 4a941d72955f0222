using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Hosting;
using LeadSync.Push.Access;
using LeadSync.Push.Holds;
using LeadSync.Push.Lanes;

namespace LeadSync.Push.TestBatches;

/// <summary>
/// Reads back what the samples of a batch became, with all that have their addresses, in one call, and judges it. Changes
/// nothing.
/// </summary>
public sealed class VerifyLeads(TestBatchStore batches, ReadLanes lanes, TimeProvider clock)
{
    public async Task<TestReport> RunAsync(
        LookAccess access,
        string workspace,
        KeptTestBatch kept,
        CancellationToken cancellationToken
    )
    {
        var asked = kept.Asked;
        var progress = await batches.ReadAsync(asked.BatchId, cancellationToken);
        var told = asked.Leads.Select(sample => (sample, Telling.Of(progress.Outcomes[sample.Number]))).ToList();
        var (read, unread) = await ReadAsync(access, told, cancellationToken);
        var askAgain = $"/v1/connections/{asked.ConnectionId}/test-batch/{asked.BatchId}";
        var lane = await lanes.OneAsync(workspace, asked.ConnectionId, cancellationToken);
        var judge = read is null ? null : new Judge(read, access);
        var leads = told.ConvertAll(one => Verified(one.sample, one.Item2));
        return new TestReport(
            asked.BatchId,
            asked.ConnectionId,
            asked.Mode,
            asked.Source,
            clock.GetUtcNow(),
            access.Used,
            leads
        )
        {
            Verdict = leads.Max(lead => lead.Verdict),
            AskAgain = askAgain,
        };

        TestedLead Verified(TestLead sample, Telling telling)
        {
            var seen = kept.Foreseen.GetValueOrDefault(sample.Number);
            var lead = Telling.Start(sample, telling, seen, access);
            if (sample.Wanted is null)
                return lead with { Verdict = TestVerdict.NotWritten };
            if (!telling.IsFinal)
                return lead with
                {
                    Verdict = TestVerdict.Unfinished,
                    Notes = [.. lead.Notes, .. Unfinished(sample.Number)],
                };
            if (!telling.AllWritten.Any())
                return lead with { Verdict = TestVerdict.NotWritten };
            if (telling.Written is { } written)
            {
                // What was foreseen of another record says nothing about this one's owner.
                var before = telling.Matched?.Record?.RecordId == written.Record.RecordId ? seen?.OwnerBefore : null;
                var given = Owners.Given(written, seen?.Given);
                lead = lead with { Owner = Owners.Expected(lead.Action, written.Fields, before, given, access.UserId) };
            }
            if (judge is null)
                return lead with { Verdict = TestVerdict.Unfinished, Notes = [.. lead.Notes, unread!] };
            lead = lead with
            {
                Findings = Judged(sample, telling, telling.Written, lead.Owner),
                Other = lead.Other is null
                    ? null
                    : lead.Other with
                    {
                        Findings = Judged(sample, telling, telling.OtherWritten, lead.Other.Owner),
                    },
            };
            // Of two records one was written, and the other refused.
            var isPartly = telling.AllWritten.Any(one => one.Partly);
            return lead with
            {
                Verdict =
                    isPartly
                    || lead.Findings.Concat(lead.Other?.Findings ?? [])
                        .Any(finding => finding.Status == TestFindingStatus.Fail)
                        ? TestVerdict.Wrong
                        : TestVerdict.Right,
            };
        }

        IReadOnlyList<TestFinding> Judged(TestLead sample, Telling telling, WrittenRecord? written, TestOwner? owner) =>
            written is null
                ? []
                : judge!.Findings(
                    sample,
                    written,
                    owner,
                    WrittenLater(told, written),
                    [.. telling.AllWritten.Select(one => one.Record.RecordId)]
                );

        IEnumerable<string> Unfinished(int number)
        {
            yield return progress.Unknown.Contains(number)
                ? $"Its write is under way, or the CRM's answer was lost and is being looked for. Ask again: GET {askAgain}"
            : progress.Waiting.Contains(number) ? $"It waits in its lane. Ask again: GET {askAgain}"
            : $"It was not begun in time, and is not begun any more. What was in hand just then goes on: GET {askAgain}";
            if (lane is { State: not "active" })
                yield return $"The lane is {lane.State}{(lane.StoppedBy is null ? "" : $" by {lane.StoppedBy}")}{(lane.Code is null ? "" : $" ({lane.Code})")}{(lane.Message is null ? "" : $": {lane.Message}")}";
        }
    }

    // Null, and why, where they cannot be read now: what was written is told all the same.
    private static async Task<(IReadOnlyList<CrmRecord>? Records, string? Unread)> ReadAsync(
        LookAccess access,
        List<(TestLead Sample, Telling Telling)> told,
        CancellationToken cancellationToken
    )
    {
        var written = told.Where(one => one.Telling.AllWritten.Any()).ToList();
        if (written.Count == 0)
            return ([], null);
        var emails = written
            .Select(one => one.Sample.Wanted!.Match.Email)
            .OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
        var search = new Search([
            .. access.Crm.PersonObjects.Select(name =>
            {
                var here = written
                    .SelectMany(one => one.Telling.AllWritten)
                    .Where(one => one.Record.Object == name)
                    .ToList();
                return new ObjectSearch(
                    name,
                    here.Select(one => one.Record.RecordId).ToHashSet(StringComparer.Ordinal),
                    emails,
                    here.SelectMany(one => one.Fields)
                        .Where(field => field.Written)
                        .Select(field => field.Field)
                        .Append(RecordFields.Owner)
                        .Concat(name == "Lead" ? [RecordFields.Status] : [])
                        .ToHashSet(StringComparer.Ordinal)
                );
            }),
        ]);
        try
        {
            await access.PrepareAsync(cancellationToken);
            return ((await access.Crm.FindAsync(access, search, cancellationToken)).Records, null);
        }
        catch (CrmException fault)
        {
            return (null, $"It was written, and could not be read back ({fault.Failure.Code}): {fault.Failure.Cause}");
        }
        catch (Exception fault)
            when (fault is HeldException or GrantSpentException
                || (Faults.IsInfrastructure(fault) && !cancellationToken.IsCancellationRequested)
            )
        {
            return (null, "It was written, and could not be read back now.");
        }
    }

    private static HashSet<string> WrittenLater(List<(TestLead Sample, Telling Telling)> told, WrittenRecord written) =>
        told.SelectMany(one => one.Telling.AllWritten)
            .Where(one => one.Record.RecordId == written.Record.RecordId && one.OccurredAt > written.OccurredAt)
            .SelectMany(one => one.Fields)
            .Where(field => field.Written)
            .Select(field => field.Field)
            .ToHashSet(StringComparer.Ordinal);
}
