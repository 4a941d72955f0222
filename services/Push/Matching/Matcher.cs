using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Access;
using LeadSync.Push.Lanes;
using LeadSync.Push.Rules;
using LeadSync.Push.Writing;

namespace LeadSync.Push.Matching;

/// <summary>
/// Finds which records a batch of leads are, in one call, and decides what is to be done with each. A further call is made only
/// where a record that a lead was synced to is not there: to learn whether it was deleted, or merged into another.
/// </summary>
public sealed class Matcher(
    RuleStore rules,
    ExternalIdClaims claims,
    AccountClaims accounts,
    AccountAccess accountAccess,
    AppliedStore applied,
    TimeProvider clock
)
{
    // What was merged may have been merged again; nobody waits for more than this.
    private const int MostHops = 3;

    /// <param name="claim">Null takes nothing for itself.</param>
    /// <param name="alsoRead">Fields that are read of each record beside those that it takes to decide.</param>
    /// <exception cref="CrmException">The CRM refused the question, or could not be asked.</exception>
    public async Task<Findings> FindAsync(
        CrmAccess access,
        IReadOnlyList<WaitingLead> batch,
        Claims.Batch? claim,
        CancellationToken cancellationToken,
        IReadOnlyCollection<string>? alsoRead = null
    )
    {
        var now = await rules.ReadAsync(batch[0].Wanted.ConnectionId, cancellationToken);
        var ownAccounts = AccountClaims.Take(batch, now, claim);
        var began = clock.GetTimestamp();
        var search = SearchFor(access.Crm, batch, now, alsoRead ?? []);
        var found = await access.Crm.FindAsync(access, search, cancellationToken);
        var settled = Settled(found, clock.GetElapsedTime(began));
        var healed = await HealAsync(access, search, batch, found.Records, cancellationToken);
        return new Findings(new FoundRecords(healed), settled, now)
        {
            Accounts = new FoundAccounts(found.Accounts, found.AccountsRefused)
            {
                IsUnwritable =
                    search.Accounts is not null
                    && !await accountAccess.MayGiveAsync(
                        batch[0].Workspace,
                        batch[0].Wanted.ConnectionId,
                        cancellationToken
                    ),
            },
            OwnAccounts = ownAccounts,
            Owners = new OwnersNow(found.Owners, access.UserId),
        };
    }

    /// <summary>
    /// What is to be done with each lead, its keys now all that are known. One that was found to share its record with another that
    /// is under way is left out, and waits for what becomes of that.
    /// </summary>
    public async Task<(List<(WaitingLead Lead, Decision Decision)> Decided, List<WaitingLead> LeftOut)> DecideAsync(
        Lease lease,
        IReadOnlyList<WaitingLead> batch,
        Findings findings,
        Claims.Batch claim,
        CancellationToken cancellationToken
    )
    {
        var keys = batch
            .SelectMany(lead => LeadKeys.OfPerson(lead.Wanted, findings.Rules), (lead, key) => (lead, key))
            .ToList();
        var taken = (await claims.ClaimAsync(lease, keys, cancellationToken)).ToHashSet(StringComparer.Ordinal);
        var ofLead = keys.ToLookup(one => one.lead, one => one.key, ReferenceEqualityComparer.Instance);
        var matched = new List<(WaitingLead Lead, Match Match)>(batch.Count);
        var leftOut = new List<WaitingLead>();
        var records = new HashSet<string>(StringComparer.Ordinal);
        foreach (var lead in batch)
        {
            if (ofLead[lead].Any(taken.Contains) || !ofLead[lead].All(claim.TryTake))
            {
                leftOut.Add(lead);
                continue;
            }
            var match = MatchRules.Find(lead, findings.Records, findings.Rules);
            if (
                match is Match.One one
                && !one.Records().All(record => claim.TryTake(PersonKeys.OfRecord(record.Id)) && records.Add(record.Id))
            )
            {
                leftOut.Add(lead);
                continue;
            }
            taken.UnionWith(ofLead[lead]);
            matched.Add((lead with { Keys = [.. lead.Keys.Union(ofLead[lead], StringComparer.Ordinal)] }, match));
        }
        var decided = await DecideAsync(lease.ConnectionId, matched, findings, cancellationToken);
        var once = await accounts.OnceAsync(lease, decided, findings, cancellationToken);
        leftOut.AddRange(
            decided
                .Select(pair => pair.Lead)
                .Except(once.Select(pair => pair.Lead), ReferenceEqualityComparer.Instance)
                .Cast<WaitingLead>()
        );
        return (once, leftOut);
    }

    /// <summary>
    /// What would be done with leads that are in no lane, by the same decisions; takes nothing for itself. In their order:
    /// whoever is the same person as an earlier one waits for that one, and has no decision.
    /// </summary>
    public async Task<IReadOnlyList<Foreseen>> ForeseeAsync(
        Guid connectionId,
        IReadOnlyList<WaitingLead> batch,
        Findings findings,
        CancellationToken cancellationToken
    )
    {
        var taken = new Dictionary<string, WaitingLead>(StringComparer.Ordinal);
        var matched = new List<(WaitingLead Lead, Match Match)>(batch.Count);
        var waiting = new List<Foreseen>();
        foreach (var lead in batch)
        {
            var keys = lead.Keys.Concat(LeadKeys.OfPerson(lead.Wanted, findings.Rules)).ToList();
            var match = MatchRules.Find(lead, findings.Records, findings.Rules);
            if (match is Match.One one)
                keys.AddRange(one.Records().Select(record => PersonKeys.OfRecord(record.Id)));
            var first = keys.Select(key => taken.GetValueOrDefault(key)).FirstOrDefault(one => one is not null);
            // Whoever shares a key with one that waits is the same person through it.
            foreach (var key in keys)
                taken.TryAdd(key, first ?? lead);
            if (first is null)
                matched.Add((lead, match));
            else
                waiting.Add(new Foreseen(lead, Decision: null, first));
        }
        // Whatever was changed just now will be older than the reading when it is really done.
        var later = findings with
        {
            Settled = DateTimeOffset.MaxValue,
        };
        var decided = await DecideAsync(connectionId, matched, later, cancellationToken);
        return [.. decided.Select(one => new Foreseen(one.Lead, one.Decision, WaitsFor: null)), .. waiting];
    }

    private async Task<List<(WaitingLead Lead, Decision Decision)>> DecideAsync(
        Guid connectionId,
        List<(WaitingLead Lead, Match Match)> matched,
        Findings findings,
        CancellationToken cancellationToken
    )
    {
        var records = matched
            .Select(pair => pair.Match)
            .OfType<Match.One>()
            .SelectMany(match => match.Records())
            .Select(record => new KnownRecord(record.Object, record.Id))
            .Distinct()
            .ToList();
        var appliedTo = await applied.ReadAsync(connectionId, records, cancellationToken);
        var now = clock.GetUtcNow();
        return matched.ConvertAll(pair =>
            (
                pair.Lead,
                NewRecords.Decide(
                    Decisions.Decide(
                        pair.Lead,
                        pair.Match,
                        findings.Rules,
                        id => appliedTo.GetValueOrDefault(id, AppliedStore.Nothing),
                        findings.Settled,
                        findings.Owners
                    ),
                    pair.Lead,
                    findings,
                    now
                )
            )
        );
    }

    // The CRM's clock when the reading began, in its whole seconds: the records may have been read at any moment since.
    private static DateTimeOffset Settled(Found found, TimeSpan took)
    {
        var seconds = found.ServerTime.ToUnixTimeSeconds() - (long)Math.Ceiling(took.TotalSeconds);
        return DateTimeOffset.FromUnixTimeSeconds(seconds);
    }

    private static async Task<IReadOnlyCollection<CrmRecord>> HealAsync(
        CrmAccess access,
        Search search,
        IReadOnlyList<WaitingLead> batch,
        IReadOnlyList<CrmRecord> found,
        CancellationToken cancellationToken
    )
    {
        var records = found.ToDictionary(record => record.Id, StringComparer.Ordinal);
        var missing = batch.SelectMany(Known).ToList();
        for (var hop = 0; hop < MostHops; hop++)
        {
            var sought = missing
                .Select(record =>
                    RecordId.TryLengthen(record.RecordId, out var id) ? record with { RecordId = id } : null
                )
                .OfType<KnownRecord>()
                .Where(record => !records.ContainsKey(record.RecordId))
                .ToLookup(record => record.Object, record => record.RecordId, StringComparer.Ordinal);
            if (sought.Count == 0)
                break;
            var objects = search
                .Objects.Where(one => sought.Contains(one.Object))
                .Select(one => new ObjectSearch(
                    one.Object,
                    sought[one.Object].ToHashSet(StringComparer.Ordinal),
                    [],
                    one.Fields
                ));
            var again = await access.Crm.FindAsync(
                access,
                new Search([.. objects]) { DeletedToo = true },
                cancellationToken
            );
            foreach (var record in again.Records)
                records.TryAdd(record.Id, record);
            missing =
            [
                .. again
                    .Records.Where(record => record is { Deleted: true, MergedInto: not null })
                    .Select(record => new KnownRecord(record.Object, record.MergedInto!)),
            ];
        }
        return records.Values;
    }

    private static Search SearchFor(
        ICrm crm,
        IReadOnlyList<WaitingLead> batch,
        RuleSet rules,
        IReadOnlyCollection<string> alsoRead
    )
    {
        var emails = batch
            .Where(lead => rules.Of(lead.Wanted.CreateAs).MatchBy.Contains(RuleKey.Email))
            .Select(lead => lead.Wanted.Match.Email)
            .OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
        var names = batch
            .Where(lead => rules.Of(lead.Wanted.CreateAs).MatchBy.Contains(RuleKey.CompanyAndLastName))
            .Select(lead => LeadKeys.Name(lead.Wanted))
            .OfType<CompanyAndLastName>()
            .ToHashSet();
        var known = batch
            .SelectMany(Known)
            .ToLookup(record => record.Object, record => record.RecordId, StringComparer.Ordinal);
        var externalIds = batch
            .SelectMany(lead => LeadKeys.ExternalIds(lead.Wanted, rules))
            .ToLookup(one => one.Object, one => one.Key.Value, StringComparer.Ordinal);
        return new Search([
            .. crm.PersonObjects.Select(objectName =>
            {
                var field = externalIds.Contains(objectName) ? rules.Of(objectName).ExternalIdField : null;
                return new ObjectSearch(
                    objectName,
                    known[objectName].ToHashSet(StringComparer.Ordinal),
                    emails,
                    batch
                        .SelectMany(lead => lead.Wanted.Sections)
                        .Where(section => section.Object == objectName)
                        .SelectMany(FieldRules.Needed)
                        .Concat(field is null ? [] : [field])
                        .Concat(alsoRead)
                        .ToHashSet(StringComparer.Ordinal)
                )
                {
                    Names = names,
                    ExternalIds = field is null
                        ? null
                        : new ExternalIds(field, externalIds[objectName].ToHashSet(StringComparer.Ordinal)),
                };
            }),
        ])
        {
            Accounts = AccountsFor(batch, rules),
            Owners = Ownership.SearchFor(batch, rules),
        };
    }

    // One query more in the same call, where anybody may become a new Contact.
    private static AccountSearch? AccountsFor(IReadOnlyList<WaitingLead> batch, RuleSet rules)
    {
        var leads = batch.Where(lead => AccountChoice.IsSought(lead, rules)).ToList();
        var owned = AccountChoice.Named(batch, rules).ToList();
        if (leads.Count == 0 && owned.Count == 0)
            return null;
        var keys = leads.ConvertAll(lead => AccountKeys.Of(lead.Wanted));
        var find = AccountChoice.RuleOf(rules).Find;
        return new AccountSearch(
            [.. leads.Select(lead => lead.AccountId).OfType<string>(), .. owned],
            find.Contains(AccountKey.WebsiteDomain)
                ? [.. keys.Select(key => key.Host).OfType<string>().SelectMany(WebsiteHost.Spellings)]
                : [],
            find.Contains(AccountKey.Name) ? [.. keys.Select(key => key.Company).OfType<string>()] : []
        );
    }

    private static IEnumerable<KnownRecord> Known(WaitingLead lead) =>
        new[] { lead.Link, lead.Other }.OfType<KnownRecord>().Concat(lead.Wanted.Match.Records);
}

/// <summary>What would be done with a lead.</summary>
/// <param name="Decision">Null where it waits.</param>
/// <param name="WaitsFor">The lead that is the same person and comes before it.</param>
public sealed record Foreseen(WaitingLead Lead, Decision? Decision, WaitingLead? WaitsFor);

/// <summary>What one search found.</summary>
/// <param name="Settled">Stamps before this are certainly older than the reading, in the CRM's whole seconds.</param>
/// <param name="Rules">The push rules as they were then.</param>
public sealed record Findings(FoundRecords Records, DateTimeOffset Settled, RuleSet Rules)
{
    /// <summary>The Accounts that new Contacts may belong to.</summary>
    public FoundAccounts Accounts { get; init; } = FoundAccounts.None;

    /// <summary>Of the Accounts that leads may create, those that this batch may.</summary>
    public IReadOnlySet<string> OwnAccounts { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Whom new records may be given to; null where nobody had to be looked at.</summary>
    public OwnersNow? Owners { get; init; }
}
