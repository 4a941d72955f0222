using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Access;
using LeadSync.Push.Lanes;
using LeadSync.Push.Writing;

namespace LeadSync.Push.Matching;

/// <summary>Finds which records a batch of leads are, in one call, and decides what is to be done with each.</summary>
public sealed class Matcher(AppliedStore applied, TimeProvider clock)
{
    /// <exception cref="CrmException">The CRM refused the question, or could not be asked.</exception>
    public async Task<Findings> FindAsync(
        LaneAccess access,
        IReadOnlyList<WaitingLead> batch,
        CancellationToken cancellationToken
    )
    {
        var began = clock.GetTimestamp();
        var found = await access.Crm.FindAsync(access, SearchFor(access.Crm, batch), cancellationToken);
        return new Findings(new FoundRecords(found.Records), Settled(found, clock.GetElapsedTime(began)));
    }

    /// <summary>
    /// What is to be done with each lead. One that was found to share its record with another that is under way is left out, and
    /// waits for what becomes of that.
    /// </summary>
    public async Task<List<(WaitingLead Lead, Decision Decision)>> DecideAsync(
        Lease lease,
        IReadOnlyList<WaitingLead> batch,
        Findings findings,
        Claims.Batch claim,
        CancellationToken cancellationToken
    )
    {
        var matched = new List<(WaitingLead Lead, Match Match)>(batch.Count);
        var records = new Dictionary<string, KnownRecord>(StringComparer.Ordinal);
        foreach (var lead in batch)
        {
            var match = MatchRules.Find(lead, findings.Records);
            if (
                match is Match.One { Record: var record }
                && !(
                    claim.TryTake(PersonKeys.OfRecord(record.Id))
                    && records.TryAdd(record.Id, new KnownRecord(record.Object, record.Id))
                )
            )
                continue;
            matched.Add((lead, match));
        }
        var appliedTo = await applied.ReadAsync(lease, records.Values, cancellationToken);
        return
        [
            .. matched.Select(pair =>
                (
                    pair.Lead,
                    Decisions.Decide(
                        pair.Lead,
                        pair.Match,
                        id => appliedTo.GetValueOrDefault(id, AppliedStore.Nothing),
                        findings.Settled
                    )
                )
            ),
        ];
    }

    // The CRM's clock when the reading began, in its whole seconds: the records may have been read at any moment since.
    private static DateTimeOffset Settled(Found found, TimeSpan took)
    {
        var seconds = found.ServerTime.ToUnixTimeSeconds() - (long)Math.Ceiling(took.TotalSeconds);
        return DateTimeOffset.FromUnixTimeSeconds(seconds);
    }

    private static Search SearchFor(ICrm crm, IReadOnlyList<WaitingLead> batch)
    {
        var emails = batch.Select(lead => lead.Wanted.Match.Email).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var known = batch
            .SelectMany(lead =>
                lead.Link is null ? lead.Wanted.Match.Records : [lead.Link, .. lead.Wanted.Match.Records]
            )
            .ToLookup(record => record.Object, record => record.RecordId, StringComparer.Ordinal);
        return new Search([
            .. crm.PersonObjects.Select(objectName => new ObjectSearch(
                objectName,
                known[objectName].ToHashSet(StringComparer.Ordinal),
                emails,
                batch
                    .SelectMany(lead => lead.Wanted.Sections)
                    .Where(section => section.Object == objectName)
                    .SelectMany(FieldRules.Needed)
                    .ToHashSet(StringComparer.Ordinal)
            )),
        ]);
    }
}

/// <summary>What one search found.</summary>
/// <param name="Settled">Stamps before this are certainly older than the reading, in the CRM's whole seconds.</param>
public sealed record Findings(FoundRecords Records, DateTimeOffset Settled);
