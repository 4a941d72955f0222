using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Push.Matching;

namespace LeadSync.Push.Writing;

/// <summary>What a look at the CRM says of one intent whose answer was lost.</summary>
public abstract record Sighting
{
    private Sighting() { }

    /// <summary>This record is its doing.</summary>
    public sealed record Ours(CrmRecord Record) : Sighting;

    /// <summary>Nothing there could be its doing.</summary>
    public sealed record Unseen : Sighting;

    /// <summary>Something could be, and it cannot be told.</summary>
    public sealed record Unclear(IReadOnlyList<KnownRecord> Seen) : Sighting;
}

/// <summary>
/// Tells what became of intents from what the CRM holds. Pure. An update is found by its record's id, a create by the external
/// id or address that it sent, and one that sent neither by who made the record, when, and exactly the values.
/// </summary>
public static class Probe
{
    // For intents of before the CRM's clock was noted: how far it may differ from ours.
    private static readonly TimeSpan Doubt = TimeSpan.FromMinutes(5);

    /// <summary>A create that sent nothing that a record is looked up by.</summary>
    public static bool IsKeyless(Intent intent) =>
        intent.Plan is { RecordId: null, Key: null } && Address(intent) is null;

    /// <param name="self">The CRM's id of our user; null where it is not known.</param>
    public static Search SearchFor(IReadOnlyList<Intent> unknown, string? self) =>
        new([
            .. unknown
                .GroupBy(intent => (intent.Plan.Object, intent.Plan.Key?.Field))
                .Select(group =>
                {
                    var keyless = group.Where(IsKeyless).ToList();
                    return new ObjectSearch(
                        group.Key.Object,
                        [.. group.Select(intent => intent.Plan.RecordId).OfType<string>()],
                        [.. group.Where(intent => intent.Plan.Key is null).Select(Address).OfType<string>()],
                        [
                            .. group
                                .SelectMany(intent => intent.Plan.Values.Keys)
                                .Concat(group.Key.Field is null ? [] : [group.Key.Field])
                                .Concat(
                                    group.Any(intent => intent.Plan.Assignment is not null)
                                        ? [WritePlan.OwnerField]
                                        : []
                                )
                                .Distinct(StringComparer.Ordinal),
                        ],
                        keyless.Count == 0 || self is null ? null : keyless.Min(NotBefore)
                    )
                    {
                        ExternalIds = group.Key.Field is null
                            ? null
                            : new ExternalIds(group.Key.Field, [.. group.Select(intent => intent.Plan.Key!.Value)]),
                    };
                }),
        ]);

    /// <summary>What was seen of each, by its id.</summary>
    /// <param name="unknown">Those that are looked for, every create without a key among them.</param>
    /// <param name="underWay">Creates without a key whose answer may still come: a record may be theirs.</param>
    /// <param name="linked">Records that leads are known to be.</param>
    public static Dictionary<Guid, Sighting> Look(
        IReadOnlyList<Intent> unknown,
        IReadOnlyList<Intent> underWay,
        IReadOnlyCollection<CrmRecord> found,
        IReadOnlySet<string> linked,
        string? self
    )
    {
        var records = new FoundRecords(found);
        var seen = new Dictionary<Guid, Sighting>();
        var claimed = new HashSet<string>(linked, StringComparer.Ordinal);
        foreach (var intent in unknown.Where(intent => !IsKeyless(intent)))
        {
            var record = intent.Plan.RecordId is null
                ? CreateOf(intent, records, linked, self)
                : UpdateOf(intent, records);
            seen[intent.IntentId] = record is null ? new Sighting.Unseen() : new Sighting.Ours(record);
            if (record is not null)
                claimed.Add(record.Id);
        }

        var keyless = unknown
            .Where(IsKeyless)
            .OrderBy(intent => intent.MadeAt)
            .ThenBy(intent => intent.IntentId)
            .ToList();
        var possible = found
            .Where(record =>
                self is not null && RecordId.Same(record.CreatedById, self) && !claimed.Contains(record.Id)
            )
            .OrderBy(record => record.CreatedAt)
            .ThenBy(record => record.Id, StringComparer.Ordinal)
            .ToList();
        foreach (var alike in Alike(keyless))
            Assign(alike, [.. underWay.Where(other => IsAlike(other, alike[0]))], possible, seen, self is null);
        return seen;
    }

