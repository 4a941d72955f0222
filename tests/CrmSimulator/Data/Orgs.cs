using LeadSync.CrmSimulator.Journal;

namespace LeadSync.CrmSimulator.Data;

/// <summary>All orgs of this simulator. The first, demo, is there from the start.</summary>
public sealed class Orgs(JournalLog journal, TimeProvider clock)
{
    private readonly Lock gate = new();
    private List<Org> all = [];

    internal Action Save { get; set; } = () => { };

    public IReadOnlyList<Org> All => all;

    /// <summary>Adds an org with a client of its own.</summary>
    /// <exception cref="ArgumentException">The name or client id is taken or empty.</exception>
    public Org Add(string name, string clientId, string clientSecret)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(clientId);
        ArgumentException.ThrowIfNullOrWhiteSpace(clientSecret);
        Org org;
        lock (gate)
        {
            if (Find(name) is not null)
                throw new ArgumentException($"An org named {name} is there already.", nameof(name));
            if (FindByClient(clientId) is not null)
                throw new ArgumentException("Another org has this client id.", nameof(clientId));
            org = Restore(new(all.Count + 1, name, clientId, clientSecret, WholeSecond(clock.GetUtcNow())));
        }

        Save();
        return org;
    }

    /// <summary>The org of a name; null when there is none.</summary>
    public Org? Find(string name) => all.Find(org => string.Equals(org.Name, name, StringComparison.Ordinal));

    internal Org? FindByClient(string? clientId) =>
        all.Find(org => string.Equals(org.ClientId, clientId, StringComparison.Ordinal));

    /// <summary>The org a token was made for, alive or not.</summary>
    internal Org? FindByToken(string? token) =>
        token?.Length > 15 ? all.Find(org => token.AsSpan(0, 15).SequenceEqual(org.Id.AsSpan(0, 15))) : null;

    internal Org Restore(OrgIdentity identity)
    {
        var org = new Org(identity, journal, clock, () => Save());
        // A new list each time: readers need no lock.
        all = [.. all, org];
        return org;
    }

    internal void KeepOnly(Org first) => all = [first];

    private static DateTimeOffset WholeSecond(DateTimeOffset now) =>
        now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
}
