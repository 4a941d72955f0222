using System.Collections.Concurrent;
using LeadSync.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LeadSync.Gateway.Tests.Forwarding;

public sealed class When_a_proxy_stands_before_us(When_a_proxy_stands_before_us.BehindProxy gateway)
    : IClassFixture<When_a_proxy_stands_before_us.BehindProxy>
{
    [Fact]
    public async Task The_services_learn_the_address_that_the_browser_used()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/connect/secret");
        request.Headers.TryAddWithoutValidation("X-Forwarded-Host", "leads.example.com");
        request.Headers.TryAddWithoutValidation("X-Forwarded-Proto", "https");

        await gateway.Anonymous().SendAsync(request, TestContext.Current.CancellationToken);

        gateway.Seen.ShouldBe(["https://leads.example.com"]);
    }

    /// <summary>Gateway that trusts who calls from this machine.</summary>
    public sealed class BehindProxy : GatewayUnderTest
    {
        private StubPeer? _connector;

        public ConcurrentQueue<string> Seen { get; } = [];

        protected override async Task PrepareAsync()
        {
            _connector = await StubPeer.StartAsync(app =>
                app.MapGet(
                    "/connect/{secret}",
                    (HttpRequest request) =>
                        Seen.Enqueue($"{request.Headers["X-Forwarded-Proto"]}://{request.Headers["X-Forwarded-Host"]}")
                )
            );
            Settings["Services:Connector"] = _connector.Address.ToString();
            Settings["Proxy:Trusted:0"] = "127.0.0.0/8";
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            await _connector!.DisposeAsync();
        }
    }
}
