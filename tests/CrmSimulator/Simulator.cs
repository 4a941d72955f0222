using System.Text.Json;
using LeadSync.CrmSimulator.Control;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Journal;
using LeadSync.CrmSimulator.Rest;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace LeadSync.CrmSimulator;

/// <summary>
/// A stand-in for Salesforce's REST API on a loopback port. Disposing it stops it; with a data folder the next one goes on
/// where it stopped, also after a kill.
/// </summary>
public sealed class Simulator : IAsyncDisposable
{
    private readonly SimulatorOptions options;
    private readonly WebApplication app;
    private JournalFile? journalFile;

    private Simulator(SimulatorOptions options)
    {
        this.options = options;
        Orgs = new(Journal, options.Clock);
        app = Build();
    }

    /// <summary>Where it listens: My Domain URL, token host and instance_url at once.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The org that is there from the start: demo.</summary>
    public Org Org => Orgs.All[0];
    public Orgs Orgs { get; }
    public JournalLog Journal { get; } = new();
    public FaultPlan Faults { get; } = new();

    /// <exception cref="SettingException">An option is unusable; the message names it.</exception>
    /// <exception cref="IOException">The port is taken, or another simulator uses the data folder.</exception>
    public static async Task<Simulator> StartAsync(SimulatorOptions? options = null)
    {
        options ??= new();
        options.Check();
        var simulator = new Simulator(options);
        try
        {
            simulator.Load();
            await simulator.app.StartAsync();
        }
        catch
        {
            await simulator.DisposeAsync();
            throw;
        }

        var addresses = simulator.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        simulator.Address = new(addresses.Addresses.First());
        return simulator;
    }

    /// <summary>Everything as at the first start: one org without records, an empty journal, no faults.</summary>
    public void Reset()
    {
        Faults.Clear();
        Orgs.KeepOnly(Org);
        lock (Org.Gate)
        {
            Org.Clear();
            Journal.Clear();
        }

        Org.Settings = new();
    }

    /// <summary>Ends when the process is asked to stop.</summary>
    public Task WaitAsync() => app.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        if (journalFile is not null)
            await journalFile.DisposeAsync();
    }

    private WebApplication Build()
    {
        // Empty: no settings files to watch, so that a test has its own simulator in a moment.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Wider than the CRM's own limits, so that it is the CRM's error that comes.
            kestrel.Limits.MaxRequestLineSize = 1 << 17;
            kestrel.Limits.MaxRequestHeadersTotalSize = 1 << 17;
            kestrel.Limits.MaxRequestBufferSize = 1 << 20;
            kestrel.Limits.MaxRequestBodySize = 50 << 20;
        });
        builder.WebHost.UseUrls(options.Url.Split(';'));
        builder.Services.AddRequestDecompression();
        builder.Services.AddResponseCompression();
        builder.Services.ConfigureHttpJsonOptions(json => ControlJson.Configure(json.SerializerOptions));
        var web = builder.Build();
        web.UseRequestDecompression();
        web.UseResponseCompression();
        var pipeline = new Pipeline(Orgs, Faults, Journal, options.Clock);
        // Ahead of routing, so that the control endpoints are only made when one is called.
        web.Use(
            (context, next) =>
                context.Request.Path.StartsWithSegments("/services", StringComparison.Ordinal)
                || context.Request.Path.StartsWithSegments("/id", StringComparison.Ordinal)
                    ? pipeline.AnswerAsync(context)
                    : next(context)
        );
        web.UseRouting();
        web.MapControl(this);
        return web;
    }

    private void Load()
    {
        if (options.DataFolder is not { } folder)
        {
            Orgs.Add("demo", options.ClientId, options.ClientSecret);
            return;
        }

        Directory.CreateDirectory(folder);
        var file = new OrgsFile(Path.Combine(folder, "orgs.json"), Orgs);
        var found = file.Load();
        if (!found)
            Orgs.Add("demo", options.ClientId, options.ClientSecret);
        else if (Org.ClientId != options.ClientId || Org.ClientSecret != options.ClientSecret)
            Org.ChangeClient(options.ClientId, options.ClientSecret);
        journalFile = JournalFile.Open(Path.Combine(folder, "journal.ndjson"), Restore);
        Journal.KeepIn(journalFile);
        Orgs.Save = file.Save;
        file.Save();
    }

    private void Restore(JsonElement json)
    {
        var entry = JournalJson.Read(
            json,
            (org, objectName, field) => Orgs.Find(org)?.FindObject(objectName)?.FindEvenHidden(field)
        );
        Journal.Restore(entry);
        if (Orgs.Find(entry.Org) is not { } owner)
            return;
        if (entry.Counted)
            owner.Allowance.Count(entry.At);
        foreach (var change in entry.Effects)
            owner.Replay(change);
    }
}
