using LeadSync.CrmSimulator.Hosts;
using LeadSync.CrmSimulator.Oauth;

namespace LeadSync.CrmSimulator.Control;

/// <summary>Apps, hosts, grants, and consent without a browser.</summary>
internal static class OauthControl
{
    public static void MapOauth(this RouteGroupBuilder control, Simulator simulator)
    {
        control.MapGet("/orgs/{org}/apps", (string org) => ControlApi.Find(simulator, org).Apps.Select(AppView.Of));
        control.MapPut(
            "/orgs/{org}/apps",
            (string org, App app) =>
            {
                var home = ControlApi.Find(simulator, org);
                if (simulator.Orgs.FindApp(app.ClientId) is var (other, _) && other != home)
                    throw new ArgumentException($"The app of {other.Name} has this consumer key.", nameof(app));
                home.PutApp(app);
                return AppView.Of(app);
            }
        );
        control.MapGet("/orgs/{org}/grants", (string org) => ControlApi.Find(simulator, org).ShowGrants());
        control.MapDelete(
            "/orgs/{org}/grants",
            (string org, string? username) =>
            {
                ControlApi.Find(simulator, org).RevokeGrants(username);
                return Results.NoContent();
            }
        );
        control.MapGet("/hosts", () => simulator.Hosts.All);
        control.MapPost(
            "/hosts",
            async (NewHost host) =>
                Results.Json(await simulator.Hosts.OpenAsync(host.Role, host.Org, host.Port), statusCode: 201)
        );
        control.MapPost(
            "/consent",
            (Consent consent) =>
                new { location = simulator.Consent(consent.Url, consent.Username, consent.Allow).OriginalString }
        );
    }

    private sealed record NewHost(HostRole Role, string? Org = null, int Port = 0);

    private sealed record Consent(Uri Url, string Username, bool Allow = true);

    /// <summary>What the control API shows of an app; never its secret.</summary>
    private sealed record AppView(string ClientId, string Name, AppKind Kind, IReadOnlyList<string> CallbackUrls)
    {
        public static AppView Of(App app) => new(app.ClientId, app.Name, app.Kind, app.CallbackUrls);
    }
}
