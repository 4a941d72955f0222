using System.Collections.Concurrent;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Changes;
using LeadSync.Hosting.People;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Connections;
using LeadSync.Mapping.Fields;
using LeadSync.Mapping.Importing;
using LeadSync.Mapping.Leads;
using LeadSync.Mapping.References;
using LeadSync.Mapping.Routes;
using LeadSync.Mapping.Sources;
using LeadSync.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace LeadSync.Mapping.Tests;

/// <summary>
/// Mapping's stores on a real PostgreSQL, without the bus: what is said comes back as a value. A class fixture with a clock
/// of its own and a stand-in for Push; each test uses a workspace of its own.
/// </summary>
public sealed class Stores : IAsyncLifetime
{
    private readonly TestDatabase<MappingOptions> _database = new();
    private readonly HttpClient _toPush = new(new SocketsHttpHandler());
    private StubPeer? _push;
    private SeenFields? _seen;

    public FakeClock Clock { get; } = new();
    public NpgsqlDataSource Source => _database.Source;

    /// <summary>What Push was told, as <c>hold SOURCE</c> and <c>lift SOURCE BEFORE-VERSION</c>, by connection.</summary>
    public ConcurrentQueue<(Guid ConnectionId, string Told)> ToldPush { get; } = [];

    public bool IsPushAway { get; set; }

    public RouteHolds Holds => new(Source, new PushClient(_toPush), Clock, NullLogger<RouteHolds>.Instance);

    public SettingsStore Settings =>
        new(Source, Holds, new SettingHistory(new SettingChanges("mapping")), new MappingOptions(), Clock);

    /// <summary>A replica: what it keeps in memory is its own.</summary>
    public LeadIntake Replica() => Replica(Source);

    /// <summary>A replica with connections of its own.</summary>
    public LeadIntake Replica(NpgsqlDataSource own) =>
        new(own, new LeadStore(new SchemaCache()), new ReferenceStore(own, Clock), Keys, Seen, Clock);

    public ImportRecords Import =>
        new(Source, new LeadStore(new SchemaCache()), new ReferenceStore(Source, Clock), Keys, Clock);

    public string ConnectionString => _database.Place.Runtime;

    public ErasureKeys Keys { get; } = new(Servers.ServiceKey);

    /// <summary>Which fields were seen; stored by its <c>RunOnceAsync</c>.</summary>
    public SeenFields Seen => _seen ??= new(SeenFieldStore, Clock, NullLogger<SeenFields>.Instance);

