using LeadSync.Contracts;
using LeadSync.Crm;

namespace LeadSync.Push.Tests.Model;

/// <summary>
/// The CRM in process, as one replica sees it: every call stops before it is sent and before it is answered, and goes on
/// when the seed says so, with the outcome that it chose.
/// </summary>
internal sealed class VirtualCrm(World world) : ICrm
{
    // Few, so that one batch takes several calls.
    private const int Together = 3;

    public string System => "salesforce";

    public IReadOnlyList<string> PersonObjects { get; } = ["Lead", "Contact"];

    public int WritesPerCall => Together;

    public int CallsFor(IReadOnlyList<RecordWrite> writes)
    {
        var guarded = writes.Count(write => write.UnmodifiedSince is not null);
        return guarded + (guarded == writes.Count ? 0 : 1);
    }

    public async Task<Found> FindAsync(CrmSession session, Search search, CancellationToken cancellationToken)
    {
        var keys = search.Objects.SelectMany(of => of.Emails.Concat(of.RecordIds)).Distinct(StringComparer.Ordinal);
        var call = world.Begin(session, [], string.Join(", ", keys.Order(StringComparer.Ordinal)));
        await SendAsync(call, session, search);
        return call.Failure is null ? call.Found! : throw new CrmException(call.Failure);
    }

    public async Task<WriteReport> WriteAsync(
        CrmSession session,
        IReadOnlyList<RecordWrite> writes,
        CancellationToken cancellationToken
    )
    {
        if (writes.Count > Together)
            throw new ArgumentException($"More than {Together} writes.", nameof(writes));
        var results = new WriteResult[writes.Count];
        var calls = 0;
        CrmFailure? stopped = null;
        foreach (var places in Calls(writes))
        {
            if (stopped is null)
            {
                try
                {
                    await SendAsync(session, writes, places, results);
                    calls++;
                    continue;
                }
                // What was already written must be told, so from the second call on nothing is thrown.
                catch (Exception fault) when (calls > 0)
                {
                    stopped =
                        (fault as CrmException)?.Failure
                        ?? VirtualOrg.Failure(FailureCatalogue.CrmUnavailable, FailureClass.Transient);
                }
            }
            foreach (var place in places)
                results[place] = new WriteResult(WriteStatus.Refused, Failure: stopped);
        }
        return new WriteReport(results, calls);
    }

    public Task<IReadOnlyList<ObjectSummary>> ListObjectsAsync(
        CrmSession session,
        CancellationToken cancellationToken
    ) => throw NotAsked();

    public Task<ObjectSchema> DescribeAsync(
        CrmSession session,
        string objectName,
        CancellationToken cancellationToken
    ) => throw NotAsked();

    public Task<ObjectSchema?> DescribeIfChangedAsync(
        CrmSession session,
        string objectName,
        DateTimeOffset since,
        CancellationToken cancellationToken
    ) => throw NotAsked();

    public Task<Found> ReadAsync(
        CrmSession session,
        ObjectSchema schema,
        IReadOnlyCollection<string> recordIds,
        IReadOnlyCollection<string> fields,
        CancellationToken cancellationToken
    ) => throw NotAsked();

    public Task<RecordPage> QueryAsync(CrmSession session, RecordQuery query, CancellationToken cancellationToken) =>
        throw NotAsked();

    public Task<RecordPage> ContinueAsync(
        CrmSession session,
        RecordQuery query,
        string nextPage,
        CancellationToken cancellationToken
    ) => throw NotAsked();

    public Task<DeletedRecords> ReadDeletedAsync(
        CrmSession session,
        string objectName,
        DateTimeOffset since,
        DateTimeOffset until,
        CancellationToken cancellationToken
    ) => throw NotAsked();

    public Task<ChangedRecords> ReadChangedAsync(
        CrmSession session,
        string objectName,
        DateTimeOffset since,
        DateTimeOffset until,
        CancellationToken cancellationToken
    ) => throw NotAsked();

    public Task<ApiUsage> ReadUsageAsync(CrmSession session, CancellationToken cancellationToken) => throw NotAsked();

    private async Task SendAsync(Call call, CrmSession session, Search? search)
    {
        await call.PassAsync();
        try
        {
            session.BeforeCall();
        }
        catch
        {
            World.End(call);
            throw;
        }
        world.Send(call, search);
        await call.PassAsync();
        World.End(call);
    }

    private async Task SendAsync(
        CrmSession session,
        IReadOnlyList<RecordWrite> writes,
        IReadOnlyList<int> places,
        WriteResult[] results
    )
    {
        var carried = places.Select(place => writes[place]).ToList();
        var key = string.Join(", ", carried.Select(write => write.RecordId ?? VirtualOrg.Text(write.Fields["Email"])));
        var call = world.Begin(session, carried, key);
        await SendAsync(call, session, search: null);
        if (call.Failure is { Class: not FailureClass.UnknownOutcome })
            throw new CrmException(call.Failure);
        var given = call.IsAnswered
            ? call.Results
            : [.. carried.Select(_ => new WriteResult(WriteStatus.Unknown, Failure: call.Failure))];
        foreach (var (place, result) in places.Zip(given))
            results[place] = result;
    }

    // Guarded ones each in a call of its own, the others together.
    private static IEnumerable<IReadOnlyList<int>> Calls(IReadOnlyList<RecordWrite> writes)
    {
        var places = Enumerable.Range(0, writes.Count).ToLookup(place => writes[place].UnmodifiedSince is not null);
        if (places[false].Any())
            yield return [.. places[false]];
        foreach (var guarded in places[true])
            yield return [guarded];
    }

    private static NotSupportedException NotAsked() => new("Push does not ask this of a CRM.");
}
