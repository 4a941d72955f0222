using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using LeadSync.Crm.Salesforce;
using LeadSync.Crm.Salesforce.Bulk;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LeadSync.Crm.Tests;

/// <summary>What the client sent.</summary>
public sealed record Asked(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The sub-requests of a composite call.</summary>
    public JsonElement[] Parts => [.. Json.GetProperty("compositeRequest").EnumerateArray()];

    /// <summary>The query of a composite call's sub-request, as Salesforce would decode it.</summary>
    public string Query(int part)
    {
        var url = Parts[part].GetProperty("url").GetString()!;
        url.ShouldStartWith("/services/data/v60.0/query?q=");
        return Uri.UnescapeDataString(url[(url.IndexOf('=', StringComparison.Ordinal) + 1)..]);
    }
}

/// <summary>
/// A server that gives each request the next line of its script, over a real connection, and remembers what was asked. Once
/// the script is at its end it answers with a status that nobody expects.
/// </summary>
public sealed class ScriptedSalesforce : IAsyncDisposable
{
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _script = new();
    private readonly ConcurrentQueue<Asked> _asked = new();
    private readonly WebApplication _server;
    private readonly ServiceProvider _client;

    private ScriptedSalesforce(WebApplication server, TimeSpan timeout, int recordsPerCollection, bool guardInComposite)
    {
        _server = server;
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Crm:DevelopmentHosts:0"] = "127.0.0.1",
            ["Salesforce:Timeout"] = timeout.ToString("c"),
            ["Salesforce:GuardInComposite"] = guardInComposite.ToString(),
            ["Salesforce:RecordsPerCollection"] = recordsPerCollection.ToString(CultureInfo.InvariantCulture),
        };
        _client = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddCrms()
            .BuildServiceProvider();
        Session = new TestSession();
    }

    public TestSession Session { get; }
    public ICrm Crm => _client.GetRequiredService<ICrm>();
    public SalesforceBulk Bulk => _client.GetRequiredService<SalesforceBulk>();
    public SalesforceAuth Auth => _client.GetRequiredService<SalesforceAuth>();
    public Uri Url => new(_server.Urls.Single());
    public IReadOnlyList<Asked> Asked => [.. _asked];

    public static async Task<ScriptedSalesforce> StartAsync(
        int timeoutSeconds = 60,
        int recordsPerCollection = 200,
        bool guardInComposite = false
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var scripted = new ScriptedSalesforce(
            server,
            TimeSpan.FromSeconds(timeoutSeconds),
            recordsPerCollection,
            guardInComposite
        );
        server.Run(scripted.PlayAsync);
        await server.StartAsync();
        scripted.Session.Host = scripted.Url;
        return scripted;
    }

    public ScriptedSalesforce Answers(int status, string body, params (string Name, string Value)[] headers)
    {
        _script.Enqueue(async http =>
        {
            http.Response.StatusCode = status;
            http.Response.ContentType = "application/json;charset=UTF-8";
            foreach (var (name, value) in headers)
                http.Response.Headers[name] = value;
            await http.Response.WriteAsync(body);
        });
        return this;
    }

    /// <summary>Rows of CSV, as bulk jobs are answered.</summary>
    public ScriptedSalesforce AnswersCsv(string csv, params (string Name, string Value)[] headers)
    {
        _script.Enqueue(async http =>
        {
            http.Response.ContentType = "text/csv; charset=UTF-8";
            foreach (var (name, value) in headers)
                http.Response.Headers[name] = value;
            await http.Response.WriteAsync(csv);
        });
        return this;
    }

    public ScriptedSalesforce AnswersNothing(int status)
    {
        _script.Enqueue(http =>
        {
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        return this;
    }

    /// <summary>Answers a composite call: one status and body for each sub-request.</summary>
    public ScriptedSalesforce AnswersParts(params (int Status, string Body)[] replies)
    {
        var parts = replies.Select(
            (reply, index) =>
                $$"""{"body":{{reply.Body}},"httpHeaders":{},"httpStatusCode":{{reply.Status}},"referenceId":"part{{index}}"}"""
        );
        return Answers(200, $$"""{"compositeResponse":[{{string.Join(',', parts)}}]}""");
    }

    /// <summary>A page of a proxy or of maintenance.</summary>
    public ScriptedSalesforce AnswersHtml(int status)
    {
        _script.Enqueue(async http =>
        {
            http.Response.StatusCode = status;
            http.Response.ContentType = "text/html";
            await http.Response.WriteAsync("<html><body>We are down for maintenance.</body></html>");
        });
        return this;
    }

    /// <summary>Takes the request, then drops the connection.</summary>
    public ScriptedSalesforce Resets()
    {
        _script.Enqueue(http =>
        {
            http.Abort();
            return Task.CompletedTask;
        });
        return this;
    }

    /// <summary>Begins rows of CSV and drops the connection in the middle, or keeps silent.</summary>
    public ScriptedSalesforce BreaksOffCsv(string half, bool silently = false)
    {
        _script.Enqueue(async http =>
        {
            http.Response.ContentType = "text/csv";
            await http.Response.WriteAsync(half);
            await http.Response.Body.FlushAsync();
            if (silently)
                await GoneAsync(http);
            else
                http.Abort();
        });
        return this;
    }

    /// <summary>Begins a good answer and drops the connection in the middle.</summary>
    public ScriptedSalesforce BreaksOff(string half)
    {
        _script.Enqueue(async http =>
        {
            http.Response.ContentType = "application/json;charset=UTF-8";
            http.Response.ContentLength = half.Length + 100;
            await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(half));
            await http.Response.Body.FlushAsync();
            http.Abort();
        });
        return this;
    }

    /// <summary>Sends an answer that goes on, a space at a time, until the client goes.</summary>
    public ScriptedSalesforce Drips()
    {
        _script.Enqueue(async http =>
        {
            http.Response.ContentType = "application/json;charset=UTF-8";
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            while (!http.RequestAborted.IsCancellationRequested)
            {
                await http.Response.WriteAsync(" ", CancellationToken.None);
                await http.Response.Body.FlushAsync(CancellationToken.None);
                await pace.WaitForNextTickAsync(CancellationToken.None);
            }
        });
        return this;
    }

    /// <summary>Takes the request and keeps silent until the client goes.</summary>
    public ScriptedSalesforce NeverAnswers(Action? onceAsked = null)
    {
        _script.Enqueue(async http =>
        {
            onceAsked?.Invoke();
            await GoneAsync(http);
        });
        return this;
    }

    /// <summary>Stops listening: from now on connections are refused.</summary>
    public async Task GoesAwayAsync() => await _server.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static async Task GoneAsync(HttpContext http)
    {
        var gone = new TaskCompletionSource();
        await using var registration = http.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    private async Task PlayAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var headers = http.Request.Headers.ToDictionary(
            header => header.Key,
            header => header.Value.ToString(),
            StringComparer.OrdinalIgnoreCase
        );
        var path = http.Request.Path + http.Request.QueryString;
        _asked.Enqueue(new Asked(http.Request.Method, path, headers, await reader.ReadToEndAsync()));
        if (_script.TryDequeue(out var play))
            await play(http);
        else
            http.Response.StatusCode = 418;
    }
}

/// <summary>A session whose token is <c>first</c>, then <c>second</c> after it was renewed.</summary>
public sealed class TestSession : CrmSession
{
    private readonly List<string> _refused = [];
    private readonly List<ApiUsage> _usage = [];
    private string _token = "first";

    public Uri Host { get; set; } = new("http://127.0.0.1:1");
    public override Uri InstanceUrl => Host;
    public override string AccessToken => _token;
    public override string? UserId => "0055e000003E8oo";

    public IReadOnlyList<string> Refused => _refused;
    public IReadOnlyList<ApiUsage> Usage => _usage;
    public int CallsAllowed { get; set; } = int.MaxValue;
    public int CallsBegun { get; private set; }

    public override Task RenewAsync(string refusedToken, CancellationToken cancellationToken)
    {
        _refused.Add(refusedToken);
        _token = "second";
        return Task.CompletedTask;
    }

    public override void BeforeCall()
    {
        if (CallsBegun == CallsAllowed)
            throw new LeaseLostException();
        CallsBegun++;
    }

    public override void Observe(ApiUsage usage) => _usage.Add(usage);
}

/// <summary>What a caller throws to stop a call.</summary>
public sealed class LeaseLostException : Exception;
