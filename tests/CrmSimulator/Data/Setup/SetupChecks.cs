namespace LeadSync.CrmSimulator.Data;

/// <summary>Whether a set-up holds together: names that are used are there, conditions can be read.</summary>
internal static class SetupChecks
{
    /// <exception cref="ArgumentException">It does not; the message names what is wrong.</exception>
    public static void Check(Org org, OrgSetup setup)
    {
        var standard = OrgSetup.Standard(org.Name);
        Require(
            setup.Users.Count >= standard.Users.Count,
            "the users of a new org stay: change them, and add others after them"
        );
        Require(setup.Queues.Count >= 1, "the first queue stays");
        Require(
            setup.Users.DistinctBy(user => user.Username, StringComparer.OrdinalIgnoreCase).Count()
                == setup.Users.Count,
            "two users have one username"
        );
        var sets = setup.PermissionSets.Select(set => set.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var user in setup.Users)
        {
            foreach (var name in (user.PermissionSets ?? []).Append(user.Profile))
                Require(sets.Contains(name), $"{user.Username} has the permission set {name}, which is not there");
        }

        var owners = setup.Users.Select(user => user.Username).Concat(setup.Queues.Select(queue => queue.Name));
        var known = owners.ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in setup.AssignmentRules.SelectMany(rule => rule.Entries))
            Require(known.Contains(entry.AssignTo), $"{entry.AssignTo} is neither a username nor a queue's name");
        foreach (var name in ObjectsOf(setup))
            Require(org.FindObject(name) is not null, $"the org has no object {name}");
    }

    private static IEnumerable<string> ObjectsOf(OrgSetup setup) =>
        [
            .. setup.AssignmentRules.Select(rule => rule.Object),
            .. setup.DuplicateRules.Select(rule => rule.Object),
            .. setup.DuplicateRules.SelectMany(rule => rule.MatchingRules).Select(rule => rule.Object),
            .. setup.ValidationRules.Select(rule => rule.Object),
            .. setup.Triggers.Select(rule => rule.Object),
            .. setup.Flows.Select(flow => flow.Object),
            .. setup.RecordTypes.Select(type => type.Object),
            .. setup.Queues.SelectMany(queue => queue.Objects),
            .. setup.Sharing.Keys,
        ];

    private static void Require(bool holds, string rule)
    {
        if (!holds)
            throw new ArgumentException($"An org's set-up does not hold together: {rule}.", nameof(holds));
    }
}
