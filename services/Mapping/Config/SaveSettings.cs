using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Mapping.Connections;
using LeadSync.Mapping.Routes;

namespace LeadSync.Mapping.Config;

/// <summary>What came of saving settings.</summary>
public abstract record SaveOutcome
{
    private SaveOutcome() { }

    public sealed record Saved(IReadOnlyList<SettingChange> Changes) : SaveOutcome;

    /// <summary>Nothing was saved.</summary>
    public sealed record Faulty(IReadOnlyList<FieldFault> Faults) : SaveOutcome;

    /// <summary>It is not what the caller thought any more.</summary>
    public sealed record Stale : SaveOutcome;

    /// <summary>What was switched off may still be sent, for Push does not answer; so nothing was saved.</summary>
    public sealed record NotHeld : SaveOutcome;

    /// <summary>It cannot be checked now, and nothing is saved unchecked.</summary>
    public sealed record Unavailable(FailureKind Kind) : SaveOutcome;
}

/// <summary>Checks settings against what the CRMs hold now, then saves them whole or not at all.</summary>
public sealed class SaveSettings(SettingsStore store, ConnectorClient connector)
{
    public async Task<SaveOutcome> RunAsync(
        SaveCause cause,
        SettingReader reader,
        ConfigDocument document,
        Func<StoredSettings, bool> expect,
        CancellationToken cancellationToken
    )
    {
        var workspace = cause.Workspace;
        IReadOnlyList<CrmConnection> connections =
            document.Mappings.Count + document.Routes.Count + document.Pulls.Count == 0
                ? []
                : await connector.ListAsync(workspace, cancellationToken);
        var schemas = new Dictionary<(Guid, string), CrmSchema?>();
        foreach (var (id, name) in Objects(document, connections))
        {
            switch (await connector.ReadSchemaAsync(workspace, id, name, cancellationToken))
            {
                case SchemaReading.Known(var schema):
                    schemas[(id, name)] = schema;
                    break;
                case SchemaReading.NotThere:
                    schemas[(id, name)] = null;
                    break;
                case SchemaReading.Unavailable(var kind):
                    return new SaveOutcome.Unavailable(kind);
            }
        }

        var there = await store.ReadAsync(workspace, cancellationToken);
        var around = new ConfigSurroundings(
            connections,
            schemas,
            there
                .Sources.Where(source => source.Declared)
                .Select(source => source.Name)
                .ToHashSet(StringComparer.Ordinal),
            there.Mappings.Select(mapping => (mapping.ConnectionId, mapping.Object)).ToHashSet()
        );
        IReadOnlyList<FieldFault> faults = [.. reader.Faults, .. ConfigRules.Check(document, around)];
        if (faults.Count > 0)
            return new SaveOutcome.Faulty(faults);

        return await SaveAsync(
            cause,
            new SettingsToSave(
                document.Sources,
                [
                    .. document.Mappings.Select(mapping =>
                        (
                            around.Find(mapping.Connection)!.Id,
                            mapping.Object,
                            (IReadOnlyList<Fields.MappingEntry>)[.. mapping.Fields.Select(field => field.Entry)]
                        )
                    ),
                ],
                [
                    .. document.Routes.Select(route =>
                        (route.Source, around.Find(route.Connection)!.Id, route.Enabled, route.Terms)
                    ),
                ],
                schemas
                    .Where(schema => schema.Value is not null)
                    .ToDictionary(schema => schema.Key, schema => schema.Value!)
            )
            {
                Pulls = [.. document.Pulls.Select(pull => (around.Find(pull.Connection)!.Id, pull))],
            },
            expect,
            cancellationToken
        );
    }

    // Those that are mapped or pulled, and those whose mapping a route overrides; each once.
    private static IEnumerable<(Guid ConnectionId, string Object)> Objects(
        ConfigDocument document,
        IReadOnlyList<CrmConnection> connections
    ) =>
        document
            .Mappings.Select(mapping => (mapping.Connection, mapping.Object))
            .Concat(
                document.Routes.SelectMany(route => route.Terms.Overrides.Select(one => (route.Connection, one.Object)))
            )
            .Concat(document.Pulls.Select(pull => (pull.Connection, pull.Object)))
            .Select(named => (ConfigSurroundings.Find(connections, named.Connection)?.Id, named.Object))
            .Where(found => found.Id is not null)
            .Select(found => (found.Id!.Value, found.Object))
            .Distinct();

    private async Task<SaveOutcome> SaveAsync(
        SaveCause cause,
        SettingsToSave wanted,
        Func<StoredSettings, bool> expect,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var changes = await store.SaveAsync(cause, wanted, expect, cancellationToken);
            return changes is null ? new SaveOutcome.Stale() : new SaveOutcome.Saved(changes);
        }
        catch (NotHeldException)
        {
            return new SaveOutcome.NotHeld();
        }
    }
}
