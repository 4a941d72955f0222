using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using LeadSync.Gateway.Access;
using LeadSync.Gateway.Forwarding;
using LeadSync.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LeadSync.Gateway.Tests.Forwarding;

public sealed partial class When_requests_are_forwarded(When_requests_are_forwarded.WithPeers gateway)
    : IClassFixture<When_requests_are_forwarded.WithPeers>
{
    public static TheoryData<string, string, string?, KeyRole> Table()
    {
        var table = new TheoryData<string, string, string?, KeyRole>();
        foreach (var row in ForwardTable.Rows.Where(row => row.Role is not null))
        {
            foreach (var method in row.Methods)
                table.Add(method, row.Path, row.Service, row.Role!.Value);
        }
        return table;
    }

    [Fact]
    public void Without_a_key_there_are_only_the_pages_on_the_way_to_a_connection() =>
        ForwardTable
            .Rows.Where(row => row.Role is null)
            .Select(row => $"{string.Join(',', row.Methods)} {row.Path} → {row.Service}")
            .ShouldBe(["GET /oauth/{system}/callback → Connector", "GET,POST /connect/{secret} → Connector"]);

    [Theory]
    [InlineData("GET", "/oauth/salesforce/callback?code=a%3D&state=b")]
    [InlineData("GET", "/connect/secret")]
    [InlineData("POST", "/connect/confirm")]
    public async Task A_page_needs_no_key_gets_no_token_and_keeps_its_own_cookie_alone(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.TryAddWithoutValidation("Cookie", "leadsync-connect=c1; session=s1");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer anything");
        request.Headers.TryAddWithoutValidation("X-Forwarded-Host", "evil.example");
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", "198.51.100.7");
        gateway.Seen.Clear();

        var answer = await gateway.Anonymous().SendAsync(request, TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var seen = gateway.Seen.ShouldHaveSingleItem();
        seen.Service.ShouldBe("Connector");
        seen.Path.ShouldBe(path);
        seen.Headers.ShouldNotContainKey("Authorization");
        seen.Headers["Cookie"].ShouldBe("leadsync-connect=c1");
        seen.Headers["X-Forwarded-Host"].ShouldBe(gateway.Address.Authority);
        seen.Headers["X-Forwarded-Proto"].ShouldBe("http");
        seen.Headers["X-Forwarded-For"].ShouldBe("127.0.0.1");
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Fact]
    public async Task A_page_whose_service_is_away_says_so()
    {
        await gateway.TakeConnectorAwayAsync();

        var answer = await gateway.Anonymous().SendAsync(HttpMethod.Get, "/connect/secret");

        await gateway.BringConnectorBackAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await answer.ReadJsonAsync()).Text("code").ShouldBe("UNAVAILABLE");
    }

    [Theory]
    [InlineData("POST", "/oauth/salesforce/callback")]
    [InlineData("GET", "/oauth/salesforce/callback/more")]
    [InlineData("GET", "/oauth/callback")]
    [InlineData("GET", "/connect/secret/more")]
    [InlineData("GET", "/connect")]
    public async Task Beside_the_pages_nothing_is_to_be_had_without_a_key(string method, string path)
    {
        gateway.Seen.Clear();

        (await gateway.Anonymous().SendAsync(new HttpMethod(method), path)).IsSuccessStatusCode.ShouldBeFalse();

        gateway.Seen.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Each_row_is_for_its_roles_and_reaches_its_service_as_the_keys_workspace(
        string method,
        string pattern,
        string? service,
        KeyRole least
    )
    {
        var path = Part().Replace(pattern.Replace("{**rest}", "x/y", StringComparison.Ordinal), "c1");

        foreach (var key in new[] { null, "nonsense", KeyText.Make().Text })
        {
            var client = key is null ? gateway.Anonymous() : gateway.ClientWith(key);
            (await client.SendAsync(new HttpMethod(method), path)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }
        foreach (var workspace in new[] { "acme", "other" })
        {
            foreach (var role in Enum.GetValues<KeyRole>())
            {
                var client = await gateway.ClientAsync(role, workspace);
                gateway.Seen.Clear();

                var answer = await client.SendAsync(new HttpMethod(method), path + "?workspace=victim");

                var isAllowed = role != KeyRole.Capture && role >= least;
                answer.StatusCode.ShouldBe(
                    !isAllowed ? HttpStatusCode.Forbidden
                        : service is null ? HttpStatusCode.NotFound
                        : HttpStatusCode.OK,
                    $"{method} {path} as {role}"
                );
                if (!isAllowed || service is null)
                {
                    gateway.Seen.ShouldBeEmpty();
                    continue;
                }
                var seen = gateway.Seen.ShouldHaveSingleItem();
                seen.Service.ShouldBe(service);
                seen.Path.ShouldBe(path + "?workspace=victim");
                seen.Claim("aud").ShouldBe(service.ToLowerInvariant());
                seen.Claim("workspace").ShouldBe(workspace);
                seen.Claim("role").ShouldBe(role.ToString());
                seen.Claim("sub").ShouldStartWith("key:");
            }
        }
    }

    [Fact]
    public void Whatever_changes_something_takes_an_integrator()
    {
        ForwardTable
            .Rows.Where(row => row.Service is not null && row.Methods.Any(method => method != "GET"))
            // A preview brings a body and changes nothing.
            .Where(row => !row.Path.EndsWith("/preview", StringComparison.Ordinal))
            .ShouldAllBe(row => row.Role == null || row.Role >= KeyRole.Integrator);
    }

    [Theory]
    [InlineData("/v1/connections/c1/lookup")]
    [InlineData("/v1/connections/c1/grants")]
    [InlineData("/v1/connections/c1/grants/")]
    [InlineData("/v1/Connections/c1/GRANTS")]
    [InlineData("/v1/connections/c1/%67rants")]
    [InlineData("/v1/connections/c1/x/../grants")]
    [InlineData("/v1/unknown")]
    [InlineData("/v1/config/more")]
    [InlineData("/")]
    public async Task What_is_not_in_the_table_is_not_there(string path)
    {
        var client = await gateway.ClientAsync(KeyRole.Manager);
        gateway.Seen.Clear();

        (await client.CaptureAsync("{}", path: path)).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        gateway.Seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task Body_type_status_and_etags_pass_through_and_the_key_does_not()
    {
        var client = await gateway.ClientAsync(KeyRole.Integrator);
        using var request = new HttpRequestMessage(HttpMethod.Put, "/v1/sources/web?dry=true");
        request.Content = Http.Body("sources:\n  - name: Zoë\n", "application/yaml");
        request.Headers.TryAddWithoutValidation("If-Match", "\"7\"");
        request.Headers.TryAddWithoutValidation("Connection", "X-Between");
        request.Headers.TryAddWithoutValidation("X-Between", "1");
        request.Headers.TryAddWithoutValidation("Cookie", "a=b");
        gateway.Seen.Clear();

        var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        var seen = gateway.Seen.ShouldHaveSingleItem();
        seen.Body.ShouldBe("sources:\n  - name: Zoë\n");
        seen.Headers["Content-Type"].ShouldBe("application/yaml; charset=utf-8");
        seen.Headers["If-Match"].ShouldBe("\"7\"");
        seen.Headers.ShouldNotContainKey("X-Between");
        seen.Headers.ShouldNotContainKey("Cookie");
        seen.Headers["Authorization"].ShouldNotContain("ls_live");
        answer.Headers.ETag!.Tag.ShouldBe("\"8\"");
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(7));
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Fact]
    public async Task The_answer_of_a_service_is_passed_on_as_it_is_also_when_it_is_a_refusal_without_a_body()
    {
        var client = await gateway.ClientAsync(KeyRole.Viewer);

        var refused = await client.SendAsync(HttpMethod.Get, "/v1/lanes/refused");
        var empty = await client.SendAsync(HttpMethod.Get, "/v1/lanes/empty");

        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await refused.ReadTextAsync()).ShouldBe("""{"code":"CONFLICT"}""");
        empty.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await empty.ReadTextAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_answer_is_streamed_as_it_comes()
    {
        var client = await gateway.ClientAsync(KeyRole.Viewer);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/lanes/stream");

        using var answer = await client.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken
        );
        using var lines = await answer.OpenAsync();
        var first = await lines.NextAsync();
        gateway.MayEnd.SetResult();
        var second = await lines.NextAsync();

        first!.Value.GetInt32().ShouldBe(1);
        second!.Value.GetInt32().ShouldBe(2);
    }

    [Theory]
    [InlineData("/v1/counts")]
    [InlineData("/v1/lanes/no-such-token")]
    public async Task A_service_that_is_away_or_refuses_us_is_unavailable_and_the_key_is_not_blamed(string path)
    {
        var client = await gateway.ClientAsync(KeyRole.Viewer);
        if (path == "/v1/counts")
            await gateway.Audit.DisposeAsync();

        var answer = await client.SendAsync(HttpMethod.Get, path);

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter.ShouldNotBeNull();
        (await answer.ReadJsonAsync()).Text("code").ShouldBe("UNAVAILABLE");
        if (path == "/v1/counts")
            await gateway.RestartAuditAsync();
    }

    public sealed record Arrival(string Service, string Path, string Body, IDictionary<string, string> Headers)
    {
        public string Claim(string name)
        {
            var payload = Headers["Authorization"].Split('.')[1];
            return JsonElement
                .Parse(System.Buffers.Text.Base64Url.DecodeFromChars(payload))
                .GetProperty(name)
                .GetString()!;
        }
    }

    /// <summary>Gateway with stubs of all the services behind it, which write down what reaches them.</summary>
    [GeneratedRegex(@"\{\w+\}", RegexOptions.None, 1000)]
    private static partial Regex Part();

    public sealed class WithPeers : GatewayUnderTest
    {
        private readonly List<StubPeer> _peers = [];
        private StubPeer? _connector;

        public ConcurrentQueue<Arrival> Seen { get; } = new();
        public TaskCompletionSource MayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public StubPeer Audit { get; private set; } = null!;

        protected override async Task PrepareAsync()
        {
            foreach (var service in new[] { "Connector", "Mapping", "Push", "Audit" })
            {
                var peer = await StubPeer.StartAsync(app => Map(app, service));
                _peers.Add(peer);
                Settings[$"Services:{service}"] = peer.Address.ToString();
                if (service == "Connector")
                    _connector = peer;
                Audit = peer;
            }
        }

        public async Task RestartAuditAsync() => Audit = await RestartAsync("Audit");

        public ValueTask TakeConnectorAwayAsync() => _connector!.DisposeAsync();

        public async Task BringConnectorBackAsync() => _connector = await RestartAsync("Connector");

        private async Task<StubPeer> RestartAsync(string service)
        {
            var peer = await StubPeer.StartAsync(app =>
            {
                app.Urls.Clear();
                app.Urls.Add(Settings[$"Services:{service}"]!);
                Map(app, service);
            });
            _peers.Add(peer);
            return peer;
        }

        private void Map(WebApplication app, string service)
        {
            app.MapGet(
                "/v1/lanes/refused",
                () => Results.Text("""{"code":"CONFLICT"}""", "application/problem+json", Encoding.UTF8, 409)
            );
            app.MapGet("/v1/lanes/empty", () => Results.StatusCode(404));
            app.MapGet("/v1/lanes/no-such-token", () => Results.Unauthorized());
            app.MapGet(
                "/v1/lanes/stream",
                async (HttpResponse response) =>
                {
                    await response.WriteAsync("1\n");
                    await response.Body.FlushAsync();
                    await MayEnd.Task;
                    await response.WriteAsync("2\n");
                }
            );
            app.Map(
                "/{**all}",
                async (HttpContext context) =>
                {
                    using var body = new StreamReader(context.Request.Body);
                    Seen.Enqueue(
                        new Arrival(
                            service,
                            context.Request.Path + context.Request.QueryString.ToUriComponent(),
                            await body.ReadToEndAsync(),
                            context.Request.Headers.ToDictionary(
                                header => header.Key,
                                header => header.Value.ToString(),
                                StringComparer.OrdinalIgnoreCase
                            )
                        )
                    );
                    context.Response.Headers.ETag = "\"8\"";
                    context.Response.Headers.RetryAfter = "7";
                    context.Response.Headers.SetCookie = "a=b";
                    return Results.Json(new { service });
                }
            );
        }

        public override async ValueTask DisposeAsync()
        {
            MayEnd.TrySetResult();
            await base.DisposeAsync();
            foreach (var peer in _peers)
                await peer.DisposeAsync();
        }
    }
}
