using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Dapper;
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
        var org = connector.NewOrg();
        List<string> canaries = [org.ClientSecret, Wrong, Torn, Convert.ToBase64String(Servers.MasterKey)];

        var id = await connector.ConnectAsync(org);
        canaries.Add((await connector.GrantAsync(id)).AccessToken);
        await GoWrongAsync(org, id);
        org.ExpireSessions();
        canaries.Add((await connector.GrantAsync(id, 1, AccessTokens.Hash(canaries[^1]))).AccessToken);
        await ReplaceAsync(org, id, org.ClientSecret);
        canaries.Add((await connector.GrantAsync(id)).AccessToken);
        await connector.Services.GetRequiredService<Probe>().RunOnceAsync(Token);
        await connector.Integrator.GetAsync($"/v1/connections/{id}/schema/Lead?refresh=true", Token);

        var dump = await DumpAsync();
        dump.ShouldContain(org.ClientId);
        traces.Text.ShouldContain("/services/oauth2/token");
        connector.Logs.Lines.ShouldNotBeEmpty();
        foreach (var spelling in canaries.Distinct(StringComparer.Ordinal).SelectMany(Spellings))
        {
            dump.ShouldNotContain(spelling, Case.Insensitive);
            traces.Text.ShouldNotContain(spelling, Case.Insensitive);
            string.Join('\n', connector.Logs.Lines).ShouldNotContain(spelling, Case.Insensitive);
        }
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

    /// <summary>Every row of every table as text; binary columns come in hexadecimal.</summary>
    private async Task<string> DumpAsync()
    {
        await using var connection = await connector.Database.Owner.OpenConnectionAsync(Token);
        var dump = new StringBuilder();
        var tables = await connection.QueryAsync<string>(
            "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
        );
        foreach (var table in tables)
        {
            foreach (var row in await connection.QueryAsync<string>($"select row::text from {table} row"))
                dump.AppendLine(row);
        }
        return dump.ToString();
    }

    private static IEnumerable<string> Spellings(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        // Without the last characters, which depend on what follows when it is part of something longer.
        return [secret, Uri.EscapeDataString(secret), Convert.ToHexString(bytes), Convert.ToBase64String(bytes)[..^4]];
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Every span of this process with all that stands in it.</summary>
    private sealed class CapturedTraces : IDisposable
    {
        private readonly StringBuilder _text = new();
        private readonly ActivityListener _listener;

        public CapturedTraces()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = _ => true,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = Add,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public string Text
        {
            get
            {
                lock (_text)
                    return _text.ToString();
            }
        }

        public void Dispose() => _listener.Dispose();

        private void Add(Activity span)
        {
            lock (_text)
            {
                _text.AppendLine($"{span.DisplayName} {span.StatusDescription}");
                foreach (
                    var (key, value) in span.TagObjects.Concat(span.Events.SelectMany(happening => happening.Tags))
                )
                    _text.AppendLine($"{key}={value}");
                foreach (var (key, value) in span.Baggage)
                    _text.AppendLine($"{key}={value}");
            }
        }
    }
}
