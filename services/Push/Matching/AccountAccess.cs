using System.Collections.Concurrent;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting;
using LeadSync.Push.Rules;
using LeadSync.Push.Writing;

namespace LeadSync.Push.Matching;

/// <summary>
/// Whether the connected user may give new Contacts an Account, as Connector describes the object; asked once in a while, for most orgs never
/// change it. Where that cannot be told now it may: then the CRM says so itself.
/// </summary>
public sealed class AccountAccess(SchemaClient schemas, TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan KeptUnknown = TimeSpan.FromSeconds(30);

    // Beyond that it is not worth the wait of a whole batch.
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Guid, (bool MayGive, DateTimeOffset Until)> _known = [];

    public async Task<bool> MayGiveAsync(string workspace, Guid connectionId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (_known.TryGetValue(connectionId, out var known) && now < known.Until)
            return known.MayGive;
        var schema = await ReadAsync(workspace, connectionId, cancellationToken);
        var mayGive = schema?.Fields.All(field => field.Name != WritePlan.AccountField || field.Createable) ?? true;
        _known[connectionId] = (mayGive, now + (schema is null ? KeptUnknown : Kept));
        return mayGive;
    }

    private async Task<CrmSchema?> ReadAsync(string workspace, Guid connectionId, CancellationToken cancellationToken)
    {
        using var within = new CancellationTokenSource(Within, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, within.Token);
        try
        {
            return await schemas.ReadAsync(workspace, connectionId, "Contact", either.Token);
        }
        catch (Exception fault)
            when (!cancellationToken.IsCancellationRequested
                && (fault is JsonException || Faults.IsInfrastructure(fault))
            )
        {
            return null;
        }
    }
}
