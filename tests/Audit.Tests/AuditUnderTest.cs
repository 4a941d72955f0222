using System.Net.Http.Json;
using System.Text.Json;
using LeadSync.Audit.History;
using LeadSync.Contracts;
using LeadSync.Hosting.People;
using LeadSync.Hosting.Web;
using LeadSync.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Audit.Tests;

/// <summary>Audit running. Each test takes a workspace of its own.</summary>
public sealed class AuditUnderTest() : ServiceUnderTest<HistoryStore>("audit")
{
    private int _workspaces;

    public ErasureKeys Keys { get; } = new(Servers.ServiceKey);

    public HistoryStore History => Services.GetRequiredService<HistoryStore>();

    public string NewWorkspace() => $"acme-{Interlocked.Increment(ref _workspaces)}";

    /// <summary>Takes events in as a consumer does, in one batch.</summary>
    public Task AddAsync(string workspace, params IEventItem[] events) =>
        History.AddAsync([.. events.Select(item => Happening.Of(workspace, item))], CancellationToken.None);

    public async Task<JsonElement> GetAsync(string workspace, string path)
    {
        var response = await Client(workspace, Role.Viewer).GetAsync(path);
        response.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
