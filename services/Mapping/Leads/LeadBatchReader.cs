using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Mapping.Connections;
using LeadSync.Mapping.Fields;
using LeadSync.Mapping.People;
using LeadSync.Mapping.Routes;
using LeadSync.Mapping.Sources;
using Npgsql;

namespace LeadSync.Mapping.Leads;

/// <summary>Reads what <see cref="LeadStore"/> asked for, in the order in which it asked.</summary>
internal sealed class LeadBatchReader(
    NpgsqlDataReader reader,
    SchemaCache schemas,
    SourceModels models,
    IReadOnlyList<KnownSchema> known
)
{
    private readonly Dictionary<LeadKey, WorkingLead> _leads = [];
    private readonly Dictionary<long, WorkingLead> _byId = [];

    public async Task<LeadBatch> ReadAsync(
        IReadOnlyList<(string Workspace, string Source)> origins,
        CancellationToken cancellationToken
    )
    {
        // The inserts have no rows to read, so the reader stands at the locked leads.
        while (await reader.ReadAsync(cancellationToken))
            AddLead();
        await EachAsync(AddPair, cancellationToken);
        await EachAsync(AddLink, cancellationToken);
        await EachAsync(AddTurn, cancellationToken);

        var sources = new Dictionary<(string, string), (DateTimeOffset? EnabledAt, SourceModel Model)>();
        await EachAsync(() => AddSource(sources), cancellationToken);
        var revisions = new Dictionary<Guid, long>();
        await EachAsync(() => revisions[reader.GetGuid(0)] = reader.GetInt64(1), cancellationToken);
        var routes = new List<((string, string) Origin, RouteTo Route)>();
        await EachAsync(() => routes.Add(Route()), cancellationToken);
        var mappings = new List<(Guid ConnectionId, DateTimeOffset EnabledAt, ObjectMapping Mapping)>();
        await EachAsync(() => mappings.Add(Mapping()), cancellationToken);
        await EachAsync(AddStoredTurn, cancellationToken);

        var erased = new Dictionary<(string, string, string), DateTimeOffset>();
        await EachAsync(
            () =>
                erased[(reader.GetString(0), reader.GetString(1), Suspects.Text((byte[])reader[2]))] = reader
                    .Instant(3)!
                    .Value,
            cancellationToken
        );

        foreach (var lead in _leads.Values)
            lead.Model = sources[(lead.Key.Workspace, lead.Key.Source)].Model;
        var mappingsOf = mappings.ToLookup(mapping => mapping.ConnectionId);
        var routesOf = routes.ToLookup(
            route => route.Origin,
            route => Overridden(route.Route, mappingsOf[route.Route.ConnectionId].Select(mapping => mapping.Mapping))
        );
        return new LeadBatch(
            _leads,
            origins.ToDictionary(
                origin => origin,
                origin => new SourceSettings(sources[origin].EnabledAt, sources[origin].Model, [.. routesOf[origin]])
            ),
            revisions.ToDictionary(
                revision => revision.Key,
                revision => new ConnectionSettings(
                    revision.Value,
                    [.. mappingsOf[revision.Key].Select(mapping => mapping.Mapping)]
                )
                {
                    MappedSince = mappingsOf[revision.Key]
                        .ToDictionary(
                            mapping => mapping.Mapping.Object,
                            mapping => mapping.EnabledAt,
                            StringComparer.Ordinal
                        ),
                }
            )
        )
        {
            Erased = new ErasedAmong(erased),
        };
    }

    // Once for a batch, so that it costs the single lead nothing.
    private static RouteTo Overridden(RouteTo route, IEnumerable<ObjectMapping> mappings) =>
        route.Terms.Overrides.Count == 0
            ? route
            : route with
            {
                Mappings = MappingOverride.Over([.. mappings], route.Terms.Overrides),
            };

    private async Task EachAsync(Action read, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            read();
    }

    private void AddSource(Dictionary<(string, string), (DateTimeOffset? EnabledAt, SourceModel Model)> sources)
    {
        var origin = (reader.GetString(0), reader.GetString(1));
        sources[origin] = (reader.Instant(2), models.Read(origin, reader.GetString(3)));
    }

    private void AddLead()
    {
        var key = new LeadKey(reader.GetString(1), reader.GetString(2), reader.GetString(3));
        var state = JsonSerializer.Deserialize(reader.GetString(5), LeadJson.Default.LeadState)!;
        var lead = new WorkingLead(reader.GetInt64(0), key, reader.GetInt64(4), state)
        {
            ReceivedAt = reader.Instant(6),
            FirstCapturedAt = reader.Instant(7),
            LastCapturedAt = reader.Instant(8),
        };
        _leads.Add(key, lead);
        _byId.Add(lead.Id, lead);
    }

    private void AddPair() =>
        _byId[reader.GetInt64(0)].Pairs[reader.GetGuid(1)] = new Pair(
            reader.Instant(2)!.Value,
            reader.GetInt64(3),
            reader.GetInt64(4),
            reader.Text(5),
            reader.Text(6) switch
            {
                "mapping" => FailedBy.Mapping,
                "push" => FailedBy.Push,
                "wait" => FailedBy.Wait,
                "filter" => FailedBy.Filter,
                _ => null,
            }
        );

    private void AddLink() =>
        _byId[reader.GetInt64(0)]
            .Links.Add(
                (reader.GetGuid(1), new KnownRecord(reader.GetString(2), reader.GetString(3), reader.GetGuid(1)))
            );

    private void AddTurn() =>
        _byId[reader.GetInt64(0)].KnownTurns[(reader.GetString(1), reader.GetString(2))] = new Stamp(
            reader.Instant(3)!.Value,
            reader.GetGuid(4)
        );

    private void AddStoredTurn()
    {
        var turn = new ConversationTurn(
            reader.GetString(1),
            reader.GetString(2),
            reader.Instant(3)!.Value,
            reader.GetString(4),
            reader.GetString(5)
        );
        _byId[reader.GetInt64(0)].StoredTurns[(turn.ConversationId, turn.TurnId)] = new StoredTurn(
            turn,
            new Stamp(reader.Instant(6)!.Value, reader.GetGuid(7))
        );
    }

    private ((string, string) Origin, RouteTo Route) Route() =>
        (
            (reader.GetString(0), reader.GetString(1)),
            new RouteTo(
                reader.GetGuid(2),
                reader.GetBoolean(3) ? reader.Instant(4) : null,
                StoredRoute.ReadTerms(reader.GetString(5), reader.Text(6))
            )
        );

    private (Guid ConnectionId, DateTimeOffset EnabledAt, ObjectMapping Mapping) Mapping()
    {
        var (connectionId, name) = (reader.GetGuid(0), reader.GetString(1));
        long? schemaRevision = reader.IsDBNull(5) ? null : reader.GetInt64(5);
        var schema =
            reader.Text(6) is { } text ? schemas.Keep(connectionId, name, schemaRevision!.Value, text)
            : schemaRevision is null ? null
            : known.First(schema =>
                schema.ConnectionId == connectionId && schema.Object == name && schema.Revision == schemaRevision
            );
        return (
            connectionId,
            reader.Instant(3)!.Value,
            schemas.Mapping(connectionId, name, reader.GetInt64(4), reader.GetString(2), schema)
        );
    }
}
