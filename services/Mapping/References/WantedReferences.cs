using LeadSync.Mapping.Fields;
using LeadSync.Mapping.Leads;

namespace LeadSync.Mapping.References;

/// <summary>Pure: which references leads name, found by mapping those entries alone as if none were known.</summary>
public static class WantedReferences
{
    public static IReadOnlySet<(Guid ConnectionId, ReferenceKey Key)> Of(LeadBatch batch)
    {
        var wanted = new HashSet<(Guid, ReferenceKey)>();
        foreach (var lead in batch.Leads.Values)
        {
            var routes = batch.Sources.GetValueOrDefault((lead.Key.Workspace, lead.Key.Source))?.Routes ?? [];
            foreach (var route in routes)
            {
                var id = route.ConnectionId;
                var mappings =
                    route.Mappings ?? batch.Connections.GetValueOrDefault(id, ConnectionSettings.None).Mappings;
                if (mappings.Any(mapping => mapping.LooksUp))
                    wanted.UnionWith(Of(lead.ToMap().For(id), mappings).Select(key => (id, key)));
            }
        }
        return wanted;
    }

    /// <summary>Of one lead, as the connection may see it.</summary>
    public static IEnumerable<ReferenceKey> Of(LeadToMap lead, IEnumerable<ObjectMapping> mappings) =>
        from mapping in mappings
        from entry in mapping.Entries
        where entry.LooksUp
        let wanted = EntryMapper.Map(lead, entry, mapping, steps: null).Problem?.Wanted
        where wanted is not null
        select wanted;
}
