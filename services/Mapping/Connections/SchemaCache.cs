using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Mapping.Fields;

namespace LeadSync.Mapping.Connections;

public sealed record KnownSchema(Guid ConnectionId, string Object, long Revision, CrmSchema Schema);

/// <summary>
/// Mappings and schema copies as they were parsed: a describe is large, and the same for every batch. A revision never
/// changes what it says, so what is kept is never wrong.
/// </summary>
public sealed class SchemaCache
{
    // Each batch tells the database what it need not send; beyond this many, telling would cost more than it saves.
    private const int Most = 256;
    private readonly Dictionary<(Guid, string), KnownSchema> _schemas = [];
    private readonly Dictionary<(Guid, string), (long Mapping, long? Schema, ObjectMapping Compiled)> _mappings = [];
    private readonly Lock _gate = new();

    /// <summary>What need not be read again.</summary>
    public IReadOnlyList<KnownSchema> Known()
    {
        lock (_gate)
            return [.. _schemas.Values];
    }

    public KnownSchema Keep(Guid connectionId, string name, long revision, string text)
    {
        var known = new KnownSchema(
            connectionId,
            name,
            revision,
            JsonSerializer.Deserialize(text, FieldJson.Default.CrmSchema)!
        );
        lock (_gate)
        {
            if (_schemas.Count >= Most)
            {
                _schemas.Clear();
                _mappings.Clear();
            }
            _schemas[(connectionId, name)] = known;
        }
        return known;
    }

    public ObjectMapping Mapping(Guid connectionId, string name, long revision, string entries, KnownSchema? schema)
    {
        lock (_gate)
        {
            if (
                _mappings.TryGetValue((connectionId, name), out var kept)
                && (kept.Mapping, kept.Schema) == (revision, schema?.Revision)
            )
                return kept.Compiled;
            var compiled = new ObjectMapping(name, StoredEntries.Read(entries), schema?.Schema);
            _mappings[(connectionId, name)] = (revision, schema?.Revision, compiled);
            return compiled;
        }
    }
}
