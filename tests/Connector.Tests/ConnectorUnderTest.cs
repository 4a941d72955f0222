using System.Net.Http.Json;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.CrmSimulator;
using LeadSync.CrmSimulator.Data;
using LeadSync.Hosting.Web;
using LeadSync.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Connector.Tests;

/// <summary>Connector running beside a simulated Salesforce, under a clock that tests move.</summary>
public class ConnectorUnderTest() : ServiceUnderTest<ConnectorOptions>("connector")
{
    public const string Workspace = "acme";
    private int _orgs;

    public Simulator Salesforce { get; private set; } = null!;

    public FakeClock Clock { get; } = new(TimeProvider.System.GetUtcNow());

    public HttpClient Integrator => Client(Workspace, Role.Integrator);

    public HttpClient Service => Client(Workspace, Role.Service, "push");

    protected override async Task PrepareAsync()
    {
        Salesforce = await Simulator.StartAsync();
        Settings["Crm:DevelopmentHosts:0"] = "127.0.0.1";
    }

    protected override void Replace(IServiceCollection services) => services.AddSingleton<TimeProvider>(Clock);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Salesforce.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>An org that no connection has yet.</summary>
    public Org NewOrg()
    {
        var number = Interlocked.Increment(ref _orgs);
        return Salesforce.Orgs.Add($"org-{number}", $"client-{number}", $"very-secret-{number}");
    }

    public object Request(Org org, string? name = null) => Request(org, name ?? org.Name, Salesforce.Address);

    public static object Request(Org org, string name, Uri address) =>
        new
        {
            name,
            system = "salesforce",
            instanceUrl = address,
            clientId = org.ClientId,
            clientSecret = org.ClientSecret,
            direction = "push",
        };

    /// <summary>A connection to the org, made as an integrator makes it.</summary>
    public async Task<Guid> ConnectAsync(Org org)
    {
        var response = await Integrator.PostAsJsonAsync("/v1/connections", Request(org));
        response.EnsureSuccessStatusCode();
        return (await JsonAsync(response)).GetProperty("id").GetGuid();
    }

    public Task<HttpResponseMessage> AskForGrantAsync(Guid connection, int calls = 1, string? refusedToken = null) =>
        Service.PostAsJsonAsync($"/v1/connections/{connection}/grants", new GrantRequest(calls, refusedToken));

    public async Task<Grant> GrantAsync(Guid connection, int calls = 1, string? refusedToken = null)
    {
        var response = await AskForGrantAsync(connection, calls, refusedToken);
        response.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<Grant>())!;
    }

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage response) =>
        await response.Content.ReadFromJsonAsync<JsonElement>();

    /// <summary>How often a kind of request reached the org, as the simulator's journal has it.</summary>
    public int Requests(Org org, string kind) =>
        Salesforce.Journal.Entries.Count(entry => entry.Org == org.Name && entry.Kind == kind);
}

/// <summary>An org whose login says what a test wants it to say.</summary>
public sealed class ScriptedOrg : IAsyncDisposable
{
    private StubPeer _peer = null!;
    private int _logins;

    public const string OrgId = "00D000000000001EAA";

    /// <summary>The login's refusal; null lets everyone in.</summary>
    public (string Error, string Description)? Refusal { get; set; }

    /// <summary>Where the login says the API is; null for here.</summary>
    public string? InstanceUrl { get; set; }

    public string Org { get; set; } = OrgId;

    public int Logins => _logins;

    public Uri Address => _peer.Address;

    public static async Task<ScriptedOrg> StartAsync()
    {
        var org = new ScriptedOrg();
        org._peer = await StubPeer.StartAsync(app =>
        {
            app.MapPost("/services/oauth2/token", org.Login);
            app.MapGet(
                "/services/data/v60.0/limits",
                () => Results.Json(new { DailyApiRequests = new { Max = 15_000, Remaining = 15_000 } }, Exact)
            );
        });
        return org;
    }

    private static readonly JsonSerializerOptions Exact = new() { PropertyNamingPolicy = null };

    private IResult Login()
    {
        var number = Interlocked.Increment(ref _logins);
        return Refusal is { } refusal
            ? Results.Json(
                new { error = refusal.Error, error_description = refusal.Description },
                Exact,
                statusCode: 400
            )
            : Results.Json(
                new
                {
                    access_token = $"{Org[..15]}!token-{number}",
                    instance_url = InstanceUrl ?? Address.ToString(),
                    id = $"{Address}id/{Org}/005000000000001AAA",
                    issued_at = "1769850000000",
                    token_type = "Bearer",
                },
                Exact
            );
    }

    public ValueTask DisposeAsync() => _peer.DisposeAsync();
}
