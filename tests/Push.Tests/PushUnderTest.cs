using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using LeadSync.Contracts;
using LeadSync.CrmSimulator;
using LeadSync.CrmSimulator.Data;
using LeadSync.Hosting.Bus;
using LeadSync.Push.Lanes;
using LeadSync.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LeadSync.Push.Tests;

/// <summary>
/// Push as it runs, with the simulated org behind it; a peer stands in for Connector, and hands out access to the org as
/// Connector does.
/// </summary>
public class PushUnderTest() : ServiceUnderTest<LaneWorker>("push")
{
    public const string Workspace = "acme";
    private static readonly JsonElement Nothing = JsonElement.Parse("null");
    private StubPeer? _connector;

    public Simulator Crm { get; private set; } = null!;

    /// <summary>What Connector answers instead of a grant: a status and a code; null for a grant.</summary>
    public (int Status, FailureKind Kind)? ConnectorRefuses { get; set; }

    /// <summary>The tokens that were said to be refused.</summary>
    public ConcurrentQueue<string> Renewals { get; } = [];

    /// <summary>Most API calls that Connector grants at a time.</summary>
    public int MostCalls { get; set; } = int.MaxValue;

    /// <summary>What was asked of Connector, in order.</summary>
    public ConcurrentQueue<(Guid Connection, GrantRequest Request)> Asked { get; } = [];

    /// <summary>A field of the org's Leads and Contacts that holds an external id.</summary>
    public const string ExternalId = "Person_Id__c";

    /// <summary>How Connector describes an object of the org; null where there is none.</summary>
    public Func<Guid, string, CrmSchema?> Schema { get; set; } =
        (_, name) =>
            new CrmSchema(
                name,
                name,
                Createable: true,
                Updateable: true,
                DateTimeOffset.UnixEpoch,
                [
                    new CrmField("Email", "Email", "email", 80, false, true, true),
                    new CrmField("Country", "Country", "string", 80, false, true, true),
                    new CrmField("AccountId", "Account ID", "reference", 18, false, true, true),
                    new CrmField("ReadOnly__c", "Read only", "string", 80, false, Createable: false, Updateable: false),
                    new CrmField(ExternalId, "Person id", "string", 255, false, true, true)
                    {
                        ExternalId = true,
                        Unique = true,
                    },
                ]
            )
            {
                RecordTypes = [new CrmRecordType("0125e000001AbCdAAK", "Partner", "Partners")],
            };

    /// <summary>The names of connections, as Connector tells them.</summary>
    public ConcurrentDictionary<Guid, string> Connections { get; } = [];

    private string? _token;

    protected override async Task PrepareAsync()
    {
        Crm = await Simulator.StartAsync();
        _connector = await StubPeer.StartAsync(app =>
        {
            app.MapPost("/v1/connections/{id:guid}/grants", GrantAsync);
            app.MapGet("/v1/connections", () => Connections.Select(one => new { Id = one.Key, Name = one.Value }));
            app.MapGet(
                "/v1/connections/{id:guid}/schema/{name}",
                (Guid id, string name) => Schema(id, name) is { } schema ? Results.Ok(schema) : Results.NotFound()
            );
        });
        Settings["Services:Connector"] = _connector.Address.ToString();
        Settings["Crm:DevelopmentHosts:0"] = "127.0.0.1";
        Settings["Push:LateCommit"] = "00:00:02";
        Settings["Push:SendWithin"] = "00:00:02";
        // A machine that is busy may take its time; who asks for a test batch waits no longer than it takes.
        Settings["Push:TestWithin"] = "00:01:20";
        Settings["Push:IdleWait"] = "00:00:00.050";
    }

    private async Task<IResult> GrantAsync(Guid id, GrantRequest ask)
    {
        Asked.Enqueue((id, ask));
        if (ConnectorRefuses is { } refusal)
            return Hosting.Web.Problems.Problem(refusal.Kind, refusal.Status, refusal.Kind.Cause);
        if (ask.RefusedToken is not null)
        {
            Renewals.Enqueue(ask.RefusedToken);
            _token = null;
        }
        _token ??= await LogInAsync();
        var org = Crm.Org;
        return Results.Ok(
            new Grant(
                id,
                "salesforce",
                "push",
                Crm.Address,
                _token,
                org.IntegrationUserId,
                Math.Min(ask.Calls, MostCalls),
                DateTimeOffset.MaxValue
            )
        );
    }

