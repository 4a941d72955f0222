using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Gateway.Access;
using LeadSync.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LeadSync.Gateway.Tests.TestBatches;

public sealed class When_a_test_batch_is_asked_for(When_a_test_batch_is_asked_for.WithPeers gateway)
    : IClassFixture<When_a_test_batch_is_asked_for.WithPeers>
{
    private const string Samples = """{"mode":"preview","source":"web","leads":[{"fields":{"lastName":"Ng"}}]}""";
    private static readonly Guid Connection = new("019c0000-0000-7000-8000-000000000001");
    private static readonly string Path = $"/v1/connections/{Connection}/test-batch";

    [Fact]
    public async Task Mapping_maps_the_samples_and_Push_tries_what_comes_of_it()
    {
        gateway.Asked.Clear();
        var client = await gateway.ClientAsync(KeyRole.Integrator);

        var answer = await client.SendAsync(HttpMethod.Post, Path, Http.Body(Samples));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.ReadJsonAsync()).Text("tried").ShouldBe("yes");
        var (mapping, push) = (gateway.Asked.ElementAt(0), gateway.Asked.ElementAt(1));
        mapping.ShouldBe(($"/v1/test-leads/{Connection}", Samples));
        push.Path.ShouldBe("/v1/test-batches");
        var batch = JsonSerializer.Deserialize<TestBatch>(push.Body, JsonSerializerOptions.Web)!;
        batch.ConnectionId.ShouldBe(Connection);
        batch.Leads.ShouldHaveSingleItem().Wanted!.Sections[0].Fields[0].Value.GetString().ShouldBe("Ng");
    }

    [Fact]
    public async Task What_Mapping_refuses_is_passed_back_and_nothing_is_tried()
    {
        gateway.Asked.Clear();
        gateway.Refuses = FailureCatalogue.TestBatchInvalid;
        var client = await gateway.ClientAsync(KeyRole.Integrator);

        var answer = await client.SendAsync(HttpMethod.Post, Path, Http.Body(Samples));
        gateway.Refuses = null;

        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await answer.ReadJsonAsync()).Text("code").ShouldBe("TEST_BATCH_INVALID");
        gateway.Asked.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(KeyRole.Viewer)]
    [InlineData(KeyRole.Capture)]
    public async Task It_takes_an_integrator(KeyRole role)
    {
        gateway.Asked.Clear();
        var client = await gateway.ClientAsync(role);

        (await client.SendAsync(HttpMethod.Post, Path, Http.Body(Samples))).StatusCode.ShouldBe(
            HttpStatusCode.Forbidden
        );
        (await client.SendAsync(HttpMethod.Get, $"{Path}/{Connection}")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        gateway.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        gateway.Asked.Clear();
        var client = await gateway.ClientAsync(KeyRole.Integrator);

        var answer = await client.SendAsync(
            HttpMethod.Post,
            Path,
            Http.Body($$"""{"mode":"{{new string('x', 600_000)}}"}""")
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await answer.ReadJsonAsync()).Text("code").ShouldBe("BODY_TOO_LARGE");
        gateway.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_that_was_written_is_asked_about_again_at_Push_and_what_services_ask_each_other_is_not_passed_on()
    {
        gateway.Asked.Clear();
        var client = await gateway.ClientAsync(KeyRole.Integrator);

        (await client.SendAsync(HttpMethod.Get, $"{Path}/{Connection}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.SendAsync(HttpMethod.Post, "/v1/test-batches", Http.Body("{}"))).StatusCode.ShouldBe(
            HttpStatusCode.NotFound
        );
        (await client.SendAsync(HttpMethod.Post, $"/v1/test-leads/{Connection}", Http.Body("{}"))).StatusCode.ShouldBe(
            HttpStatusCode.NotFound
        );
        gateway.Asked.ShouldHaveSingleItem().Path.ShouldBe($"{Path}/{Connection}");
    }

    /// <summary>Gateway with a Mapping that maps one lead, and a Push that says that it tried.</summary>
    public sealed class WithPeers : GatewayUnderTest
    {
        private readonly List<StubPeer> _peers = [];

        /// <summary>What Mapping says instead of a batch.</summary>
        public FailureKind? Refuses { get; set; }

        public ConcurrentQueue<(string Path, string Body)> Asked { get; } = new();

        protected override async Task PrepareAsync()
        {
            var mapping = await StubPeer.StartAsync(app =>
                app.MapPost(
                    "/v1/test-leads/{id:guid}",
                    async (Guid id, HttpContext context) =>
                    {
                        await NoteAsync(context);
                        return Refuses is { } kind
                            ? Hosting.Web.Problems.Problem(kind, 422, "No.")
                            : Results.Json(Batch(id), JsonSerializerOptions.Web);
                    }
                )
            );
            var push = await StubPeer.StartAsync(app =>
                app.MapFallback(
                    async (HttpContext context) =>
                    {
                        await NoteAsync(context);
                        return Results.Json(new { tried = "yes" });
                    }
                )
            );
            _peers.AddRange([mapping, push]);
            Settings["Services:Mapping"] = mapping.Address.ToString();
            Settings["Services:Push"] = push.Address.ToString();
        }

        private async Task NoteAsync(HttpContext context)
        {
            using var body = new StreamReader(context.Request.Body);
            Asked.Enqueue((context.Request.Path, await body.ReadToEndAsync()));
        }

        private static TestBatch Batch(Guid connectionId) =>
            new(
                Guid.CreateVersion7(),
                connectionId,
                TestMode.Preview,
                "web",
                [
                    new TestLead(1, "sample")
                    {
                        Wanted = new MappedLead
                        {
                            EventId = Guid.CreateVersion7(),
                            OccurredAt = DateTimeOffset.UnixEpoch,
                            Source = "web",
                            LeadId = "sample",
                            ConnectionId = connectionId,
                            Version = 1,
                            CreateAs = "Lead",
                            Match = new MatchKeys(),
                            Sections =
                            [
                                new MappedSection
                                {
                                    Object = "Lead",
                                    Fields =
                                    [
                                        new MappedField(
                                            "LastName",
                                            JsonSerializer.SerializeToElement("Ng"),
                                            DateTimeOffset.UnixEpoch,
                                            WriteRule.Overwrite
                                        ),
                                    ],
                                },
                            ],
                        },
                    },
                ]
            );

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            foreach (var peer in _peers)
                await peer.DisposeAsync();
        }
    }
}
