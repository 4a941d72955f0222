using System.Globalization;

namespace LeadSync.Crm.Salesforce;

/// <summary>Asks which records were deleted or changed in a stretch of time, at most 600,000 of them.</summary>
internal sealed class SalesforceReplication(SalesforceHttp http)
{
    public async Task<DeletedRecords> ReadDeletedAsync(
        CrmSession session,
        string objectName,
        DateTimeOffset since,
        DateTimeOffset until,
        CancellationToken cancellationToken
    )
    {
        var answer = await http.SendAsync(Call(session, objectName, "deleted", since, until), cancellationToken);
        var told = answer.Read(SalesforceJson.Default.DeletedAnswer);
        var records = told.DeletedRecords.ConvertAll(one => new DeletedRecord(Id(one.Id, answer), one.DeletedDate));
        return new DeletedRecords(
            records,
            told.EarliestDateAvailable,
            told.LatestDateCovered,
            answer.Calls,
            answer.RequestId
        );
    }

    public async Task<ChangedRecords> ReadChangedAsync(
        CrmSession session,
        string objectName,
        DateTimeOffset since,
        DateTimeOffset until,
        CancellationToken cancellationToken
    )
    {
        var answer = await http.SendAsync(Call(session, objectName, "updated", since, until), cancellationToken);
        var told = answer.Read(SalesforceJson.Default.UpdatedAnswer);
        var ids = told.Ids.Select(id => Id(id, answer)).Distinct(StringComparer.Ordinal);
        return new ChangedRecords([.. ids], told.LatestDateCovered, answer.Calls, answer.RequestId);
    }

    private static SalesforceCall Call(
        CrmSession session,
        string objectName,
        string what,
        DateTimeOffset since,
        DateTimeOffset until
    ) =>
        new(
            session,
            HttpMethod.Get,
            $"/sobjects/{SoqlText.Name(objectName)}/{what}/?start={Instant(since)}&end={Instant(until)}"
        );

    // With the offset written out, its plus escaped: this resource is documented so, and without Z.
    private static string Instant(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'%2B00:00'", CultureInfo.InvariantCulture);

    private static string Id(string id, SalesforceAnswer answer) =>
        RecordId.TryLengthen(id, out var longId)
            ? longId
            : throw answer.Unreadable("Salesforce's answer names a record that can be none.");
}

internal sealed record DeletedAnswer(
    List<DeletedItem> DeletedRecords,
    DateTimeOffset EarliestDateAvailable,
    DateTimeOffset LatestDateCovered
);

internal sealed record DeletedItem(string Id, DateTimeOffset DeletedDate);

internal sealed record UpdatedAnswer(List<string> Ids, DateTimeOffset LatestDateCovered);
