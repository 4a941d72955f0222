using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Hosting.Tests.Bus;
using LeadSync.Hosting.Web;
using LeadSync.Testing;

namespace LeadSync.Hosting.Tests.Data;

public sealed class When_a_services_database_is_away(MinimalServiceUnderTest service)
    : IClassFixture<MinimalServiceUnderTest>
{
    private const string Queue = "audit.lead-captured";

    [Fact]
    public async Task It_is_alive_not_ready_answers_503_and_loses_no_message()
    {
        using var client = service.Client("acme", Role.Viewer);
        await Eventually.ShouldBe(async () => (await client.GetAsync("/health/ready")).IsSuccessStatusCode);
        await service.Database.TakeAwayAsync();
        await PublishAsync("while-away");

        (await client.GetAsync("/health/live", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
        var ready = await client.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("database");
        var answer = await client.GetAsync("/v1/away", TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter.ShouldNotBeNull();
        (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken))
            .GetProperty("code")
            .GetString()
            .ShouldBe("UNAVAILABLE");
        await Eventually.ShouldBe(() =>
            service.Logs.Lines.Any(line => line.Contains("is away", StringComparison.Ordinal))
        );

        await service.Database.GiveBackAsync();
        await Eventually.ShouldBe(async () => await IsNotedAsync("while-away"));
        (await service.Broker.CountAsync(Topology.DeadLetterQueue(Queue))).ShouldBe(0u);
    }

    [Fact]
    public async Task An_item_that_the_database_refuses_is_rejected_and_those_beside_it_are_kept()
    {
        // PostgreSQL keeps no NUL in text.
        await PublishAsync("beside-1", "nul-\0", "beside-2");

        await Eventually.ShouldBe(async () => await IsNotedAsync("beside-1") && await IsNotedAsync("beside-2"));
        await Eventually.ShouldBe(() =>
            service.Logs.Lines.Any(line => line.Contains("was rejected", StringComparison.Ordinal))
        );
        (await service.Broker.CountAsync(Topology.DeadLetterQueue(Queue))).ShouldBe(0u);
    }

    private Task PublishAsync(params string[] leadIds) =>
        service.Broker.PublishAsync(
            Wire.LeadCaptured,
            JsonSerializer.Serialize(
                new LeadCaptured
                {
                    Workspace = "acme",
                    Items = [.. leadIds.Select(leadId => BusUnderTest.Lead(leadId))],
                },
                Wire.Json
            )
        );

    private async Task<bool> IsNotedAsync(string leadId)
    {
        await using var connection = await service.Database.Source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<bool>(
            "select exists (select from note where lead_id = @leadId)",
            new { leadId }
        );
    }
}
