using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LeadSync.Mapping.Tests;

/// <summary>Mapping, running, beside a stand-in for Connector with a connection named <c>salesforce</c> and two more.</summary>
public sealed class MappingUnderTest() : ServiceUnderTest<MappingOptions>("mapping")
{
    public const string Workspace = "acme";

    public const string Config = """
        sources:
          - name: import
        mappings:
          - connection: salesforce
            object: Lead
            fields:
              - { field: LastName, from: lastName }
              - { field: Company, from: company }
              - { field: Email, from: email }
              - { field: Phone, from: phone, rule: onlyWhenEmpty }
              - { field: LeadSource, constant: Web, rule: onlyWhenEmpty }
        routes:
          - source: import
            connection: salesforce
            createAs: Lead
        """;

    // By queue. Tests of one class run one after the other.
    private readonly Dictionary<string, List<byte[]>> _heard = new(StringComparer.Ordinal);
    private StubPeer? _connector;
    private StubPeer? _push;

    public Guid ConnectionId { get; } = Guid.CreateVersion7();

    /// <summary>Another connection, <c>sandbox</c>, with the same objects.</summary>
    public Guid SandboxId { get; } = Guid.CreateVersion7();

    /// <summary>A connection for pull only, <c>reporting</c>.</summary>
    public Guid ReportingId { get; } = Guid.CreateVersion7();

    /// <summary>What the CRM holds now, by object.</summary>
    public ConcurrentDictionary<string, CrmSchema> CrmObjects { get; } = new(StringComparer.Ordinal);

    /// <summary>The ids of the records that have a value, whatever object and field are asked for.</summary>
    public ConcurrentDictionary<string, IReadOnlyList<string>> References { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether Connector says that the CRM is away.</summary>
    public bool IsCrmAway { get; set; }

    /// <summary>What Push was told: <c>hold CONNECTION</c> or <c>lift CONNECTION</c>.</summary>
    public ConcurrentQueue<string> ToldPush { get; } = [];

    /// <summary>When the schemas that Connector gives were read; null for now.</summary>
    public DateTimeOffset? SchemasReadAt { get; set; }

    /// <summary>The doubts that Connector was told of, in order: object and instant.</summary>
    public ConcurrentQueue<(string Object, DateTimeOffset At)> Doubts { get; } = [];

    /// <summary>Whether Connector does not answer at all.</summary>
    public bool IsConnectorAway { get; set; }

    /// <summary>Whether Connector answers no look-up, but all else.</summary>
    public bool IsLookUpAway { get; set; }

    protected override async Task PrepareAsync()
    {
        CrmObjects["Lead"] = Schemas.Lead;
        _connector = await StubPeer.StartAsync(app =>
        {
            app.Use(
                (context, next) =>
                {
                    if (!IsConnectorAway)
                        return next(context);
                    context.Abort();
                    return Task.CompletedTask;
                }
            );
            app.MapGet(
                "/v1/connections",
                () =>
                    new[]
                    {
                        new
                        {
                            id = ConnectionId,
                            name = "salesforce",
                            system = "salesforce",
                            direction = "both",
                            status = "connected",
                        },
                        new
                        {
                            id = SandboxId,
                            name = "sandbox",
                            system = "salesforce",
                            direction = "push",
                            status = "connected",
                        },
                        new
                        {
                            id = ReportingId,
                            name = "reporting",
                            system = "salesforce",
                            direction = "pull",
                            status = "connected",
                        },
                    }
            );
            app.MapPost(
                "/v1/connections/{id:guid}/lookup",
                (JsonElement body) =>
                    IsLookUpAway
                        ? Results.StatusCode(StatusCodes.Status503ServiceUnavailable)
                        : Results.Ok(LookedUp(body))
            );
            app.MapGet(
                "/v1/connections/{id:guid}/schema/{name}",
                (Guid id, string name, DateTimeOffset? doubtedAt) =>
                {
                    if (doubtedAt is { } at)
                        Doubts.Enqueue((name, at));
                    return IsCrmAway
                            ? FailureCatalogue.CrmUnavailable.Problem(StatusCodes.Status503ServiceUnavailable, "Away.")
                        : (id == ConnectionId || id == SandboxId) && CrmObjects.TryGetValue(name, out var schema)
                            ? Results.Ok(schema with { ReadAt = SchemasReadAt ?? TimeProvider.System.GetUtcNow() })
                        : Results.NotFound();
                }
            );
        });
        _push = await StubPeer.StartAsync(app =>
        {
            app.MapPut("/v1/holds/{id:guid}", (Guid id) => Hear($"hold {id}"));
            app.MapPost("/v1/holds/{id:guid}/lift", (Guid id) => Hear($"lift {id}"));
        });
        Settings["Services:Push"] = _push.Address.ToString();
        Settings["Services:Connector"] = _connector.Address.ToString();
        Settings["Mapping:BackfillPerMinute"] = "600000";
        Settings["Mapping:DueEvery"] = "00:00:00.1";
    }

    private IEnumerable<object> LookedUp(JsonElement body) =>
        body.GetProperty("values")
            .EnumerateArray()
            .Select(value => value.GetString()!)
            .Select(value => (Value: value, Ids: References.GetValueOrDefault(value, [])))
            .Select(one => new
            {
                value = one.Value,
                recordId = one.Ids.Count == 1 ? one.Ids[0] : null,
                count = one.Ids.Count,
            })
            .ToList();

    private IResult Hear(string told)
    {
        ToldPush.Enqueue(told);
        return Results.NoContent();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_connector is not null)
            await _connector.DisposeAsync();
        if (_push is not null)
            await _push.DisposeAsync();
    }

