using LeadSync.CrmSimulator.Oauth;

namespace LeadSync.CrmSimulator.Data;

/// <summary>The apps of an org, and who let which act for them.</summary>
public sealed partial class Org
{
    /// <summary>The apps set up here; the first is the one of <see cref="ClientId"/>.</summary>
    public IReadOnlyList<App> Apps => apps;

    /// <summary>Adds an app, or changes the one of its consumer key.</summary>
    /// <exception cref="ArgumentException">A value is unusable; the message names it.</exception>
    public void PutApp(App app)
    {
        app.Check();
        lock (Gate)
        {
            if (app.ClientId == ClientId && app.ClientSecret != ClientSecret)
                Identity = Identity with { ClientSecret = app.ClientSecret };
            // A new list each time: readers need no lock.
            apps = apps.Exists(one => one.ClientId == app.ClientId)
                ? [.. apps.Select(one => one.ClientId == app.ClientId ? app : one)]
                : [.. apps, app];
        }

        save();
    }

    /// <summary>Who let which app act for them, oldest first; never a token.</summary>
    public IReadOnlyList<GrantView> ShowGrants()
    {
        lock (Gate)
        {
            return
            [
                .. Grants.All.Select(grant => new GrantView(
                    grant.ClientId,
                    (string)FindRecord(grant.UserId)!["Username"]!,
                    grant.Scopes,
                    grant.GrantedAt,
                    grant.UsedAt
                )),
            ];
        }
    }

    /// <summary>Ends the grants of one user, or of all: their tokens are dead, as after a revoke in the CRM's set-up.</summary>
    public void RevokeGrants(string? username = null)
    {
        lock (Gate)
        {
            foreach (var grant in Grants.All)
            {
                if (username is null || FindUser(username)?.Id == grant.UserId)
                    Grants.Remove(grant.Id);
            }
        }

        save();
    }

    internal void ChangeClient(string clientId, string clientSecret)
    {
        Identity = Identity with { ClientId = clientId, ClientSecret = clientSecret };
        apps = [apps[0] with { ClientId = clientId, ClientSecret = clientSecret }, .. apps.Skip(1)];
    }

    internal void RestoreApps(IEnumerable<App> kept) => apps = [.. kept];

    private App OwnApp() =>
        new()
        {
            ClientId = Identity.ClientId,
            ClientSecret = Identity.ClientSecret,
            RunAs = $"integration@{Identity.Name}.example",
        };
}

/// <summary>That a user let an app act for them.</summary>
public sealed record GrantView(
    string ClientId,
    string Username,
    IReadOnlyList<string> Scopes,
    DateTimeOffset GrantedAt,
    DateTimeOffset UsedAt
);
