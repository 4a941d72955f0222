using System.Text.Json;
using LeadSync.CrmSimulator.Journal;
using LeadSync.CrmSimulator.Rest;

namespace LeadSync.CrmSimulator.Data;

/// <summary>
/// Acts on an org's records by hand, as a person other than the API user. Uses no API calls and heeds the same field
/// rules, but sees every field; assignment, duplicate and validation rules and triggers are passed over. What is refused is an <see cref="ApiException"/> with the CRM's own words.
/// </summary>
public sealed class Rep(Org org, string userId)
{
    /// <summary>Creates a record from an anonymous object or dictionary of fields and gives its id.</summary>
    public Task<string> CreateAsync(string objectName, object fields) =>
        ActAsync(transaction =>
        {
            var type = Viewer.System(org).FindObject(org.Require(objectName).Name)!;
            var input = RecordInput.Read(org, type, Body(fields), everyField: true);
            var result = Writer(transaction).Create(type, input);
            return result.Failed ? throw new ApiException(400, result.Errors[0]) : result.Id!;
        });

    public Task EditAsync(string objectName, string id, object fields) =>
        ActAsync(transaction =>
        {
            var type = Viewer.System(org).FindObject(org.Require(objectName).Name)!;
            var input = RecordInput.Read(org, type, Body(fields), everyField: true);
            var result = Writer(transaction).Update(type, id, input);
            return result.Failed ? throw new ApiException(400, result.Errors[0]) : id;
        });

    public Task DeleteAsync(string objectName, string id) =>
        ActAsync(transaction =>
        {
            transaction.Delete(Live(objectName, id));
            return id;
        });

    /// <summary>
    /// Converts a Lead: an Account named as its company (or the one that has that name), a Contact with its person, and the
    /// Lead itself closed, after which it can be read but no longer written.
    /// </summary>
    public Task<Conversion> ConvertAsync(string leadId) =>
        ActAsync(transaction =>
        {
            var lead = Live("Lead", leadId);
            if (lead.IsConverted)
                throw new ApiException(400, ApiError.Converted);
            var account = org.Table("Account")
                .Records.FirstOrDefault(one => !one.IsDeleted && Equals(one["Name"], lead["Company"]));
            account ??= transaction.Create(
                org.Require("Account"),
                [
                    new("Name", lead["Company"]),
                    new("Website", lead["Website"]),
                    new("OwnerId", userId),
                    .. Flags("Account"),
                ]
            );
            var contact = transaction.Create(
                org.Require("Contact"),
                [
                    new("AccountId", account.Id),
                    .. Same(lead, "FirstName", "LastName", "Salutation", "Email", "Phone", "MobilePhone", "Title"),
                    .. Same(lead, "LeadSource", "Description"),
                    new("MailingStreet", lead["Street"]),
                    new("MailingCity", lead["City"]),
                    new("MailingState", lead["State"]),
                    new("MailingPostalCode", lead["PostalCode"]),
                    new("MailingCountry", lead["Country"]),
                    new("OwnerId", userId),
                    .. Flags("Contact"),
                ]
            );
            transaction.Update(
                lead,
                [
                    new("Status", "Closed - Converted"),
                    new("IsConverted", true),
                    new("ConvertedDate", DateOnly.FromDateTime(transaction.Now.UtcDateTime)),
                    new("ConvertedAccountId", account.Id),
                    new("ConvertedContactId", contact.Id),
                ]
            );
            return new Conversion(account.Id, contact.Id);
        });

    /// <summary>Merges one record into another: the loser is deleted and points to the winner.</summary>
    public Task MergeAsync(string objectName, string winnerId, string loserId) =>
        ActAsync(transaction =>
        {
            var winner = Live(objectName, winnerId);
            transaction.Delete(Live(objectName, loserId), mergedInto: winner.Id);
            transaction.Update(winner, []);
            return winner.Id;
        });

    /// <summary>Lets automation touch a record: only SystemModstamp moves.</summary>
    public Task TouchAsync(string objectName, string id) =>
        ActAsync(transaction =>
        {
            transaction.Update(Live(objectName, id), [], ChangeKind.Touched);
            return id;
        });

    /// <summary>Locks a record, as an approval process does, or unlocks it: over the API it cannot be changed meanwhile.</summary>
    public void Lock(string objectName, string id, bool locked = true)
    {
        lock (org.Gate)
            org.Lock(Live(objectName, id).Id, locked);
        org.Keep();
    }

    private RecordWriter Writer(Transaction transaction) => new(Viewer.System(org), transaction, WriteOptions.Hand);

    private async Task<T> ActAsync<T>(Func<Transaction, T> act)
    {
        T result;
        Task kept;
        lock (org.Gate)
        {
            var transaction = new Transaction(org, userId, org.Clock.GetUtcNow());
            try
            {
                result = act(transaction);
            }
            catch
            {
                transaction.RollBackTo(0);
                throw;
            }

            kept = org.Journal.Append(
                new()
                {
                    At = org.Clock.GetUtcNow(),
                    Org = org.Name,
                    Method = "",
                    Path = "",
                    Kind = RequestKinds.ByHand,
                    Fate = Fate.ByHand,
                    Effects = [.. transaction.Changes],
                }
            );
        }

        await kept;
        return result;
    }

    private Record Live(string objectName, string id)
    {
        var type = org.Require(objectName);
        var record = RecordId.TryRead(id, out var full) ? org.Table(type.Name).Find(full) : null;
        if (record is null)
            throw new ApiException(404, ApiError.NotFound);
        return record.IsDeleted ? throw new ApiException(404, ApiError.Deleted) : record;
    }

    private IEnumerable<KeyValuePair<string, object?>> Flags(string objectName) =>
        org.Require(objectName)
            .DefaultFields.Select(field => new KeyValuePair<string, object?>(field.Name, field.Default));

    private static IEnumerable<KeyValuePair<string, object?>> Same(Record record, params string[] fields) =>
        fields.Select(field => new KeyValuePair<string, object?>(field, record[field]));

    private static JsonBody Body(object fields) => JsonBody.Parse(JsonSerializer.SerializeToUtf8Bytes(fields));
}

/// <summary>What became of a converted Lead.</summary>
public sealed record Conversion(string AccountId, string ContactId);
