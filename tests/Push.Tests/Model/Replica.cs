using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Hosting.Changes;
using LeadSync.Push.Access;
using LeadSync.Push.Holds;
using LeadSync.Push.Lanes;
using LeadSync.Push.Outcomes;
using LeadSync.Push.Replays;
using LeadSync.Push.Rules;
using LeadSync.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace LeadSync.Push.Tests.Model;

/// <summary>One worker of a replica: a turn of it goes on while its calls are let on.</summary>
internal sealed class Worker(Replica replica, int number)
{
    // Whose call it is, is known by the flow of the turn that makes it.
    private static readonly AsyncLocal<Worker?> AtWork = new();
    private readonly Guid _owner = Guid.CreateVersion7();

    public static Worker Current => AtWork.Value ?? throw new InvalidOperationException("A call from outside a turn.");

    public Replica Replica => replica;
    public Task<bool>? Turn { get; private set; }
    public List<Call> Calls { get; } = [];

    /// <summary>Calls of its turn whose answer it got: known for good once the turn has ended.</summary>
    public List<Call> Answered { get; } = [];

    /// <summary>The step that its turn began with.</summary>
    public int BeganAt { get; private set; }

    public void Begin(int step)
    {
        BeganAt = step;
        AtWork.Value = this;
        Turn = replica.Lanes.RunOnceAsync(_owner, new Duty("salesforce", SmallOnly: false), CancellationToken.None);
        AtWork.Value = null;
    }

    /// <summary>Ends a turn that is over; says whether it had a lane.</summary>
    public bool? End()
    {
        if (Turn is not { IsCompleted: true })
            return null;
        var served = Turn.GetAwaiter().GetResult();
        Turn = null;
        foreach (var call in Answered)
            call.IsKnown = true;
        Answered.Clear();
        return served;
    }

    public override string ToString() => $"{replica.Name}{(char)('a' + number)}";
}

/// <summary>
/// One process of Push: the engine's own classes, put together as its Program does, with a clock and a CRM of the test's own
/// and no loops: the world says when each does something.
/// </summary>
internal sealed class Replica : IAsyncDisposable
{
    private static readonly Type[] Classes =
    [
        .. typeof(LaneWorker)
            .Assembly.GetExportedTypes()
            .Where(type =>
                type is { IsClass: true, IsAbstract: false, IsGenericType: false } && type != typeof(PushOptions)
            ),
    ];
    private readonly ServiceProvider _services;

    public Replica(World world, string name, int workers, Engine engine)
    {
        (Name, Clock) = (name, new FakeClock(world.Now));
        var services = new ServiceCollection();
        // Every class of the engine; what it takes that is none of them, follows.
        foreach (var type in Classes)
            services.TryAddSingleton(type);
        services.AddSingleton(engine.Database);
        services.AddSingleton(engine.Options);
        services.AddSingleton<TimeProvider>(Clock);
        services.AddSingleton(new SettingChanges("push"));
        services.AddSingleton<ICrm>(new VirtualCrm(world));
        services.AddSingleton(new ConnectorClient(NewConnector(world)));
        services.AddSingleton(new SchemaClient(NewConnector(world)));
        services.AddLogging(logs => logs.AddProvider(new Complaints(world)));
        _services = services.BuildServiceProvider();
        Lanes = _services.GetRequiredService<LaneWorker>();
        Watch = _services.GetRequiredService<HoldWatch>();
        Workers = [.. Enumerable.Range(0, workers).Select(number => new Worker(this, number))];
    }

    public string Name { get; }
    public FakeClock Clock { get; }
    public LaneWorker Lanes { get; }
    public HoldWatch Watch { get; }
    public IReadOnlyList<Worker> Workers { get; }

    /// <summary>When it last read the holds.</summary>
    public DateTimeOffset WatchedAt { get; set; } = DateTimeOffset.MinValue;

    /// <summary>It stands still, as a process that got SIGSTOP.</summary>
    public bool IsStopped { get; set; }

    public HoldStore Holds => _services.GetRequiredService<HoldStore>();
    public HeldLeads Held => _services.GetRequiredService<HeldLeads>();
    public ReplayStore Replays => _services.GetRequiredService<ReplayStore>();
    public OutcomeStore Outcomes => _services.GetRequiredService<OutcomeStore>();

    // The consumer only publishes what it rejects, and nothing here is.
    public LeadMappedConsumer Intake =>
        new(_services.GetRequiredService<LeadSyncStore>(), publisher: null!, _services.GetRequiredService<Wakeup>());

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    // Answers at once and from memory, so that a grant is no moment at which others could act.
    private static HttpClient NewConnector(World world) =>
        new(new Connector(world)) { BaseAddress = new Uri("http://connector.model") };

    private sealed class Connector(World world) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            var connection = Guid.Parse(request.RequestUri!.Segments[3].TrimEnd('/'));
            if (world.Refusal is { } kind)
                return Task.FromResult(Answer(HttpStatusCode.Conflict, kind, "application/problem+json"));
            var grant = new Grant(
                connection,
                "salesforce",
                "push",
                new Uri("https://org.model"),
                connection.ToString(),
                VirtualOrg.UserId,
                world.CallsPerGrant,
                DateTimeOffset.MaxValue
            );
            return Task.FromResult(Answer(HttpStatusCode.OK, grant, "application/json"));
        }

        private static HttpResponseMessage Answer<T>(HttpStatusCode status, T body, string mediaType) =>
            new(status)
            {
                Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, JsonSerializerOptions.Web))
                {
                    Headers = { ContentType = new MediaTypeHeaderValue(mediaType) },
                },
            };
    }

    /// <summary>An error in the log is a fault of the engine: it says of itself that a person must act.</summary>
    private sealed class Complaints(World world) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel))
                world.Checker.Complain(formatter(state, exception));
        }

        public void Dispose() { }
    }
}

/// <summary>What replicas of one world are made of.</summary>
/// <param name="CrmCommitsWithin">How long after a call was sent the CRM may still act on it.</param>
internal sealed record Engine(NpgsqlDataSource Database, PushOptions Options, TimeSpan CrmCommitsWithin);
