using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using LeadSync.Connector.Tokens;
using LeadSync.Contracts;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.Hosting.Web;
using LeadSync.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Connector.Tests.OAuth;

public sealed class When_a_token_expires_under_many(When_a_token_expires_under_many.ThreeReplicas connectors)
    : IClassFixture<When_a_token_expires_under_many.ThreeReplicas>
{
    [Fact]
    public async Task Fifty_askers_at_three_replicas_cost_one_renewal()
    {
        var org = connectors.First.NewOrg();
        var id = await connectors.First.AuthoriseAsync(org);
        var old = await connectors.First.GrantAsync(id);
        org.ExpireSessions();
        var before = Renewals();

        var grants = await Task.WhenAll(
            Enumerable
                .Range(0, 50)
                .Select(async number =>
                {
                    var answer = await AskAsync(number, id, AccessTokens.Hash(old.AccessToken));
                    answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Token));
                    return (await answer.Content.ReadFromJsonAsync<Grant>(Token))!;
                })
        );

        (Renewals() - before).ShouldBe(1);
        var token = grants.Select(grant => grant.AccessToken).Distinct(StringComparer.Ordinal).ShouldHaveSingleItem();
        token.ShouldNotBe(old.AccessToken, StringComparer.Ordinal);
        (await CallAsync(grants[0])).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Five_hundred_expiries_and_a_login_that_drops_out_lose_nothing()
    {
        const int expiries = 500;
        var org = connectors.First.NewOrg();
        var id = await connectors.First.AuthoriseAsync(org);
        // A request that never arrived has used nothing up, not even a refresh token that rotates.
        var drops = connectors.First.Salesforce.Faults.Put(
            new FaultRule
            {
                Kind = FaultKind.DropBeforeEffect,
                Match = new FaultMatch { Kind = RequestKinds.Refresh },
                Probability = 0.05,
                Seed = 7,
            }
        );
        var expired = 0;
        var before = Renewals();

        await Task.WhenAll(Enumerable.Range(0, 6).Select(WorkAsync));

        connectors.First.Salesforce.Faults.Remove(drops);
        (await connectors.First.ShowAsync(id)).GetProperty("status").GetString().ShouldBe("connected");
        (await connectors.First.HistoryAsync(id)).ShouldNotContain(what => what == "reconnectionRequired");
        // Each expiry is renewed at most once, but for those that the login dropped, which are asked for again.
        (Renewals() - before).ShouldBeInRange(1, expired + 1);

        // Every call in the end gets through: one that is refused is repeated with the token that comes then.
        async Task WorkAsync(int number)
        {
            var random = new Random(number);
            var grant = await GrantAsync(number, id, refusedToken: null);
            while (Volatile.Read(ref expired) < expiries)
            {
                while (await CallAsync(grant) == HttpStatusCode.Unauthorized)
                    grant = await GrantAsync(random.Next(), id, AccessTokens.Hash(grant.AccessToken));
                if (random.Next(3) == 0)
                {
                    org.ExpireSessions();
                    Interlocked.Increment(ref expired);
                }
            }
        }
    }

    [Fact]
    public async Task A_rotated_refresh_token_is_stored_before_the_access_that_came_with_it_is_used()
    {
        var org = connectors.First.NewOrg();
        var id = await connectors.First.AuthoriseAsync(org);
        var token = (await connectors.First.GrantAsync(id)).AccessToken;

        // Each renewal kills the refresh token before it: were one not kept, the next would be the last.
        for (var renewal = 0; renewal < 3; renewal++)
        {
            org.ExpireSessions();
            var answer = await AskAsync(renewal, id, AccessTokens.Hash(token));
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            token = (await answer.Content.ReadFromJsonAsync<Grant>(Token))!.AccessToken;
        }
    }

    private async Task<Grant> GrantAsync(int number, Guid id, string? refusedToken)
    {
        while (true)
        {
            using var answer = await AskAsync(number, id, refusedToken);
            if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
            {
                answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Token));
                return (await answer.Content.ReadFromJsonAsync<Grant>(Token))!;
            }
        }
    }

    private Task<HttpResponseMessage> AskAsync(int number, Guid id, string? refusedToken) =>
        connectors
            .Clients[number % connectors.Clients.Count]
            .PostAsJsonAsync($"/v1/connections/{id}/grants", new GrantRequest(1, refusedToken), Token);

    private async Task<HttpStatusCode> CallAsync(Grant grant)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(grant.InstanceUrl, "/services/data/v60.0/limits")
        );
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", grant.AccessToken);
        using var response = await connectors.Crm.SendAsync(request, Token);
        return response.StatusCode;
    }

    /// <summary>How often the CRM's login was asked and answered.</summary>
    private int Renewals() =>
        connectors.First.Salesforce.Journal.Entries.Count(entry =>
            entry.Kind == RequestKinds.Token && entry.Fate == Fate.Answered
        );

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Three replicas of Connector on one database.</summary>
    public sealed class ThreeReplicas : IAsyncLifetime
    {
        private readonly List<Replica> _others = [];
        private readonly SocketsHttpHandler _handler = new();

        public OAuthUnderTest First { get; } = new();

        public IReadOnlyList<HttpClient> Clients { get; private set; } = [];

        /// <summary>Calls the org as Push does.</summary>
        public HttpClient Crm { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            await First.InitializeAsync();
            for (var number = 0; number < 2; number++)
            {
                var other = new Replica(First);
                await other.InitializeAsync();
                _others.Add(other);
            }
            Clients =
            [
                First.Service,
                .. _others.Select(other => other.Client(ConnectorUnderTest.Workspace, Role.Service, "push")),
            ];
            Crm = new HttpClient(_handler);
        }

        public async ValueTask DisposeAsync()
        {
            Crm.Dispose();
            _handler.Dispose();
            foreach (var other in _others)
                await other.DisposeAsync();
            await First.DisposeAsync();
        }
    }

    private sealed class Replica(OAuthUnderTest first) : ServiceUnderTest<ConnectorOptions>("connector")
    {
        protected override Task PrepareAsync()
        {
            foreach (var (key, value) in first.Settings)
                Settings[key] = value;
            Settings["Database:Name"] = first.Database.Name;
            return Task.CompletedTask;
        }

        protected override void Replace(IServiceCollection services) =>
            services.AddSingleton<TimeProvider>(first.Clock);
    }
}
