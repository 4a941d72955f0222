using System.Text.Json;
using System.Text.Json.Serialization;
using LeadSync.Contracts;

namespace LeadSync.Mapping.Leads;

/// <summary>
/// What is known of a lead: the newest patch of each field, and what else captures say. Patches and withdrawals give the
/// same state in whatever order and however often they are applied.
/// </summary>
public sealed class LeadState
{
    [JsonInclude]
    public IDictionary<string, CapturedValue> Fields { get; internal set; } =
        new Dictionary<string, CapturedValue>(StringComparer.Ordinal);

    [JsonInclude]
    public CapturedValue? Completed { get; internal set; }

    [JsonInclude]
    public CapturedMetadata? Metadata { get; internal set; }

    [JsonInclude]
    public IReadOnlyList<CapturedRecord> Records { get; internal set; } = [];

    /// <summary>The newest patch; null while there is none after the last withdrawal.</summary>
    [JsonInclude]
    public CapturedTrace? Newest { get; internal set; }

    /// <summary>What was captured up to then is dropped, and stays dropped when it comes late.</summary>
    [JsonInclude]
    public DateTimeOffset? WithdrawnAt { get; internal set; }

    /// <summary>When values were last imported, by our clock; null when none ever were.</summary>
    [JsonInclude]
    public DateTimeOffset? ImportedAt { get; internal set; }

    [JsonIgnore]
    public bool IsWithdrawn => WithdrawnAt is not null && Newest is null;

    /// <summary>The address as it is matched: trimmed, lower case, and nothing guessed about dots or plus; null when there is none.</summary>
    /// <param name="field">The field that the source gave the role of email; null when none has it.</param>
#pragma warning disable CA1308 // Addresses are compared in lower case by the CRMs too.
    public string? NormalisedEmail(string? field) => Text(field)?.ToLowerInvariant();
#pragma warning restore CA1308

    /// <summary>What a field holds, trimmed; null when there is no such field, or no text in it.</summary>
    public string? Text(string? field) =>
        field is not null
        && Captured(field) is { Value: { ValueKind: JsonValueKind.String } value }
        && value.GetString()!.Trim() is { Length: > 0 } text
            ? text
            : null;

    /// <summary>The newest value of a field; null when none was ever captured.</summary>
    public CapturedValue? Captured(string field) => Fields.TryGetValue(field, out var value) ? value : null;

    /// <summary>The lead as one connection may see it: without the values that were pulled from that very one.</summary>
    public LeadState For(Guid connectionId) =>
        Fields.Values.All(value => value.ImportedFrom != connectionId)
            ? this
            : new LeadState
            {
                Fields = Fields
                    .Where(field => field.Value.ImportedFrom != connectionId)
                    .ToDictionary(field => field.Key, field => field.Value, StringComparer.Ordinal),
                Completed = Completed,
                Metadata = Metadata,
                Records = Records,
                Newest = Newest,
                WithdrawnAt = WithdrawnAt,
                ImportedAt = ImportedAt,
            };

    /// <summary>Whether a patch is older than a withdrawal.</summary>
    public bool IsDropped(Stamp patch) => patch.At <= WithdrawnAt;

    /// <summary>Takes a patch in, all but its turns.</summary>
    /// <returns>Whether it was news: something is now known that was not.</returns>
    public bool Apply(CapturedLead patch)
    {
        var stamp = Stamp.Of(patch.OccurredAt, patch.EventId);
        if (IsDropped(stamp))
            return false;

        var news = false;
        foreach (var (name, value) in patch.Fields)
        {
            var captured = CapturedValue.Of(value, stamp);
            if (!captured.IsNewerThan(Captured(name)))
                continue;
            Fields[name] = captured;
            news = true;
        }
        if (patch.Completed is { } completed)
        {
            var captured = CapturedValue.Of(JsonSerializer.SerializeToElement(completed), stamp);
            if (captured.IsNewerThan(Completed))
            {
                Completed = captured;
                news = true;
            }
        }
        if (patch.Metadata is { } metadata && new CapturedMetadata(metadata, stamp.At, stamp.By).IsNewerThan(Metadata))
        {
            Metadata = new CapturedMetadata(metadata, stamp.At, stamp.By);
            news = true;
        }
        foreach (var record in patch.Records ?? [])
            news |= Know(record, stamp);
        if (Newest is null || new Stamp(Newest.At, Newest.By) < stamp)
        {
            Newest = new CapturedTrace(patch.TraceParent, stamp.At, stamp.By);
            news = true;
        }
        return news;
    }

    /// <summary>Drops what was captured up to an instant.</summary>
    public bool Withdraw(DateTimeOffset occurredAt)
    {
        var at = Stamp.Of(occurredAt, default).At;
        if (WithdrawnAt >= at)
            return false;
        WithdrawnAt = at;
        foreach (var name in Fields.Where(field => field.Value.At <= at).Select(field => field.Key).ToList())
            Fields.Remove(name);
        Completed = Completed?.At <= at ? null : Completed;
        Metadata = Metadata?.At <= at ? null : Metadata;
        Newest = Newest?.At <= at ? null : Newest;
        Records = [.. Records.Where(record => record.At > at)];
        return true;
    }

    /// <summary>Forgets that the source said the lead is a record.</summary>
    /// <returns>Whether it had.</returns>
    public bool Forget(Guid connectionId, KnownRecord record)
    {
        var before = Records.Count;
        Records =
        [
            .. Records.Where(one =>
                one.Object != record.Object
                || RecordIds.Short(one.RecordId) != RecordIds.Short(record.RecordId)
                || (one.ConnectionId is not null && one.ConnectionId != connectionId)
            ),
        ];
        return Records.Count < before;
    }

    // 15 and 18 characters are the same id; the newest patch's form holds, of one patch's two the longer.
    private bool Know(KnownRecord record, Stamp stamp)
    {
        var before = Records.FirstOrDefault(other =>
            other.Object == record.Object
            && other.ConnectionId == record.ConnectionId
            && RecordIds.Short(other.RecordId) == RecordIds.Short(record.RecordId)
        );
        if (
            before is not null
            && (stamp.At < before.At || (stamp.At == before.At && !IsPreferred(record.RecordId, before.RecordId)))
        )
            return false;
        Records =
        [
            .. Records.Where(other => other != before),
            new CapturedRecord(record.Object, record.RecordId, record.ConnectionId, stamp.At),
        ];
        return true;
    }

    private static bool IsPreferred(string id, string other) =>
        id.Length != other.Length ? id.Length > other.Length : string.CompareOrdinal(id, other) < 0;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(LeadState))]
public sealed partial class LeadJson : JsonSerializerContext;

/// <summary>The newest metadata that came with a patch.</summary>
public sealed record CapturedMetadata(IReadOnlyDictionary<string, string> Pairs, DateTimeOffset At, Guid By)
{
    public bool IsNewerThan(CapturedMetadata? other)
    {
        if (other is null)
            return true;
        var order = new Stamp(At, By).CompareTo(new Stamp(other.At, other.By));
        return order > 0 || (order == 0 && string.CompareOrdinal(Text(Pairs), Text(other.Pairs)) > 0);
    }

    private static string Text(IReadOnlyDictionary<string, string> pairs) =>
        JsonSerializer.Serialize(pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal));
}

/// <summary>A record that the source says the lead is.</summary>
public sealed record CapturedRecord(string Object, string RecordId, Guid? ConnectionId, DateTimeOffset At);

/// <summary>The newest patch and the trace it came in.</summary>
public sealed record CapturedTrace(string? TraceParent, DateTimeOffset At, Guid By);
