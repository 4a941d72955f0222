using LeadSync.CrmSimulator.Journal;
using LeadSync.CrmSimulator.Oauth;

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
            if (FindApp(clientId) is not null)
                throw new ArgumentException("Another org has this client id.", nameof(clientId));
            org = Restore(new(all.Count + 1, name, clientId, clientSecret, WholeSecond(clock.GetUtcNow())));
        }

        Save();
        return org;
    }

    /// <summary>The org of a name; null when there is none.</summary>
    public Org? Find(string name) => all.Find(org => string.Equals(org.Name, name, StringComparison.Ordinal));

    /// <summary>An app and the org it was set up in; null when there is none of that consumer key.</summary>
    internal (Org Org, App App)? FindApp(string? clientId)
    {
        foreach (var org in all)
        {
            if (
                org.Apps.FirstOrDefault(app => string.Equals(app.ClientId, clientId, StringComparison.Ordinal)) is
                { } app
            )
                return (org, app);
        }

        return null;
    }

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