    private async Task<string> LogInAsync()
    {
        using var client = new HttpClient(new SocketsHttpHandler());
        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["grant_type"] = "client_credentials",
                ["client_id"] = Crm.Org.ClientId,
                ["client_secret"] = Crm.Org.ClientSecret,
            }
        );
        using var answer = await client.PostAsync(new Uri(Crm.Address, "/services/oauth2/token"), form);
        var token = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return token.GetProperty("access_token").GetString()!;
    }

    /// <summary>Saves the rule for an object of a connection.</summary>
    public async Task RuleAsync(Guid connection, object rule, string objectName = "Lead")
    {
        using var answer = await Client(Workspace, Hosting.Web.Role.Integrator)
            .PutAsJsonAsync($"/v1/rules/{connection}/{objectName}", rule);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Gives the org's Leads and Contacts a field for an external id, where they have none yet.</summary>
    public void AddExternalId(bool unique = true)
    {
        foreach (var name in new[] { "Lead", "Contact" })
        {
            if (Crm.Org.FindObject(name)!.VisibleFields.Any(field => field.Name == ExternalId))
                continue;
            Crm.Org.AddField(
                name,
                new CustomField(ExternalId, FieldType.String, Length: 255, ExternalId: true, Unique: unique)
            );
        }
    }

    /// <summary>Puts leads into their lanes all at once, so that a round finds them all; also while the service does not run.</summary>
    public Task TakeInAsync(IEnumerable<MappedLead> leads) =>
        new LeadSyncStore(Database.Source, TimeProvider.System).TakeInAsync(
            [.. leads.Select(lead => new Arrived<MappedLead>(Workspace, lead))],
            TestContext.Current.CancellationToken
        );

    /// <summary>Says what is wanted of leads, as Mapping does, and waits until they are in their lane.</summary>
    public async Task WantAsync(params IReadOnlyCollection<MappedLead> leads)
    {
        await Services
            .GetRequiredService<Publisher>()
            .PublishAsync(EventKinds.LeadMapped, Workspace, leads, TestContext.Current.CancellationToken);
        await Eventually.ShouldBe(
            async () =>
            {
                await using var database = await Database.Source.OpenConnectionAsync();
                return await database.ExecuteScalarAsync<int>(
                        """
                        select count(*)
                          from lead_sync s
                          join unnest(@connections, @ids, @versions) as n (connection_id, lead_id, version) using (connection_id, lead_id)
                         where s.version >= n.version
                        """,
                        new
                        {
                            connections = leads.Select(lead => lead.ConnectionId).ToArray(),
                            ids = leads.Select(lead => lead.LeadId).ToArray(),
                            versions = leads.Select(lead => lead.Version).ToArray(),
                        }
                    ) == leads.Count;
            },
            "the leads are in their lane"
        );
    }

    /// <summary>Every outcome of a lead that has been published so far, in order, without taking it from Audit's queue.</summary>
    public async Task<IReadOnlyList<FailedSync>> FailuresAsync() => await Items<FailedSync>("audit.sync-failed");

    public async Task<IReadOnlyList<WrittenRecord>> WrittenAsync() =>
        await Items<WrittenRecord>("audit.record-written");

    public async Task<IReadOnlyList<MatchedRecord>> MatchedAsync() =>
        await Items<MatchedRecord>("audit.record-matched");

    // Reading takes from the queue, so what was read before is kept here.
    private readonly ConcurrentDictionary<string, List<JsonElement>> _read = new(StringComparer.Ordinal);

    private async Task<IReadOnlyList<T>> Items<T>(string queue)
    {
        var kept = _read.GetOrAdd(queue, _ => []);
        foreach (var message in await Broker.ReadAsync(queue))
            kept.AddRange(JsonElement.Parse(message.Body.Span).GetProperty("items").EnumerateArray());
        return [.. kept.Select(item => item.Deserialize<T>(Wire.Json)!)];
    }

    /// <summary>Waits until no lead of the lane is pending and every outcome is published.</summary>
    public Task SettledAsync(Guid connection, TimeSpan? within = null) =>
        Eventually.ShouldPass(
            async () =>
            {
                await using var database = await Database.Source.OpenConnectionAsync();
                var isSettled = await database.ExecuteScalarAsync<bool>(
                    """
                    select not exists (select from lead_sync where connection_id = @connection and wanted_run > done_run and parked_code is null)
                       and exists (select from lead_sync where connection_id = @connection)
                       and not exists (select from intent where connection_id = @connection)
                       and not exists (select from outcome)
                    """,
                    new { connection }
                );
                isSettled.ShouldBeTrue(
                    $"every lead has its outcome; the service said:\n{string.Join('\n', Logs.Lines)}"
                );
            },
            within
        );

    /// <summary>A lead as Mapping tells of it.</summary>
    public static MappedLead Lead(
        Guid connection,
        string leadId,
        string? email = null,
        string source = "web",
        long version = 1,
        WriteRule rule = WriteRule.Overwrite,
        DateTimeOffset? capturedAt = null,
        params (string Field, string? Value)[] fields
    )
    {
        var at = capturedAt ?? new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
        (string Field, string? Value)[] all = [.. fields, .. email is null ? [] : new[] { ("Email", (string?)email) }];
        string[] required = ["LastName", "Company"];
        return new MappedLead
        {
            EventId = Guid.CreateVersion7(),
            OccurredAt = at,
            Source = source,
            LeadId = leadId,
            ConnectionId = connection,
            Version = version,
            CreateAs = "Lead",
            Match = new MatchKeys { Email = email },
            Sections =
            [
                new MappedSection
                {
                    Object = "Lead",
                    Fields =
                    [
                        .. all.Select(field => new MappedField(
                            field.Field,
                            field.Value is null ? Nothing : JsonSerializer.SerializeToElement(field.Value),
                            at,
                            rule
                        )),
                    ],
                    MissingForCreate = [.. required.Where(name => all.All(field => field.Field != name))],
                },
            ],
        };
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _connector!.DisposeAsync();
        await Crm.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
