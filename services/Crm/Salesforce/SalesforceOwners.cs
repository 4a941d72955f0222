using System.Text.Json;

namespace LeadSync.Crm.Salesforce;

/// <summary>
/// Gathers the users that are active and the queues with what they may own, from the pages of one search. Users and queues that
/// the connected user may not see stop no search: then nothing is known of any of them.
/// </summary>
internal sealed class SalesforceOwners
{
    private const string User = "User";
    private const string QueueObject = "QueueSobject";
    private readonly HashSet<string> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _queues = new(StringComparer.Ordinal);
    private bool _isHidden;

    /// <summary>Null where they may not be seen.</summary>
    public IReadOnlyList<CrmOwner>? All =>
        _isHidden
            ? null
            :
            [
                .. _users.Select(id => new CrmOwner(id)),
                .. _queues.Select(queue => new CrmOwner(queue.Key, queue.Value)),
            ];

    public static IEnumerable<string> Queries(OwnerSearch? search) =>
        search is null
            ? []
            :
            [
                .. new Soql(User, ["Id", "IsActive"]).In("Id", SalesforceFind.Ids(search.Users)).Build(),
                .. new Soql(QueueObject, ["QueueId", "SobjectType"])
                    .In("QueueId", SalesforceFind.Ids(search.Queues))
                    .Build(),
            ];

    /// <summary>Reads one page, and gives the address of the next.</summary>
    /// <exception cref="CrmException">It was refused for another reason than what may be seen, or not readably answered.</exception>
    public string? Read(SalesforceReply? reply, SalesforceAnswer answer)
    {
        JsonElement body;
        try
        {
            body = SalesforceComposite.Require(reply, answer);
        }
        catch (CrmException fault) when (fault.Failure.Class == FailureClass.Configuration)
        {
            _isHidden = true;
            return null;
        }
        if (body.Member("records") is not { ValueKind: JsonValueKind.Array } rows)
            throw SalesforceQuery.Unreadable(answer);
        foreach (var row in rows.EnumerateArray())
            Take(row);
        return SalesforceQuery.Next(body, answer);
    }

    private void Take(JsonElement row)
    {
        if (row.Flag("IsActive") == true && RecordId.TryLengthen(row.Text("Id"), out var user))
            _users.Add(user);
        if (row.Text("SobjectType") is not { } name || !RecordId.TryLengthen(row.Text("QueueId"), out var queue))
            return;
        if (!_queues.TryGetValue(queue, out var objects))
            _queues[queue] = objects = [];
        objects.Add(name);
    }
}