    /// <summary>Applies a YAML file and gives the answer.</summary>
    public async Task<(int Status, JsonElement Body)> ApplyAsync(string yaml, string workspace = Workspace)
    {
        using var body = new StringContent(yaml, Encoding.UTF8, new MediaTypeHeaderValue("application/yaml"));
        using var response = await Client(workspace, Role.Integrator)
            .PutAsync(new Uri("/v1/config", UriKind.Relative), body);
        return ((int)response.StatusCode, JsonElement.Parse(await response.Content.ReadAsStringAsync()));
    }

    /// <summary>Captures items as a service of ours hands them over.</summary>
    public Task CaptureAsync(params ReadOnlySpan<object> items) => PublishAsync(Wire.Capture, [.. items]);

    public Task WithdrawAsync(params ReadOnlySpan<object> items) => PublishAsync(Wire.Withdraw, [.. items]);

    public Task PublishAsync(string exchange, IReadOnlyList<object> items, string workspace = Workspace) =>
        Broker.PublishAsync(exchange, JsonSerializer.Serialize(new { workspace, items }, JsonSerializerOptions.Web));

    /// <summary>Publishes an event of another service.</summary>
    public Task PublishAsync<TItem>(EventKind<TItem> kind, params ReadOnlySpan<TItem> items)
        where TItem : IEventItem =>
        Broker.PublishAsync(kind.Exchange, JsonSerializer.Serialize(kind.List(Workspace, [.. items]), Wire.Json));

    /// <summary>What was said of a lead on a queue so far, once there is as much as asked for.</summary>
    public async Task<IReadOnlyList<TItem>> HearAsync<TList, TItem>(
        string queue,
        Func<TItem, bool> which,
        int atLeast = 1
    )
        where TList : class, IEventList<TItem>
        where TItem : IEventItem
    {
        if (!_heard.TryGetValue(queue, out var bodies))
            _heard[queue] = bodies = [];
        List<TItem> items = [];
        await Eventually.ShouldBe(
            async () =>
            {
                bodies.AddRange((await Broker.ReadAsync(queue)).Select(message => message.Body.ToArray()));
                items =
                [
                    .. bodies
                        .SelectMany(body => JsonSerializer.Deserialize<TList>(body, Wire.Json)!.Items)
                        .Where(which),
                ];
                return items.Count >= atLeast;
            },
            $"{atLeast} items on {queue}"
        );
        return items;
    }

    public Task<IReadOnlyList<MappedLead>> HearMappedAsync(string leadId, int atLeast = 1) =>
        HearAsync<LeadMapped, MappedLead>("push.lead-mapped", item => item.LeadId == leadId, atLeast);

    public Task<IReadOnlyList<FailedSync>> HearFailedAsync(string? leadId, int atLeast = 1) =>
        HearAsync<SyncFailed, FailedSync>("audit.sync-failed", item => item.LeadId == leadId, atLeast);

    public Task<IReadOnlyList<CapturedLead>> HearCapturedAsync(string leadId, int atLeast = 1) =>
        HearAsync<LeadCaptured, CapturedLead>("audit.lead-captured", item => item.LeadId == leadId, atLeast);

    /// <summary>Runs a statement in the service's database.</summary>
    public async Task ExecuteAsync(string sql, object? parameters = null)
    {
        await using var connection = await Database.Source.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, parameters);
    }

    public async Task<T?> ScalarAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await Database.Source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<T>(sql, parameters);
    }

    public async Task<long> CountDueAsync(string leadId)
    {
        await using var connection = await Database.Source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(
            "select count(*) from mapping_due d join lead l on l.id = d.lead where l.lead_id = @leadId",
            new { leadId }
        );
    }
}
