using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace LeadSync.Hosting;

/// <summary>
/// Traces, metrics and logs over OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, under the names that
/// docs/telemetry.md lists. Without it nothing is collected; logs go to standard output as JSON either way.
/// </summary>
public static class Telemetry
{
    /// <summary>The spans of our own work.</summary>
    public static readonly ActivitySource Spans = new("LeadSync");

    /// <summary>The measures of our own work.</summary>
    public static readonly Meter Measures = new("LeadSync");

    private static readonly string[] Sources =
    [
        "LeadSync",
        "MassTransit",
        "Npgsql",
        "Microsoft.AspNetCore",
        "System.Net.Http",
    ];
    private static readonly string[] Meters =
    [
        "LeadSync",
        "MassTransit",
        "Npgsql",
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
        "System.Net.Http",
        "System.Runtime",
    ];

    /// <summary>
    /// Starts a span over items that came from many traces: a root of its own, linked to each. Links beyond 128 are left
    /// out, as the OpenTelemetry specification's default limit has it.
    /// </summary>
    public static Activity? StartLinked(string name, IEnumerable<string?> traceParents)
    {
        if (!Spans.HasListeners())
            return null;
        var links = traceParents
            .Where(parent => parent is not null)
            .Distinct(StringComparer.Ordinal)
            .Take(128)
            .Select(parent =>
                ActivityContext.TryParse(parent, null, isRemote: true, out var context) ? context : default
            )
            .Where(context => context != default)
            .Select(context => new ActivityLink(context));
        // Else it would become a child of whichever message's span happens to be current.
        Activity.Current = null;
        return Spans.StartActivity(ActivityKind.Consumer, parentContext: default, links: links, name: name);
    }

    internal static void AddTelemetry(this IHostApplicationBuilder builder, string service)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddJsonConsole(options => options.UseUtcTimestamp = true);
        // Normal operation is silent; what these say at Information is every request and every query.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http", LogLevel.Warning);
        builder.Logging.AddFilter("MassTransit", LogLevel.Warning);
        // Every message given back to its queue, with its stack: at each stop and in each outage. We tell of those once.
        builder.Logging.AddFilter("MassTransit.ReceiveTransport", LogLevel.None);
        builder.Logging.AddFilter("Npgsql", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);

        if (string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            return;

        var resource = ResourceBuilder
            .CreateDefault()
            .AddService($"leadsync-{service}", serviceVersion: Version.Current);
        builder.Logging.AddOpenTelemetry(options =>
        {
            options.SetResourceBuilder(resource);
            options.AddOtlpExporter();
        });
        builder.Services.AddHostedService(_ => new Providers(
            () =>
                Sdk.CreateTracerProviderBuilder()
                    .SetResourceBuilder(resource)
                    .AddSource(Sources)
                    .AddProcessor(new SecretPaths())
                    .AddOtlpExporter()
                    .Build(),
            () =>
                Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(Meters).AddOtlpExporter().Build()
        ));
    }

    /// <summary>Holds the providers while the service runs, and sends what they still hold when it stops.</summary>
    private sealed class Providers(Func<TracerProvider> traces, Func<MeterProvider> measures) : IHostedService
    {
        private readonly List<IDisposable> _providers = [];

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _providers.AddRange([traces(), measures()]);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            foreach (var provider in _providers)
                provider.Dispose();
            return Task.CompletedTask;
        }
    }
}

/// <summary>The version of the running service.</summary>
public static class Version
{
    public static string Current { get; } =
        System
            .Reflection.CustomAttributeExtensions.GetCustomAttribute<System.Reflection.AssemblyInformationalVersionAttribute>(
                typeof(Version).Assembly
            )
            ?.InformationalVersion
        ?? "unknown";
}
