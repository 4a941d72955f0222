using System.Diagnostics;
using System.Globalization;
using LeadSync.Local.Processes;

namespace LeadSync.Local.Tests;

/// <summary>
/// Two commands of one checkout, each with its own view of one service: <c>./run</c> in one terminal, another beside it.
/// </summary>
public sealed class When_another_command_starts_services_anew : IAsyncDisposable
{
    private readonly string _state = Directory.CreateTempSubdirectory("leadsync-local-").FullName;
    private readonly ServiceProcess _watching;
    private readonly ServiceProcess _other;

    public When_another_command_starts_services_anew()
    {
        var checkout = new Local.Checkout(Testing.Checkout.Root, _state, true, true, false);
        _watching = new ServiceProcess(checkout, LocalService.Simulator);
        _watching.SettlePort(new HashSet<int>());
        Start(_watching);
        _other = new ServiceProcess(checkout, LocalService.Simulator);
    }

    [Fact]
    public async Task Who_watches_them_goes_on_watching_the_new_ones()
    {
        await _other.StopAsync(TestContext.Current.CancellationToken, startsAnew: true);
        _watching.IsRunning.ShouldBeFalse();
        _watching.WasReplaced().ShouldBeTrue();

        Start(_other);
        _watching.WasReplaced().ShouldBeTrue();
        _watching.IsRunning.ShouldBeTrue();
        _watching.ProcessId.ShouldBe(_other.ProcessId);
    }

    [Fact]
    public async Task Who_watches_them_knows_that_they_were_stopped_for_good()
    {
        await _other.StopAsync(TestContext.Current.CancellationToken);

        _watching.IsRunning.ShouldBeFalse();
        _watching.WasReplaced().ShouldBeFalse();
        _watching.WasStopped.ShouldBeTrue();
    }

    [Fact]
    public async Task Who_watches_them_knows_that_one_died()
    {
        using var process = Process.GetProcessById(_other.ProcessId);
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        _watching.IsRunning.ShouldBeFalse();
        _watching.WasReplaced().ShouldBeFalse();
        _watching.WasStopped.ShouldBeFalse();
    }

    private static void Start(ServiceProcess service) =>
        service.Start(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["ASPNETCORE_URLS"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{service.Port}"),
            },
            fingerprint: "any"
        );

    public async ValueTask DisposeAsync()
    {
        await _other.StopAsync(CancellationToken.None);
        _watching.WasReplaced();
        await _watching.StopAsync(CancellationToken.None);
        Directory.Delete(_state, recursive: true);
    }
}
