using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace LeadSync.Gateway.Tests;

/// <summary>
/// A line to the broker that can be made to hang: what we send still goes out, and no answer comes back. That is what a
/// broker under a memory or disk alarm looks like to its publishers, without an alarm for everyone else who uses it.
/// </summary>
public sealed class StallingLine : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _tasks = [];
    private readonly Uri _to;
    private volatile TaskCompletionSource _flowing = Open();

    public StallingLine(Uri to)
    {
        _to = to;
        _listener.Start();
        _tasks.Add(AcceptAsync());
    }

    /// <summary>The same place, over this line.</summary>
    public Uri Address =>
        new UriBuilder(_to) { Host = "127.0.0.1", Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;

    public void Stall() => _flowing = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Flow() => _flowing.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Flow();
        _listener.Dispose();
        await Task.WhenAll(_tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static TaskCompletionSource Open()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var near = await _listener.AcceptTcpClientAsync(_stop.Token);
            _tasks.Add(JoinAsync(near));
        }
    }

    private async Task JoinAsync(TcpClient near)
    {
        using var _ = near;
        using var far = new TcpClient();
        await far.ConnectAsync(_to.Host, _to.Port, _stop.Token);
        await Task.WhenAny(
            CopyAsync(near.GetStream(), far.GetStream(), mayStall: false),
            CopyAsync(far.GetStream(), near.GetStream(), mayStall: true)
        );
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, bool mayStall)
    {
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = await from.ReadAsync(buffer, _stop.Token)) > 0)
        {
            if (mayStall)
                await _flowing.Task.WaitAsync(_stop.Token);
            await to.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
        }
    }
}
