using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using LeadSync.CrmSimulator.Data;
using Npgsql;

namespace LeadSync.WholeSystem.Load;

/// <summary>A workspace of its own, with a Manager's key, an org of its own that is connected and mapped, and source <c>web</c>.</summary>
public sealed class Tenant : IDisposable
{
    private Tenant(string workspace, HttpClient http, Org org) => (Workspace, Http, Org) = (workspace, http, org);

    public string Workspace { get; }

    public HttpClient Http { get; }

    public Org Org { get; }

    public static async Task<Tenant> AddAsync(House house, string workspace)
    {
        var org = house.Crm.Orgs.Add(workspace, $"client-of-{workspace}", "secret-of-a-simulated-org");
        var http = new HttpClient(new SocketsHttpHandler()) { BaseAddress = house.Services["Gateway"].Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", await AddKeyAsync(house, workspace));
        var tenant = new Tenant(workspace, http, org);
        await ShouldBeDoneAsync(
            http.PostAsJsonAsync(
                "/v1/connections",
                new
                {
                    name = "salesforce",
                    system = "salesforce",
                    instanceUrl = house.CrmAddress,
                    clientId = org.ClientId,
                    clientSecret = org.ClientSecret,
                    direction = "push",
                }
            )
        );
        const string settings = """
            sources:
              - name: web
            mappings:
              - connection: salesforce
                object: Lead
                fields:
                  - { field: LastName, from: lastName }
                  - { field: Company, from: company }
                  - { field: Email, from: email }
            routes:
              - { source: web, connection: salesforce, createAs: Lead }
            """;
        using var body = new StringContent(settings, Encoding.UTF8, "application/yaml");
        await ShouldBeDoneAsync(http.PutAsync("/v1/config", body));
        return tenant;
    }

    /// <summary>Pauses the lane of its connection.</summary>
    public async Task PauseAsync() =>
        await ShouldBeDoneAsync(Http.PostAsJsonAsync($"{await LaneAsync()}/pause", new { note = "until all wait" }));

    /// <summary>Ends the pause.</summary>
    public async Task ResumeAsync() =>
        await ShouldBeDoneAsync(Http.PostAsync($"{await LaneAsync()}/resume", content: null));

    /// <summary>How many leads wait in the lane.</summary>
    public async Task<long> WaitingAsync() =>
        (await Http.GetFromJsonAsync<JsonElement>(await LaneAsync())).GetProperty("waiting").GetInt64();

    private async Task<string> LaneAsync()
    {
        var connections = await Http.GetFromJsonAsync<JsonElement>("/v1/connections");
        return $"/v1/lanes/{connections.EnumerateArray().Single().GetProperty("id").GetGuid()}";
    }

    /// <summary>A lead as this tenant's products send it; its address is its id at <c>load.example</c>.</summary>
    public static object Lead(string leadId) =>
        new
        {
            source = "web",
            leadId,
            occurredAt = TimeProvider.System.GetUtcNow(),
            fields = new
            {
                lastName = "Person",
                company = "Acme",
                email = Email(leadId),
            },
        };

    public static string Email(string leadId) => $"{leadId}@load.example";

    // Nobody can make a workspace over HTTP; an operator's Gateway puts its first key in as this does.
    private static async Task<string> AddKeyAsync(House house, string workspace)
    {
        var id = RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", 16);
        var secret = RandomNumberGenerator.GetString(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
            43
        );
        await using var database = NpgsqlDataSource.Create(house.DatabaseOf("Gateway"));
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            insert into workspace (name, created_at) values (@workspace, now());
            insert into api_key (id, workspace, name, role, secret_hash, created_at, created_by)
            values (@id, @workspace, 'load', 'manager', @hash, now(), 'load')
            """,
            new
            {
                workspace,
                id,
                hash = SHA256.HashData(Encoding.ASCII.GetBytes(secret)),
            }
        );
        return $"ls_live_{id}_{secret}";
    }

    private static async Task ShouldBeDoneAsync(Task<HttpResponseMessage> request)
    {
        using var answer = await request;
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
    }

    public void Dispose() => Http.Dispose();
}
