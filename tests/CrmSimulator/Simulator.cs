using System.Text.Json;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Faults;
using LeadSync.CrmSimulator.Hosts;
using LeadSync.CrmSimulator.Journal;
using LeadSync.CrmSimulator.Oauth;
using LeadSync.CrmSimulator.Rest;

namespace LeadSync.CrmSimulator;

/// <summary>
/// A stand-in for Salesforce's REST API on a loopback port. Disposing it stops it; with a data folder the next one goes on
/// where it stopped, also after a kill.
/// </summary>
public sealed class Simulator : IAsyncDisposable
{
    private readonly SimulatorOptions options;
    private JournalFile? journalFile;

    private Simulator(SimulatorOptions options)
    {
        this.options = options;
        Orgs = new(Journal, options.Clock);
        Hosts = new(this);
        Oauth = new(Orgs, Hosts, options.Clock);
        Pipeline = new(Orgs, Oauth, Faults, Journal, options.Clock);
    }

    /// <summary>Where it listens: My Domain URL, token host and instance_url at once.</summary>
    public Uri Address => Hosts.All[0].Address;

    /// <summary>The org that is there from the start: demo.</summary>
    public Org Org => Orgs.All[0];
    public Orgs Orgs { get; }

    /// <summary>Its own address and those opened for one role each.</summary>
    public HostList Hosts { get; }
    public JournalLog Journal { get; } = new();
    public FaultPlan Faults { get; } = new();

    internal OauthServer Oauth { get; }
    internal Pipeline Pipeline { get; }

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
            await simulator.Hosts.StartAsync(options.Url);
        }
        catch
        {
            await simulator.DisposeAsync();
            throw;
        }

        return simulator;
    }

    /// <summary>
    /// Answers an app's authorise URL as its user would on the consent page, without a browser, and gives the address that
    /// the browser would be sent to.
    /// </summary>
    /// <exception cref="ConsentException">The CRM would show a page of its own; the message holds its code and words.</exception>
    /// <exception cref="ArgumentException">The URL is no address of this simulator.</exception>
    public Uri Consent(Uri authorizeUrl, string username, bool allow = true) =>
        Oauth.Consent(authorizeUrl, username, allow);

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
        if (options.CallbackUrls.Count > 0)
            Org.PutApp(Org.Apps[0] with { CallbackUrls = options.CallbackUrls });
    }

    /// <summary>Ends when the process is asked to stop.</summary>
    public Task WaitAsync() => Hosts.WaitAsync();

    public async ValueTask DisposeAsync()
    {
        await Hosts.DisposeAsync();
        if (journalFile is not null)
            await journalFile.DisposeAsync();
    }

    private void Load()
    {
        if (options.DataFolder is not { } folder)
        {
            Orgs.Add("demo", options.ClientId, options.ClientSecret);
            AllowCallbacks();
            return;
        }

        Directory.CreateDirectory(folder);
        Hosts.File = Path.Combine(folder, "hosts.json");
        var file = new OrgsFile(Path.Combine(folder, "orgs.json"), Orgs);
        var found = file.Load();
        if (!found)
            Orgs.Add("demo", options.ClientId, options.ClientSecret);
        else if (Org.ClientId != options.ClientId || Org.ClientSecret != options.ClientSecret)
            Org.ChangeClient(options.ClientId, options.ClientSecret);
        AllowCallbacks();
        journalFile = JournalFile.Open(Path.Combine(folder, "journal.ndjson"), Restore);
        Journal.KeepIn(journalFile);
        Orgs.Save = file.Save;
        file.Save();
    }

    /// <summary>The addresses from the environment, beside those that were added since.</summary>
    private void AllowCallbacks()
    {
        var app = Org.Apps[0];
        Org.PutApp(
            app with
            {
                CallbackUrls = [.. app.CallbackUrls.Union(options.CallbackUrls, StringComparer.Ordinal)],
            }
        );
    }

    private void Restore(JsonElement json)
    {
        var entry = JournalJson.Read(
            json,
            (org, objectName, field) =>
                Orgs.Find(org)?.FindObject(objectName)?.FindEvenHidden(field) ?? Features.FindPast(field)
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
