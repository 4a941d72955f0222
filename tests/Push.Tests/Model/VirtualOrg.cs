using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Crm;

namespace LeadSync.Push.Tests.Model;

/// <summary>A value that was written into a field.</summary>
/// <param name="By">The call that wrote it; null for a rep.</param>
internal sealed record Entry(string? Value, Call? By);

/// <summary>A record of the org with everything that its fields ever held.</summary>
internal sealed class VirtualRecord(string objectName, string id, string email, bool isOurs, DateTimeOffset at)
{
    public string Object => objectName;
    public string Id => id;
    public string Email => email;
    public bool IsOurs => isOurs;
    public DateTimeOffset CreatedAt => at;

    /// <summary>When it was last changed, in whole seconds as the CRM keeps it.</summary>
    public DateTimeOffset Stamp { get; private set; } = WholeSecond(at);

    public Dictionary<string, List<Entry>> History { get; } = new(StringComparer.Ordinal);

    public Entry? Last(string field) => History.TryGetValue(field, out var entries) ? entries[^1] : null;

    public string? this[string field] => field == "Email" ? email : Last(field)?.Value;

    public void Set(string field, Entry entry, DateTimeOffset now)
    {
        if (!History.TryGetValue(field, out var entries))
            History[field] = entries = [];
        entries.Add(entry);
        Stamp = WholeSecond(now);
    }

    public override string ToString() => $"{id[9..15]} ({email})";

    public static DateTimeOffset WholeSecond(DateTimeOffset at) =>
        DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds());
}

/// <summary>One org: what it holds, and the conditions it heeds. It does what it is told; who may tell it what is the checker's.</summary>
internal sealed class VirtualOrg(Guid connection, Checker checker)
{
    private const string Self = "005000000000001AAA";
    private const string Rep = "005000000000002AAA";
    private readonly Dictionary<string, VirtualRecord> _records = new(StringComparer.Ordinal);

    public Guid Connection => connection;

    public IReadOnlyCollection<VirtualRecord> Records => _records.Values;

    public static string UserId => Self;

    public VirtualRecord? Find(string id) => _records.GetValueOrDefault(id);

    /// <summary>A rep makes a record.</summary>
    public VirtualRecord Make(string objectName, string email, bool isOurs, DateTimeOffset now)
    {
        var prefix = objectName == "Lead" ? "00Q" : "003";
        RecordId.TryLengthen($"{prefix}{_records.Count + 1:000000000000}", out var id);
        var record = new VirtualRecord(objectName, id!, email, isOurs, now);
        _records.Add(record.Id, record);
        record.Set("Status", new Entry("Open", By: null), now);
        return record;
    }

    public Found Answer(Search search, DateTimeOffset now) =>
        new(
            [
                .. _records
                    .Values.Where(record =>
                        search.Objects.Any(of =>
                            of.Object == record.Object
                            && (
                                of.RecordIds.Any(id => RecordId.Same(id, record.Id))
                                || of.Emails.Contains(record.Email, StringComparer.OrdinalIgnoreCase)
                                || (record.IsOurs && of.CreatedSince <= record.CreatedAt)
                            )
                        )
                    )
                    .Select(record => Read(record, search.Objects.First(of => of.Object == record.Object).Fields)),
            ],
            VirtualRecord.WholeSecond(now),
            Calls: 1,
            RequestId: null
        );

    /// <summary>Does one write, or says why not.</summary>
    public WriteResult Carry(Call call, RecordWrite write, CrmFailure? refusal, DateTimeOffset now)
    {
        if (refusal is not null)
            return new WriteResult(WriteStatus.Refused, Failure: refusal);
        if (write.RecordId is null)
        {
            checker.BeforeCreate(this, call, write);
            var made = Make(write.Object, Text(write.Fields["Email"])!, isOurs: true, now);
            Write(made, call, write, now);
            return new WriteResult(WriteStatus.Written, made.Id) { Created = true };
        }
        if (_records.GetValueOrDefault(write.RecordId) is not { } record)
            return Refused(FailureCatalogue.RecordDeleted, FailureClass.Record);
        if (record.Stamp > write.UnmodifiedSince)
            return Refused(FailureCatalogue.RecordChanged, FailureClass.Transient);
        checker.BeforeUpdate(this, call, record, write);
        Write(record, call, write, now);
        return new WriteResult(WriteStatus.Written, record.Id);
    }

    public static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static CrmFailure Failure(FailureKind kind, FailureClass of) => new(kind.Code, of, "", kind.Cause, kind.Fix);

    private static WriteResult Refused(FailureKind kind, FailureClass of) =>
        new(WriteStatus.Refused, Failure: Failure(kind, of));

    private static void Write(VirtualRecord record, Call call, RecordWrite write, DateTimeOffset now)
    {
        foreach (var (field, value) in write.Fields)
            record.Set(field, new Entry(Text(value), call), now);
    }

    private static CrmRecord Read(VirtualRecord record, IReadOnlyCollection<string> fields) =>
        new(
            record.Object,
            record.Id,
            fields.ToDictionary(
                field => field,
                field => JsonSerializer.SerializeToElement(record[field]),
                StringComparer.Ordinal
            )
        )
        {
            Email = record.Email,
            CreatedAt = VirtualRecord.WholeSecond(record.CreatedAt),
            CreatedById = record.IsOurs ? Self : Rep,
            ModifiedAt = record.Stamp,
            Stamp = record.Stamp,
        };
}
