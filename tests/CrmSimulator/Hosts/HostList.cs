using System.Text.Json;
using System.Text.Json.Serialization;
using LeadSync.CrmSimulator.Control;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Rest;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace LeadSync.CrmSimulator.Hosts;

/// <summary>
/// The addresses of a simulator: its own, which is every host at once, and those opened beside it, each on a loopback port
/// that it keeps over restarts.
/// </summary>
public sealed class HostList : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly Simulator simulator;
    private readonly SemaphoreSlim gate = new(1);
    private readonly List<WebApplication> servers = [];
    private List<CrmHost> all = [];

    internal HostList(Simulator simulator) => this.simulator = simulator;

    /// <summary>Where the hosts beside the first are kept; null keeps them in memory only.</summary>
    internal string? File { get; set; }

    /// <summary>The simulator's own address comes first.</summary>
    public IReadOnlyList<CrmHost> All => all;

    /// <summary>Opens a login host, or an org's My Domain; the one that is open already is given again.</summary>
    /// <param name="port">0 takes a free one.</param>
    /// <exception cref="ArgumentException">The org is missing, unknown, or not wanted.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public async Task<CrmHost> OpenAsync(HostRole role, string? org = null, int port = 0)
    {
        if (role == HostRole.Any)
            throw new ArgumentException("The simulator's own address is its only one for any host.", nameof(role));
        if (role == HostRole.MyDomain != org is not null || (org is not null && simulator.Orgs.Find(org) is null))
            throw new ArgumentException("A My Domain, and nothing else, belongs to an org that is there.", nameof(org));
        await gate.WaitAsync();
        try
        {
            if (all.Find(host => host.Role == role && host.Org == org) is { } open)
                return open;
            var host = await StartAsync(role, org, $"http://127.0.0.1:{port}");
            Keep();
            return host;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Where an org's data is to be had, told a caller who came by <paramref name="asked"/>.</summary>
    internal string InstanceUrl(Org org, CrmHost host, string asked)
    {
        var own = all.Find(one => one.Role == HostRole.MyDomain && one.Org == org.Name);
        return own is not null ? Written(own.Address)
            : host.Role == HostRole.Any ? asked
            : Written(all[0].Address);
    }

    internal CrmHost? Find(Uri address) => all.Find(host => host.Address.Port == address.Port);

    internal async Task StartAsync(string url)
    {
        await StartAsync(HostRole.Any, org: null, url);
        if (File is null || !System.IO.File.Exists(File))
            return;
        foreach (
            var kept in JsonSerializer.Deserialize<List<CrmHost>>(await System.IO.File.ReadAllBytesAsync(File), Format)!
        )
            await StartAsync(kept.Role, kept.Org, kept.Address.ToString());
    }

    internal Task WaitAsync() => servers[0].WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers)
            await server.DisposeAsync();
        gate.Dispose();
    }

    private static string Written(Uri address) => address.GetLeftPart(UriPartial.Authority);

    private async Task<CrmHost> StartAsync(HostRole role, string? org, string url)
    {
        // Known once it listens; who comes in between waits for it.
        var opened = new TaskCompletionSource<CrmHost>(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = Build(url, opened.Task);
        servers.Add(server);
        await server.StartAsync();
        var addresses = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        var host = new CrmHost(role, org, new(addresses.Addresses.First()));
        // A new list each time: readers need no lock.
        all = [.. all, host];
        opened.SetResult(host);
        return host;
    }

    private void Keep()
    {
        if (File is null)
            return;
        System.IO.File.WriteAllBytes($"{File}.next", JsonSerializer.SerializeToUtf8Bytes(all.Skip(1), Format));
        System.IO.File.Move($"{File}.next", File, overwrite: true);
    }

    private WebApplication Build(string url, Task<CrmHost> opened)
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
            kestrel.Limits.MaxRequestBodySize = 160 << 20;
        });
        builder.WebHost.UseUrls(url.Split(';'));
        builder.Services.AddRequestDecompression();
        builder.Services.AddResponseCompression();
        builder.Services.ConfigureHttpJsonOptions(json => ControlJson.Configure(json.SerializerOptions));
        var web = builder.Build();
        web.UseRequestDecompression();
        web.UseResponseCompression();
        // Ahead of routing, so that the control endpoints are only made when one is called.
        web.Use(
            async (context, next) =>
            {
                if (Call.IsForTheCrm(context.Request.Path))
                    await simulator.Pipeline.AnswerAsync(context, await opened);
                else
                    await next(context);
            }
        );
        web.UseRouting();
        web.MapControl(simulator);
        return web;
    }
}