    public SeenFieldStore SeenFieldStore => new(Source);

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _push = await StubPeer.StartAsync(app =>
        {
            app.MapPut("/v1/holds/{id:guid}", (Guid id, JsonElement body) => Hear(id, $"hold {Text(body, "source")}"));
            app.MapPost(
                "/v1/holds/{id:guid}/lift",
                (Guid id, JsonElement body) =>
                    Hear(id, $"lift {Text(body, "source")} {body.GetProperty("beforeVersion").GetInt64()}")
            );
        });
        _toPush.BaseAddress = _push.Address;
    }

    public async ValueTask DisposeAsync()
    {
        _seen?.Dispose();
        await _database.DisposeAsync();
        _toPush.Dispose();
        if (_push is not null)
            await _push.DisposeAsync();
    }

    private IResult Hear(Guid id, string told)
    {
        if (IsPushAway)
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        ToldPush.Enqueue((id, told));
        return Results.NoContent();
    }

    private static string? Text(JsonElement body, string name) => body.GetProperty(name).GetString();

    /// <summary>Entries for last name, company and title.</summary>
    public static IReadOnlyList<MappingEntry> Entries { get; } =
    [
        new("LastName", "lastName", null, null, WriteRule.Overwrite),
        new("Company", "company", null, null, WriteRule.Overwrite),
        new("Title", "title", null, null, WriteRule.Overwrite),
    ];

    /// <summary>Saves a mapping of <c>Lead</c> and <c>Contact</c> at a connection, whose CRM takes last names up to a length.</summary>
    public Task SaveMappingAsync(string workspace, Guid connectionId, int longestName = 80)
    {
        var schema = Schemas.Lead with
        {
            Fields =
            [
                .. Schemas.Lead.Fields.Select(field =>
                    field.Name == "LastName" ? field with { Length = longestName } : field
                ),
            ],
        };
        return SaveAsync(
            workspace,
            mappings: [(connectionId, "Lead", Entries), (connectionId, "Contact", Entries)],
            schemas: new Dictionary<(Guid, string), CrmSchema>
            {
                [(connectionId, "Lead")] = schema,
                [(connectionId, "Contact")] = schema with { Object = "Contact" },
            }
        );
    }

    public Task SaveSourceAsync(string workspace, bool enabled = true, params IReadOnlyList<LeadField> fields) =>
        SaveAsync(workspace, sources: [new SourceSetting("", "form", enabled) { Fields = fields }]);

    public Task SaveRouteAsync(string workspace, Guid connectionId, RouteTerms terms, bool enabled = true) =>
        SaveAsync(workspace, routes: [("form", connectionId, enabled, terms)]);

    public Task SavePullAsync(
        string workspace,
        Guid connectionId,
        string name,
        params IReadOnlyList<PullField> fields
    ) =>
        SaveAsync(
            workspace,
            pulls:
            [
                (
                    connectionId,
                    new PullSetting(
                        "",
                        "",
                        name,
                        "form",
                        true,
                        [.. fields.Select(one => new PullFieldSetting("", one))]
                    )
                ),
            ]
        );

    private Task SaveAsync(
        string workspace,
        IReadOnlyList<SourceSetting>? sources = null,
        IReadOnlyList<(Guid, string, IReadOnlyList<MappingEntry>)>? mappings = null,
        IReadOnlyList<(string, Guid, bool, RouteTerms)>? routes = null,
        IReadOnlyDictionary<(Guid, string), CrmSchema>? schemas = null,
        IReadOnlyList<(Guid, PullSetting)>? pulls = null
    ) =>
        Settings.SaveAsync(
            new SaveCause(workspace, "test"),
            new SettingsToSave(
                sources ?? [],
                mappings ?? [],
                routes ?? [],
                schemas ?? new Dictionary<(Guid, string), CrmSchema>()
            )
            {
                Pulls = pulls ?? [],
            },
            _ => true,
            TestContext.Current.CancellationToken
        );

    /// <summary>Source, mapping and route, enabled.</summary>
    public async Task<Guid> RouteAsync(string workspace, RouteTerms? terms = null)
    {
        var connectionId = Guid.CreateVersion7();
        await SaveSourceAsync(workspace);
        await SaveMappingAsync(workspace, connectionId);
        await SaveRouteAsync(workspace, connectionId, terms ?? new RouteTerms("Lead"));
        return connectionId;
    }

    public Task<ToTell> CaptureAsync(string workspace, CapturedLead patch) =>
        Replica().TakeInAsync([new LeadChange.Captured(workspace, patch)], TestContext.Current.CancellationToken);

    /// <summary>A patch, captured now by the fixture's clock.</summary>
    public CapturedLead Patch(string leadId, object fields, bool? completed = null) =>
        new()
        {
            EventId = Guid.CreateVersion7(),
            OccurredAt = Clock.GetUtcNow(),
            Source = "form",
            LeadId = leadId,
            Completed = completed,
            Fields = JsonSerializer
                .SerializeToElement(fields)
                .EnumerateObject()
                .ToDictionary(field => field.Name, field => field.Value.Clone(), StringComparer.Ordinal),
        };

    /// <summary>Takes up what is due, as the loop does; gives what it said.</summary>
    public async Task<ToTell> TakeUpDueAsync(bool finish = true)
    {
        var stop = TestContext.Current.CancellationToken;
        var due = new DueStore(Source, Clock);
        var claimed = await due.ClaimAsync(500, stop);
        var told = claimed.Count == 0 ? new ToTell([], []) : await Replica().DecideAgainAsync(claimed, stop);
        if (finish && claimed.Count > 0)
            await due.FinishAsync(claimed, stop);
        return told;
    }
}
