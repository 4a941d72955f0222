using System.Diagnostics;
using LeadSync.Testing;
using Microsoft.AspNetCore.Builder;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace LeadSync.Hosting.Tests;

public sealed class When_a_span_holds_an_address
{
    [Fact]
    public async Task The_secret_of_a_connect_link_is_taken_out_of_it_and_nothing_else()
    {
        await using var peer = await StubPeer.StartAsync(app => app.MapGet("/{**rest}", () => "hello"));
        var seen = new Seen();
        using (
            Sdk.CreateTracerProviderBuilder()
                .AddSource("System.Net.Http")
                .AddProcessor(new SecretPaths())
                .AddProcessor(seen)
                .Build()
        )
        {
            using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = peer.Address };
            await client.GetAsync(new Uri("/connect/wXyZ-secret?from=mail", UriKind.Relative), Stop);
            await client.GetAsync(new Uri("/v1/connections/42", UriKind.Relative), Stop);
        }

        // Other tests make requests at the same time.
        var ours = seen.Addresses.Where(address =>
            address.StartsWith(peer.Address.ToString(), StringComparison.Ordinal)
        );
        ours.ShouldBe([$"{peer.Address}connect/{{secret}}", $"{peer.Address}v1/connections/42"]);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private sealed class Seen : BaseProcessor<Activity>
    {
        private readonly Lock _lock = new();
        private readonly List<string> _addresses = [];

        public IReadOnlyList<string> Addresses
        {
            get
            {
                lock (_lock)
                    return [.. _addresses];
            }
        }

        public override void OnEnd(Activity data)
        {
            lock (_lock)
                _addresses.Add(data.GetTagItem("url.full") as string ?? "");
        }
    }
}
