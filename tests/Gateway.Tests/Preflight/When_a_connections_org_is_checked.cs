using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Gateway.Access;
using LeadSync.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LeadSync.Gateway.Tests.Preflight;

public sealed class When_a_connections_org_is_checked(When_a_connections_org_is_checked.WithPeers gateway)
    : IClassFixture<When_a_connections_org_is_checked.WithPeers>
{
    private static readonly Guid Mine = new("019c0000-0000-7000-8000-000000000001");
    private static readonly Guid Other = new("019c0000-0000-7000-8000-000000000002");

    [Fact]
    public async Task Connector_is_asked_with_what_is_mapped_and_decided_for_it()
    {
        gateway.Asked.Clear();
        gateway.Mapping = Results.Json(
            new object[]
            {
                Mapping(
                    Mine,
                    "Lead",
                    new
                    {
                        field = "Email",
                        from = "email",
                        rule = "overwrite",
                    }
                ),
                Mapping(
                    Mine,
                    "Contact",
                    new { field = "LeadSource", constant = "Web" },
                    new
                    {
                        field = "NumberOfEmployees",
                        from = "staff",
                        @default = 7,
                    }
                ),
                Mapping(Other, "Account", new { field = "Name", from = "company" }),
            }
        );
        var client = await gateway.ClientAsync(KeyRole.Integrator);

        var answer = await client.SendAsync(HttpMethod.Get, $"/v1/connections/{Mine}/preflight");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var (path, body, accept) = gateway.Asked.ShouldHaveSingleItem();
        path.ShouldBe($"/v1/connections/{Mine}/preflight");
        accept.ShouldBe("");
        var asked = JsonSerializer.Deserialize<PreflightRequest>(body, JsonSerializerOptions.Web)!;
        asked.Rules.Creates.ShouldBe(["Lead"]);
        asked.Objects.Select(mapped => mapped.Object).ShouldBe(["Lead", "Contact"]);
        var (source, staff) = (asked.Objects[1].Fields[0], asked.Objects[1].Fields[1]);
        (source.Field, source.AnyValue).ShouldBe(("LeadSource", false));
        source.Values.ShouldBe(["Web"]);
        (staff.Field, staff.AnyValue).ShouldBe(("NumberOfEmployees", true));
        staff.Values.ShouldBe(["7"]);
    }

    [Fact]
    public async Task What_the_push_rules_say_is_what_the_org_is_checked_against()
    {
        gateway.Asked.Clear();
        gateway.Mapping = Results.Json(new object[] { Mapping(Mine, "Lead"), Mapping(Mine, "Contact") });
        gateway.Rules = Results.Json(
            new object[]
            {
                Rule(
                    Mine,
                    "Lead",
                    new
                    {
                        mode = "createOnly",
                        externalIdField = "Person_Id__c",
                        owner = new { by = "queue", id = "00G000000000001AAA" },
                    }
                ),
                Rule(Mine, "Contact", new { mode = "createOnly", externalIdField = (string?)null }),
                Rule(Other, "Lead", new { mode = "updateOnly", externalIdField = (string?)null }),
            }
        );
        var client = await gateway.ClientAsync(KeyRole.Integrator);

        await client.SendAsync(HttpMethod.Get, $"/v1/connections/{Mine}/preflight");
        gateway.Rules = Results.Json(
            new object[] { Rule(Mine, "Lead", new { mode = "updateOnly", externalIdField = (string?)null }) }
        );
        await client.SendAsync(HttpMethod.Get, $"/v1/connections/{Mine}/preflight");
        gateway.Rules = Results.Json(Array.Empty<object>());

        var asked = gateway
            .Asked.Select(one => JsonSerializer.Deserialize<PreflightRequest>(one.Body, JsonSerializerOptions.Web)!)
            .ToList();
        asked[0].Rules.Creates.ShouldBe(["Lead"]);
        asked[0].Rules.Updates.ShouldBeFalse();
        (asked[0].Rules.Owner, asked[0].Rules.QueueId).ShouldBe(("queue", "00G000000000001AAA"));
        asked[0].Objects.Select(mapped => mapped.ExternalIdField).ShouldBe(["Person_Id__c", null]);
        asked[1].Rules.Creates.ShouldBeEmpty();
        asked[1].Rules.Updates.ShouldBeTrue();
        asked[1].Rules.Owner.ShouldBe("leave");
    }

    [Fact]
    public async Task Who_asks_for_a_page_gets_the_page_that_Connector_makes()
    {
        gateway.Asked.Clear();
        gateway.Mapping = Results.Json(Array.Empty<object>());
        var client = await gateway.ClientAsync(KeyRole.Manager);
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");

        var answer = await client.SendAsync(HttpMethod.Get, $"/v1/connections/{Mine}/preflight");

        gateway.Asked.ShouldHaveSingleItem().Accept.ShouldBe("text/html");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        answer.Headers.GetValues("Content-Security-Policy").ShouldBe(["default-src 'none'"]);
        (await answer.ReadTextAsync()).ShouldBe("<p>report</p>");
    }

    [Theory]
    [InlineData(KeyRole.Viewer)]
    [InlineData(KeyRole.Capture)]
    public async Task It_costs_the_org_calls_so_it_takes_an_integrator(KeyRole role)
    {
        gateway.Asked.Clear();
        var client = await gateway.ClientAsync(role);

        var answer = await client.SendAsync(HttpMethod.Get, $"/v1/connections/{Mine}/preflight");

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        gateway.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task While_it_is_not_known_what_is_mapped_nothing_is_checked()
    {
        gateway.Asked.Clear();
        gateway.Mapping = Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        var client = await gateway.ClientAsync(KeyRole.Integrator);

        var answer = await client.SendAsync(HttpMethod.Get, $"/v1/connections/{Mine}/preflight");

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await answer.ReadJsonAsync()).Text("code").ShouldBe("UNAVAILABLE");
        answer.Headers.RetryAfter.ShouldNotBeNull();
        gateway.Asked.ShouldBeEmpty();
    }

    private static object Rule(Guid connectionId, string objectName, object rule) =>
        new
        {
            connectionId,
            @object = objectName,
            revision = 1,
            rule,
        };

    private static object Mapping(Guid connectionId, string objectName, params object[] fields) =>
        new
        {
            connectionId,
            @object = objectName,
            enabledSince = "2026-01-31T09:30:00Z",
            fields,
        };

    /// <summary>Gateway with a Mapping that says what a test wants it to say, and a Connector that writes down what it is asked.</summary>
    public sealed class WithPeers : GatewayUnderTest
    {
        private readonly List<StubPeer> _peers = [];

        public IResult Mapping { get; set; } = Results.Empty;
        public IResult Rules { get; set; } = Results.Json(Array.Empty<object>());
        public ConcurrentQueue<(string Path, string Body, string Accept)> Asked { get; } = new();

        protected override async Task PrepareAsync()
        {
            var mapping = await StubPeer.StartAsync(app =>
            {
                app.MapGet("/v1/mappings", () => Mapping);
                app.MapGet(
                    "/v1/routes",
                    () =>
                        Results.Json(
                            new[]
                            {
                                Route(Mine, true, "Lead"),
                                Route(Mine, true, "Lead"),
                                Route(Mine, false, "Contact"),
                                Route(Other, true, "Contact"),
                            }
                        )
                );
            });
            var connector = await StubPeer.StartAsync(app =>
                app.MapPost(
                    "/v1/connections/{id}/preflight",
                    async (HttpContext context) =>
                    {
                        using var body = new StreamReader(context.Request.Body);
                        var accept = context.Request.Headers.Accept.ToString();
                        Asked.Enqueue((context.Request.Path, await body.ReadToEndAsync(), accept));
                        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'";
                        return accept == "text/html"
                            ? Results.Text("<p>report</p>", "text/html")
                            : Results.Json(new { status = "pass" });
                    }
                )
            );
            var push = await StubPeer.StartAsync(app => app.MapGet("/v1/rules", () => Rules));
            _peers.AddRange([mapping, connector, push]);
            Settings["Services:Push"] = push.Address.ToString();
            Settings["Services:Mapping"] = mapping.Address.ToString();
            Settings["Services:Connector"] = connector.Address.ToString();
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            foreach (var peer in _peers)
                await peer.DisposeAsync();
        }

        private static object Route(Guid connectionId, bool enabled, string createAs) =>
            new
            {
                source = "web",
                connectionId,
                enabled,
                enabledSince = (DateTimeOffset?)null,
                createAs,
            };
    }
}
