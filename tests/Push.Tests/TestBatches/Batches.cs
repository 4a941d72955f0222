using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;

namespace LeadSync.Push.Tests.TestBatches;

/// <summary>Test batches as Gateway has Push try them.</summary>
internal static class Batches
{
    public static TestBatch Of(Guid connection, TestMode mode, params IReadOnlyList<MappedLead> leads) =>
        new(
            Guid.CreateVersion7(),
            connection,
            mode,
            leads[0].Source,
            [.. leads.Select((lead, index) => new TestLead(index + 1, lead.LeadId) { Wanted = lead })]
        );

    public static async Task<(HttpStatusCode Status, JsonElement Body)> TryAsync(
        this PushUnderTest push,
        TestBatch batch,
        Role role = Role.Integrator,
        string workspace = PushUnderTest.Workspace
    )
    {
        using var answer = await push.Client(workspace, role)
            .PostAsJsonAsync("/v1/test-batches", batch, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (answer.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
    }

    public static async Task<TestReport> RunAsync(this PushUnderTest push, TestBatch batch)
    {
        var (status, body) = await push.TryAsync(batch);
        status.ShouldBe(HttpStatusCode.OK, $"{body}\n{string.Join('\n', push.Logs.Lines)}");
        return body.Deserialize<TestReport>(JsonSerializerOptions.Web)!;
    }

    public static async Task<TestReport> AskAgainAsync(this PushUnderTest push, TestReport report) =>
        (
            await push.Client(PushUnderTest.Workspace, Role.Integrator)
                .GetFromJsonAsync<TestReport>(
                    report.AskAgain,
                    JsonSerializerOptions.Web,
                    TestContext.Current.CancellationToken
                )
        )!;
}
