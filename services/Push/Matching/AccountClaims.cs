using Dapper;
using LeadSync.Push.Lanes;
using LeadSync.Push.Rules;
using Npgsql;

namespace LeadSync.Push.Matching;

/// <summary>
/// Has one Account created once, however many people of the company come together: of the leads that would create it one does, and the
/// others find it when they are taken again. Whose answer is lost holds it for all of them.
/// </summary>
public sealed class AccountClaims(NpgsqlDataSource database)
{
    /// <summary>
    /// Takes the Accounts that leads may create, before they are looked for: what another batch creates after our look would not
    /// be among what we found. Gives what is ours now: all, for who takes nothing and only wants to know.
    /// </summary>
    public static IReadOnlySet<string> Take(IEnumerable<WaitingLead> batch, RuleSet rules, Claims.Batch? claim) =>
        batch
            .Where(lead => IsCreated(lead, rules))
            .SelectMany(lead => AccountKeys.Of(lead.Wanted).Claims)
            .Distinct(StringComparer.Ordinal)
            .Where(key => claim?.TryTake(key) ?? true)
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// Lets each Account be created by one lead only; the others of them wait. What is not about an Account to be created stays as
    /// it is.
    /// </summary>
    public async Task<List<(WaitingLead Lead, Decision Decision)>> OnceAsync(
        Lease lease,
        List<(WaitingLead Lead, Decision Decision)> decided,
        Findings findings,
        CancellationToken cancellationToken
    )
    {
        if (!decided.Exists(one => Holds(one.Decision).Count > 0))
            return decided;
        var held = await ReadHeldAsync(
            lease,
            [.. decided.SelectMany(one => Holds(one.Decision)).Distinct(StringComparer.Ordinal)],
            cancellationToken
        );
        var begun = new HashSet<string>(StringComparer.Ordinal);
        var once = new List<(WaitingLead, Decision)>(decided.Count);
        foreach (var (lead, decision) in decided)
        {
            var keys = Holds(decision);
            var until = keys.Select(key => held.GetValueOrDefault(key)).Max();
            if (until is not null)
            {
                var match = ((Decision.Write)decision).Match;
                once.Add((lead, new Decision.Wait(AccountChoice.WaitsForAccount, until.Value, match)));
            }
            // Left out where another batch, or another lead of this one, creates it at this moment.
            else if (keys.All(key => findings.OwnAccounts.Contains(key) && !begun.Contains(key)))
            {
                begun.UnionWith(keys);
                once.Add((lead, decision));
            }
        }
        return once;
    }

    private static bool IsCreated(WaitingLead lead, RuleSet rules) =>
        AccountChoice.IsSought(lead, rules) && rules.Of(lead.Wanted.CreateAs).Account.None == NoAccountPolicy.Create;

    private static IReadOnlyList<string> Holds(Decision decision) =>
        decision is Decision.Write { Holds: var keys } ? keys : [];

    // With when the intent is next looked at; in a moment, where its call is under way.
    private async Task<Dictionary<string, DateTimeOffset?>> ReadHeldAsync(
        Lease lease,
        string[] keys,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string Key, DateTimeOffset Until)>(
            new CommandDefinition(
                """
                select k, max(coalesce(i.probe_at, now() + interval '1 second'))
                  from intent i, unnest(i.keys) as k
                 where i.connection_id = @ConnectionId and k = any(@keys)
                 group by k
                """,
                new { lease.ConnectionId, keys },
                cancellationToken: cancellationToken
            )
        );
        return rows.ToDictionary(row => row.Key, row => (DateTimeOffset?)row.Until, StringComparer.Ordinal);
    }
}