    private static void Assign(
        List<Intent> alike,
        List<Intent> underWay,
        List<CrmRecord> possible,
        Dictionary<Guid, Sighting> seen,
        bool isBlind
    )
    {
        var exact = possible.FindAll(record =>
            alike.Exists(intent => CouldBe(intent, record) && Holds(record, intent))
        );
        // More records than creates, or one that may yet be another's: which is whose cannot be told.
        var isClear = exact.Count <= alike.Count && underWay.Count == 0;
        foreach (var intent in alike)
        {
            var record = isClear ? exact.Find(record => CouldBe(intent, record)) : null;
            if (record is not null)
            {
                exact.Remove(record);
                possible.Remove(record);
                seen[intent.IntentId] = new Sighting.Ours(record);
                continue;
            }
            // Automation of the org may have changed what we sent, so one of other values could be it as well.
            var others = possible.FindAll(record => CouldBe(intent, record) && (!isClear || record.Email is null));
            seen[intent.IntentId] =
                others.Count > 0 || isBlind
                    ? new Sighting.Unclear([.. others.Select(record => new KnownRecord(record.Object, record.Id))])
                    : new Sighting.Unseen();
        }
    }

    // Keys are held from before the create until now, and nobody had this one: a record of ours that has it is that create.
    private static CrmRecord? CreateOf(Intent intent, FoundRecords records, IReadOnlySet<string> linked, string? self)
    {
        if (intent.Plan.Key is { } key)
        {
            return records
                .ByExternalId(intent.Plan.Object, key)
                .FirstOrDefault(record => IsMadeBy(self, record, intent) || Holds(record, intent));
        }
        // A rep's would be someone else's doing, and is matched once ours is certain not to come.
        return records
            .ByEmail(Address(intent))
            .FirstOrDefault(record =>
                record.Object == intent.Plan.Object && !linked.Contains(record.Id) && IsMadeBy(self, record, intent)
            );
    }

    // An update is whole or not at all. Where something of ours stands and nothing that stood there before, it happened, and
    // a person has changed the rest since.
    private static CrmRecord? UpdateOf(Intent intent, FoundRecords records)
    {
        if (records.ById(intent.Plan.RecordId) is not { } held)
            return null;
        var isOurs = intent.Plan.Fields.Any(sent => sent.Written && IsNow(sent.Field, sent.After));
        return isOurs && !intent.Plan.Fields.Any(sent => sent.Written && IsNow(sent.Field, sent.Before)) ? held : null;

        bool IsNow(string field, JsonElement value) => FieldValue.Same(value, FoundRecords.Held(held, field));
    }

    private static bool IsMadeBy(string? self, CrmRecord record, Intent intent) =>
        self is not null && RecordId.Same(record.CreatedById, self) && record.CreatedAt >= NotBefore(intent);

    private static bool CouldBe(Intent intent, CrmRecord record) =>
        record.Object == intent.Plan.Object && record.CreatedAt >= NotBefore(intent);

    private static bool Holds(CrmRecord record, Intent intent) =>
        intent.Plan.Values.All(sent => FieldValue.Same(sent.Value, FoundRecords.Held(record, sent.Key)));

    private static DateTimeOffset NotBefore(Intent intent) => intent.Plan.NotBefore ?? intent.MadeAt - Doubt;

    // The address that was sent; it need not be the lead's only by another spelling.
    private static string? Address(Intent intent) =>
        intent.Plan.RecordId is null
        && intent.Lead.Wanted.Match.Email is { } email
        && intent.Plan.Values.Values.Any(value =>
            FieldValue.Text(value).Trim().Equals(email, StringComparison.OrdinalIgnoreCase)
        )
            ? email
            : null;

    private static List<List<Intent>> Alike(List<Intent> keyless)
    {
        var groups = new List<List<Intent>>();
        foreach (var intent in keyless)
        {
            if (groups.Find(group => IsAlike(group[0], intent)) is { } group)
                group.Add(intent);
            else
                groups.Add([intent]);
        }
        return groups;
    }

    private static bool IsAlike(Intent one, Intent other) =>
        one.Plan.Object == other.Plan.Object
        && one.Plan.Values.Count == other.Plan.Values.Count
        && one.Plan.Values.All(sent =>
            other.Plan.Values.TryGetValue(sent.Key, out var value) && FieldValue.Same(sent.Value, value)
        );
}
