using System.Net;
using System.Net.Http.Json;
using System.Text;
using LeadSync.Connector.Tokens;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Connector.Tests.Sealing;

/// <summary>
/// Secrets that can be recognised are sent through everything that handles them, what goes wrong included; then all that
/// is kept and told is searched for them, in every spelling they might have.
/// </summary>
public sealed class When_secrets_pass_through(ConnectorUnderTest connector) : IClassFixture<ConnectorUnderTest>
{
    private const string Wrong = "canary-wrong-secret-4f1d";
    private const string Torn = "canary-torn-secret-9b7e";

    [Fact]
    public async Task Neither_a_dump_of_the_database_nor_logs_nor_traces_hold_any()
    {
        using var traces = new CapturedTraces();
        var canaries = new Canaries();
        var org = connector.NewOrg();
        canaries.Add("the client secret", org.ClientSecret);
        canaries.Add("a wrong client secret", Wrong);
        canaries.Add("a client secret that broke off", Torn);
        canaries.Add("the master key", Convert.ToBase64String(Servers.MasterKey));

        var id = await connector.ConnectAsync(org);
        var first = canaries.Add("the first token", (await connector.GrantAsync(id)).AccessToken);
        await GoWrongAsync(org, id);
        org.ExpireSessions();
        canaries.Add("the second token", (await connector.GrantAsync(id, 1, AccessTokens.Hash(first))).AccessToken);
        await ReplaceAsync(org, id, org.ClientSecret);
        canaries.Add("the third token", (await connector.GrantAsync(id)).AccessToken);
        await connector.Services.GetRequiredService<Probe>().RunOnceAsync(Token);
        await connector.Integrator.GetAsync($"/v1/connections/{id}/schema/Lead?refresh=true", Token);

        await canaries.ShouldBeNowhereAsync(connector, traces, org.ClientId, "/services/oauth2/token");
    }

    private async Task GoWrongAsync(Org org, Guid id)
    {
        (await ReplaceAsync(org, id, Wrong)).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        using var torn = new StringContent(
            $$"""{"name":"torn","clientSecret":"{{Torn}}","direction":""",
            Encoding.UTF8,
            "application/json"
        );
        (await connector.Integrator.PostAsync("/v1/connections", torn, Token)).IsSuccessStatusCode.ShouldBeFalse();
        var held = (await connector.GrantAsync(id)).AccessToken;
        foreach (var kind in new[] { FaultKind.DropBeforeEffect, FaultKind.Unavailable })
        {
            var fault = connector.Salesforce.Faults.Put(
                new FaultRule
                {
                    Kind = kind,
                    Match = new FaultMatch { Kind = RequestKinds.Token },
                }
            );
            await connector.AskForGrantAsync(id, 1, AccessTokens.Hash(held));
            await ReplaceAsync(org, id, org.ClientSecret);
            connector.Salesforce.Faults.Remove(fault);
        }
    }

    private Task<HttpResponseMessage> ReplaceAsync(Org org, Guid id, string secret) =>
        connector.Integrator.PutAsJsonAsync(
            $"/v1/connections/{id}/credentials",
            new { clientId = org.ClientId, clientSecret = secret },
            Token
        );

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
