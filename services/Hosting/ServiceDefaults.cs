using LeadSync.Hosting.Data;
using LeadSync.Hosting.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace LeadSync.Hosting;

/// <summary>What every service does alike: two calls from its Program.cs.</summary>
public static class ServiceDefaults
{
    /// <summary>Telemetry, database with migrations, health, service authentication, problem details, clock.</summary>
    /// <param name="service">The service's name in lower case: <c>push</c>.</param>
    public static void AddServiceDefaults(this WebApplicationBuilder builder, string service)
    {
        builder.AddTelemetry(service);
        builder.AddDatabase(service);
        builder.AddServiceAuth(service);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddProblems();
        builder.Services.AddApiDocument(service);
        builder.Services.Configure<JsonOptions>(options =>
        {
            options.SerializerOptions.RespectNullableAnnotations = true;
            options.SerializerOptions.Encoder = Contracts.Wire.Json.Encoder;
        });
        builder.Services.AddHealthChecks().AddCheck<DatabaseHealth>("database", tags: [Ready]);
        // What is in hand is finished before the process ends.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(30));
        builder.WebHost.ConfigureKestrel(options => options.AddServerHeader = false);
    }

    /// <summary>The tag of the checks that decide whether the service is ready.</summary>
    internal const string Ready = "ready";

    /// <summary><c>/health/live</c>, <c>/health/ready</c>, <c>/version</c>, authentication and problem details.</summary>
    public static void MapServiceDefaults(this WebApplication app)
    {
        app.UseProblems();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks(
                "/health/ready",
                new HealthCheckOptions { Predicate = check => check.Tags.Contains(Ready), ResponseWriter = WriteHealth }
            )
            .AllowAnonymous();
        app.MapGet("/version", () => new { version = Version.Current })
            .WithSummary("The version that runs.")
            .AllowAnonymous();
    }

    /// <summary>
    /// Runs the service until it is stopped; with the one argument <c>migrate</c>, only brings its database to its newest
    /// shape and ends: the job that runs before a new version where <c>Database:Migrate</c> is false.
    /// </summary>
    public static Task RunServiceAsync(this WebApplication app, IReadOnlyList<string> args) =>
        args is ["migrate"]
            ? app.Services.GetRequiredService<Migrator>().MigrateAsync(CancellationToken.None)
            : app.RunAsync();

    private static Task WriteHealth(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(
            new
            {
                status = report.Status.ToString(),
                checks = report.Entries.ToDictionary(
                    entry => entry.Key,
                    entry => entry.Value.Description ?? entry.Value.Status.ToString(),
                    StringComparer.Ordinal
                ),
            }
        );
}
