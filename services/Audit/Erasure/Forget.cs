using System.Text.Json;
using LeadSync.Contracts;

namespace LeadSync.Audit.Erasure;

/// <summary>
/// What stays of an event when the person is erased: what happened, when, to which fields and how many, by which rule and with
/// which code. No value, address, record id, metadata or text that somebody wrote.
/// </summary>
public static class Forget
{
    /// <summary>What stands where something was.</summary>
    public const string Mark = "[erased]";
    private static readonly JsonElement MarkJson = JsonSerializer.SerializeToElement(Mark);

    /// <param name="name">What stands in the place of the lead's id.</param>
    public static IEventItem In(IEventItem item, string name) =>
        item switch
        {
            CapturedLead lead => lead with
            {
                LeadId = name,
                Fields = Values(lead.Fields),
                Turns = lead.Turns?.Select(turn => new ConversationTurn(Mark, Mark, turn.At, Mark, Mark)).ToList(),
                Records = lead.Records?.Select(Record).ToList(),
                Metadata = null,
            },
            WithdrawnLead lead => lead with { LeadId = name },
            MappedLead lead => lead with
            {
                LeadId = name,
                Match = new MatchKeys(),
                Sections = [.. lead.Sections.Select(Section)],
                Remarks = null,
                Metadata = null,
            },
            MatchedRecord match => match with
            {
                LeadId = name,
                Record = match.Record is null ? null : Record(match.Record),
                Beside = match.Beside is null ? null : Record(match.Beside),
                Candidates = match.Candidates?.Select(Record).ToList(),
                Note = null,
                Metadata = null,
            },
            WrittenRecord write => write with
            {
                LeadId = name,
                Record = Record(write.Record),
                Beside = write.Beside is null ? null : Record(write.Beside),
                Owner = write.Owner is null ? null : write.Owner with { Id = Mark },
                Fields =
                [
                    .. write.Fields.Select(field =>
                        field with
                        {
                            Before = Value(field.Before),
                            After = Value(field.After),
                        }
                    ),
                ],
                Metadata = null,
            },
            ImportedLead lead => lead with
            {
                LeadId = name,
                Record = Record(lead.Record),
                Fields = Values(lead.Fields),
            },
            FailedSync failure => Failure(failure, name),
            _ => throw new ArgumentException($"Audit keeps no {item.GetType().Name}.", nameof(item)),
        };

    // A message may name a record or quote what an admin wrote, a fix the value that a picklist lacks.
    private static FailedSync Failure(FailedSync failure, string name)
    {
        var kind = FailureCatalogue.All.GetValueOrDefault(failure.Code, FailureCatalogue.Internal);
        return failure with
        {
            LeadId = name,
            Message = kind.Cause,
            Cause = kind.Cause,
            Fix = kind.Fix,
            Metadata = null,
        };
    }

    private static MappedSection Section(MappedSection section) =>
        section with
        {
            Fields = [.. section.Fields.Select(field => field with { Value = Value(field.Value), ConsentedAt = null })],
        };

    private static KnownRecord Record(KnownRecord record) => record with { RecordId = Mark };

    private static Dictionary<string, JsonElement> Values(IReadOnlyDictionary<string, JsonElement> fields) =>
        fields.ToDictionary(field => field.Key, field => Value(field.Value), StringComparer.Ordinal);

    // That something was empty, or cleared on purpose, tells nothing of the person.
    private static JsonElement Value(JsonElement value) =>
        value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? value : MarkJson;
}
