using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LeadSync.Testing;

/// <summary>
/// Runs a service's own Program in this process and takes hold of the host it builds, through the events by which .NET
/// tells of a host being built. So a test starts exactly what production starts.
/// </summary>
internal sealed class EntryPoint : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    // Programs of tests running side by side build hosts too; each knows its own by the flow it was started in.
    private static readonly AsyncLocal<EntryPoint?> Current = new();
    private readonly TaskCompletionSource<IHost> _built = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<IDisposable> _subscriptions = [];
    private readonly Action<IServiceCollection> _configure;

    private EntryPoint(Action<IServiceCollection> configure) => _configure = configure;

    /// <summary>Completes when the Program has ended by itself, or fails as it failed.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Starts a Program; its host is given once every hosted service and the web server have started.</summary>
    /// <param name="configure">Runs after all of the Program's own registrations.</param>
    public static async Task<(IHost Host, EntryPoint Run)> StartAsync(
        Assembly program,
        string[] args,
        Action<IServiceCollection> configure
    )
    {
        var run = new EntryPoint(configure);
        var main =
            program.EntryPoint ?? throw new InvalidOperationException($"{program.GetName().Name} has no Program.");
        // A thread, because the entry point blocks as long as the service runs.
        new Thread(() => run.Run(main, args)) { IsBackground = true, Name = program.GetName().Name }.Start();

        await Task.WhenAny(run._built.Task, run.Ended);
        if (run.Ended.IsCompleted && !run._built.Task.IsCompleted)
            await run.Ended;
        var host = await run._built.Task;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var _ = host
            .Services.GetRequiredService<IHostApplicationLifetime>()
            .ApplicationStarted.Register(started.SetResult);
        await Task.WhenAny(started.Task, run.Ended);
        if (run.Ended.IsCompleted)
            await run.Ended;
        return (host, run);
    }

    private void Run(MethodInfo main, string[] args)
    {
        Current.Value = this;
        _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
        try
        {
            main.Invoke(
                null,
                BindingFlags.DoNotWrapExceptions,
                null,
                main.GetParameters().Length == 0 ? null : [args],
                null
            );
            _ended.TrySetResult();
        }
        catch (Exception fault)
        {
            _ended.TrySetException(fault);
        }
        finally
        {
            _subscriptions.ForEach(subscription => subscription.Dispose());
        }
    }

    void IObserver<DiagnosticListener>.OnNext(DiagnosticListener value)
    {
        if (value.Name == "Microsoft.Extensions.Hosting")
            _subscriptions.Add(value.Subscribe(this));
    }

    void IObserver<KeyValuePair<string, object?>>.OnNext(KeyValuePair<string, object?> value)
    {
        if (Current.Value != this)
            return;
        if (value is { Key: "HostBuilding", Value: IHostBuilder building })
            building.ConfigureServices(_configure);
        if (value is { Key: "HostBuilt", Value: IHost built })
            _built.TrySetResult(built);
    }

    void IObserver<DiagnosticListener>.OnCompleted() { }

    void IObserver<DiagnosticListener>.OnError(Exception error) { }

    void IObserver<KeyValuePair<string, object?>>.OnCompleted() { }

    void IObserver<KeyValuePair<string, object?>>.OnError(Exception error) { }
}
