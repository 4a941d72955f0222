using System.Globalization;
using LeadSync.Contracts;
using LeadSync.Hosting.Bus;
using LeadSync.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LeadSync.Hosting.Tests.Bus;

/// <summary>
/// A service's buses on a broker of their own: one consumer at the public edge, one of our own events, and the publisher.
/// </summary>
public class BusUnderTest : IAsyncLifetime
{
    /// <summary>What a workspace may send at once before it counts as a burst.</summary>
    public const int Pace = 1_000;

    public const string EdgeQueue = "mapping.capture";
    public const string EventQueue = "audit.lead-captured";
    private WebApplication? _app;

    public virtual TestBroker Broker { get; } = new();
    protected virtual TimeProvider Clock => TimeProvider.System;
    public CapturedLogs Logs { get; } = new();
    public EdgeTaker Edge => _app!.Services.GetRequiredService<EdgeTaker>();
    public EventTaker Events => _app!.Services.GetRequiredService<EventTaker>();
    public Publisher Publisher => _app!.Services.GetRequiredService<Publisher>();

    /// <summary>Cancelled when a stop has begun.</summary>
    public CancellationToken Stopping => _app!.Lifetime.ApplicationStopping;
    public Broker Watch => _app!.Services.GetRequiredService<Broker>();

    public virtual async ValueTask InitializeAsync()
    {
        await Broker.InitializeAsync();
        await StartAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await StopAsync();
        await EndBrokerAsync();
        GC.SuppressFinalize(this);
    }

    protected virtual ValueTask EndBrokerAsync() => Broker.DisposeAsync();

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Configuration["LEADSYNC_RABBITMQ"] = Broker.Uri.ToString();
        builder.Configuration["LEADSYNC_RABBITMQ_MANAGEMENT"] = Broker.Place.Management!.ToString();
        builder.Configuration["Bus:Shares"] = TestBroker.Shares.ToString(CultureInfo.InvariantCulture);
        builder.Configuration["Bus:BurstAfter"] = Pace.ToString(CultureInfo.InvariantCulture);
        // So slow that a bucket that was emptied stays empty for the length of a test.
        builder.Configuration["Bus:BurstAbove"] = "1";
        builder.Logging.ClearProviders().AddProvider(Logs).SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(Clock);
        builder.AddBus(bus =>
            bus.AddEdge<EdgeTaker>(EdgeQueue).Add<LeadCaptured, CapturedLead, EventTaker>(EventQueue)
        );
        _app = builder.Build();
        await _app.StartAsync();
        await Watch.Declared;
        await Buses.ShouldBeUp(_app.Services);
    }

    /// <summary>Stops it gracefully.</summary>
    public async Task StopAsync()
    {
        if (_app is null)
            return;
        await _app.StopAsync();
        await _app.DisposeAsync();
        _app = null;
    }

    public static CapturedLead Lead(string leadId, Action<IDictionary<string, object>>? fields = null)
    {
        var values = new Dictionary<string, object>(StringComparer.Ordinal) { ["lastName"] = "Rivers" };
        fields?.Invoke(values);
        return new CapturedLead
        {
            EventId = Guid.CreateVersion7(),
            OccurredAt = new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero),
            Source = "form",
            LeadId = leadId,
            Fields = values.ToDictionary(
                pair => pair.Key,
                pair => System.Text.Json.JsonSerializer.SerializeToElement(pair.Value),
                StringComparer.Ordinal
            ),
        };
    }

    public static IReadOnlyList<CapturedLead> Leads(int count) =>
        [.. Enumerable.Range(0, count).Select(number => Lead($"lead-{number}"))];
}
