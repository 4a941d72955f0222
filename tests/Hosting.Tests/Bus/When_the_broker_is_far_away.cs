using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using LeadSync.Hosting.Bus;
using LeadSync.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace LeadSync.Hosting.Tests.Bus;

/// <summary>
/// Or busy, as after a crash with everybody coming back at once. Found by a soak of <c>./crash</c>: the whole topology had to be
/// declared within twenty seconds, else it was begun anew, and the services were never ready.
/// </summary>
public sealed class When_the_broker_is_far_away : IAsyncLifetime
{
    private readonly TestBroker _broker = new();

    // With as many questions as there are, more than twenty seconds in all.
    private static readonly TimeSpan Away = TimeSpan.FromMilliseconds(150);

    public ValueTask InitializeAsync() => _broker.InitializeAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task The_topology_is_declared_however_long_all_of_it_takes()
    {
        await using var line = new LongLine(_broker.Uri, Away);
        await using var services = new ServiceCollection().AddHttpClient().BuildServiceProvider();
        using var watch = new Broker(
            new BrokerPlace(line.Address, Management: null),
            new BusOptions(),
            services.GetRequiredService<IHttpClientFactory>(),
            TimeProvider.System,
            NullLogger<Broker>.Instance
        );
        await watch.StartAsync(TestContext.Current.CancellationToken);

        await Eventually.ShouldBe(() => watch.Declared.IsCompleted, within: TimeSpan.FromMinutes(1));
        await Eventually.ShouldBe(() => watch.Trouble is null);
        await watch.StopAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>What is sent over it arrives so much later.</summary>
    private sealed class LongLine : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly ConcurrentBag<Task> _tasks = [];
        private readonly Uri _to;
        private readonly TimeSpan _late;

        public LongLine(Uri to, TimeSpan late)
        {
            (_to, _late) = (to, late);
            _listener.Start();
            _tasks.Add(AcceptAsync());
        }

        public Uri Address =>
            new UriBuilder(_to) { Host = "127.0.0.1", Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;

        private async Task AcceptAsync()
        {
            while (true)
                _tasks.Add(JoinAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }

        private async Task JoinAsync(TcpClient near)
        {
            using var joined = near;
            using var far = new TcpClient();
            await far.ConnectAsync(_to.Host, _to.Port, _stop.Token);
            await Task.WhenAny(SendAsync(near, far, _late), SendAsync(far, near, TimeSpan.Zero));
        }

        private async Task SendAsync(TcpClient from, TcpClient to, TimeSpan late)
        {
            var bytes = new byte[64 * 1024];
            while (await from.GetStream().ReadAsync(bytes, _stop.Token) is > 0 and var read)
            {
                if (late > TimeSpan.Zero)
                {
                    using var timer = new PeriodicTimer(late);
                    await timer.WaitForNextTickAsync(_stop.Token);
                }
                await to.GetStream().WriteAsync(bytes.AsMemory(0, read), _stop.Token);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            _listener.Dispose();
            await Task.WhenAll(_tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }
    }
}
