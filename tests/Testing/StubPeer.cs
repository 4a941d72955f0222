using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace LeadSync.Testing;

/// <summary>Stands in for a service that the one under test asks over HTTP: a real server whose answers the test writes.</summary>
public sealed class StubPeer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StubPeer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    /// <param name="map">Its endpoints: <c>app => app.MapGet("/v1/…", () => …)</c>.</param>
    public static async Task<StubPeer> StartAsync(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return new StubPeer(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
