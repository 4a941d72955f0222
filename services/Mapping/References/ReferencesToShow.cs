using LeadSync.Mapping.Connections;

namespace LeadSync.Mapping.References;

/// <summary>
/// What one lead that is only shown names: the copies, and what they lack asked of the CRM now, as it would be within
/// seconds if the lead waited for it. Keeps nothing.
/// </summary>
public sealed class ReferencesToShow(ReferenceStore copies, ConnectorClient connector)
{
    /// <summary>What the CRM does not answer now stays unknown.</summary>
    public async Task<KnownReferences> ReadAsync(
        string workspace,
        Guid connectionId,
        IEnumerable<ReferenceKey> named,
        CancellationToken cancellationToken
    )
    {
        var wanted = named.Distinct().ToList();
        if (wanted.Count == 0)
            return KnownReferences.None;
        var known = await copies.ReadAsync(connectionId, wanted, cancellationToken);
        var told = new Dictionary<(Guid, ReferenceKey), ReferenceCopy>();
        var groups = wanted
            .Where(key => known.Find(connectionId, key) is null)
            .GroupBy(key => (key.Object, key.By), key => key.Value);
        foreach (var group in groups)
        {
            foreach (var values in group.Chunk(LookUpReferences.MostAtOnce))
            {
                var (name, by) = group.Key;
                var answers = await connector.LookUpAsync(workspace, connectionId, name, by, values, cancellationToken);
                foreach (var answer in answers)
                    told[(connectionId, new ReferenceKey(name, by, answer.Value))] = answer.Copy();
            }
        }
        return known.With(told);
    }
}
