using System.Collections.Concurrent;
using System.Net;
using LeadSync.Contracts;
using LeadSync.Gateway.Access;
using LeadSync.Gateway.Config;
using LeadSync.Gateway.Forwarding;
using LeadSync.Hosting.Web;
using LeadSync.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Gateway.Tests.Config;

/// <summary>Two services keep a part of the file each, so that it shows what is done at every one of them.</summary>
public sealed class When_a_file_of_settings_is_applied(When_a_file_of_settings_is_applied.WithOwners gateway)
    : IClassFixture<When_a_file_of_settings_is_applied.WithOwners>
{
    private const string File = "sources:\n  - name: web\nrules: []\n";

    private async Task<HttpResponseMessage> PutAsync(
        string file = File,
        KeyRole role = KeyRole.Integrator,
        string path = "/v1/config",
        bool post = false
    )
    {
        gateway.Asked.Clear();
        var client = await gateway.ClientAsync(role);
        return await client.SendAsync(
            post ? HttpMethod.Post : HttpMethod.Put,
            path,
            Http.Body(file, "application/yaml")
        );
    }

    [Fact]
    public async Task Everyone_checks_it_before_anyone_saves_and_their_changes_are_told_together()
    {
        var answer = await PutAsync();

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        gateway.Asked.ShouldBe([
            "Mapping dryRun=true others=rules",
            "Push dryRun=true others=sources",
            "Mapping dryRun=false others=rules",
            "Push dryRun=false others=sources",
        ]);
        gateway.Files.ShouldAllBe(file => file == File);
        var body = await answer.ReadJsonAsync();
        body.GetProperty("changed")
            .EnumerateArray()
            .Select(change => change.Text("name"))
            .ShouldBe(["Mapping", "Push"]);
        body.GetProperty("unchanged").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task Given_out_it_holds_the_parts_of_everyone()
    {
        var client = await gateway.ClientAsync(KeyRole.Viewer);

        (await client.GetStringAsync("/v1/config", TestContext.Current.CancellationToken)).ShouldBe(
            "ofMapping: []\nofPush: []\n"
        );
    }

    [Theory]
    [InlineData("/v1/config/diff", true)]
    [InlineData("/v1/config?dryRun=true", false)]
    public async Task Asked_what_would_change_nobody_saves(string path, bool post)
    {
        var answer = await PutAsync(path: path, post: post);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        gateway.Asked.ShouldAllBe(asked => asked.Contains("dryRun=true"));
        (await answer.ReadJsonAsync()).GetProperty("changed").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task Every_fault_is_told_whoever_finds_it_and_nobody_saves()
    {
        gateway.Faults["Mapping"] = "sources[0].name";
        gateway.Faults["Push"] = "rules[0].keys";

        var answer = await PutAsync();

        gateway.Faults.Clear();
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var problem = await answer.ReadJsonAsync();
        problem.Text("code").ShouldBe("SETTING_INVALID");
        problem
            .GetProperty("faults")
            .EnumerateArray()
            .Select(fault => fault.Text("field"))
            .ShouldBe(["sources[0].name", "rules[0].keys"]);
        gateway.Asked.ShouldAllBe(asked => asked.Contains("dryRun=true"));
    }

    [Fact]
    public async Task While_one_of_them_is_away_nobody_saves()
    {
        gateway.Away = "Push";

        var answer = await PutAsync();

        gateway.Away = null;
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await answer.ReadJsonAsync()).Text("code").ShouldBe("CRM_UNAVAILABLE");
        gateway.Asked.ShouldAllBe(asked => asked.Contains("dryRun=true"));
    }

    [Fact]
    public async Task A_file_that_is_too_large_reaches_nobody()
    {
        var answer = await PutAsync(new string('#', (1024 * 1024) + 1));

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        gateway.Asked.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(KeyRole.Capture)]
    [InlineData(KeyRole.Viewer)]
    public async Task It_takes_an_integrator(KeyRole role)
    {
        (await PutAsync(role: role)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await PutAsync(role: role, path: "/v1/config/diff", post: true)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        gateway.Asked.ShouldBeEmpty();
    }

    public sealed class WithOwners : GatewayUnderTest
    {
        private readonly List<StubPeer> _peers = [];

        /// <summary>Who was asked what, in order.</summary>
        public ConcurrentQueue<string> Asked { get; } = [];
        public ConcurrentQueue<string> Files { get; } = [];

        /// <summary>Where each finds a fault; absent: nowhere.</summary>
        public ConcurrentDictionary<string, string> Faults { get; } = new(StringComparer.Ordinal);

        /// <summary>Who answers that it cannot check now.</summary>
        public string? Away { get; set; }

        protected override void Replace(IServiceCollection services) =>
            services.AddSingleton<IReadOnlyList<ConfigOwner>>([
                new(ForwardTable.Mapping, ["sources"]),
                new(ForwardTable.Push, ["rules"]),
            ]);

        protected override async Task PrepareAsync()
        {
            await base.PrepareAsync();
            foreach (var service in new[] { "Mapping", "Push" })
            {
                var peer = await StubPeer.StartAsync(app =>
                {
                    app.MapPut("/v1/config", (HttpRequest request) => AnswerAsync(service, request));
                    app.MapGet("/v1/config", () => Results.Text($"of{service}: []\n", "application/yaml"));
                });
                _peers.Add(peer);
                Settings[$"Services:{service}"] = peer.Address.ToString();
            }
        }

        private async Task<IResult> AnswerAsync(string service, HttpRequest request)
        {
            using var reader = new StreamReader(request.Body);
            Files.Enqueue(await reader.ReadToEndAsync());
            Asked.Enqueue($"{service} dryRun={request.Query["dryRun"]} others={request.Query["others"]}");
            if (Away == service)
                return FailureCatalogue.CrmUnavailable.Problem(503, "Away.");
            return Faults.TryGetValue(service, out var field)
                ? FailureCatalogue.SettingInvalid.Problem(
                    422,
                    "Wrong.",
                    [new FieldFault(field, "is wrong", "Mend it.")]
                )
                : Results.Ok(
                    new
                    {
                        changed = new[]
                        {
                            new
                            {
                                kind = "source",
                                name = service,
                                change = "created",
                                after = new { name = service },
                            },
                        },
                        unchanged = 1,
                    }
                );
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            foreach (var peer in _peers)
                await peer.DisposeAsync();
        }
    }
}
