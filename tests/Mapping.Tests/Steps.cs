using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Mapping.Config;
using LeadSync.Mapping.Fields;
using LeadSync.Mapping.Leads;
using LeadSync.Mapping.Transforms;

namespace LeadSync.Mapping.Tests;

/// <summary>Steps as settings write them, applied to one value.</summary>
internal static class Steps
{
    public const string Nothing = "(nothing)";
    public const string Refused = "(refused)";

    public static readonly DateTimeOffset Captured = new(2026, 1, 31, 9, 0, 0, TimeSpan.Zero);

    /// <summary>A field without limits.</summary>
    public static CrmField Anywhere { get; } = Schemas.Field("Any__c", "textarea", 0);

    /// <summary>Reads a step; <c>trim</c> alone or as JSON, <c>{"case":"name"}</c>.</summary>
    public static Transform Read(string step)
    {
        var reader = new SettingReader();
        var read = TransformReader.ReadStep(reader, Node(step), "step");
        reader.Faults.ShouldBeEmpty();
        return read.ShouldNotBeNull();
    }

    /// <summary>What is wrong with a step.</summary>
    public static string Faults(string step)
    {
        var reader = new SettingReader();
        TransformReader.ReadStep(reader, Node(step), "step");
        return string.Join("; ", reader.Faults.Select(fault => $"{fault.Field} {fault.Reason}"));
    }

    public static JsonElement Node(string json) =>
        json.StartsWith('{') ? JsonElement.Parse(json) : JsonSerializer.SerializeToElement(json);

    public static LeadToMap Lead(string fields = "{}", string source = "import", params ConversationTurn[] turns)
    {
        var state = new LeadState();
        state.Apply(
            new CapturedLead
            {
                EventId = Guid.CreateVersion7(),
                OccurredAt = Captured,
                Source = source,
                LeadId = "1",
                Fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(fields)!,
            }
        );
        return new LeadToMap(new LeadKey("acme", source, "1"), state, Captured, Captured)
        {
            Turns = turns,
            TurnsCapturedAt = turns.Length == 0 ? null : Captured,
        };
    }

    public static Transformed Apply(string step, object? value, CrmField? field = null, LeadToMap? lead = null) =>
        Read(step).Apply(JsonSerializer.SerializeToElement(value), new Destination(field ?? Anywhere, lead ?? Lead()));

    /// <summary>What a step makes of a value, as JSON writes it; of a text, the text.</summary>
    public static string Of(string step, object? value, CrmField? field = null, LeadToMap? lead = null) =>
        Apply(step, value, field, lead) switch
        {
            Transformed.Value({ ValueKind: JsonValueKind.String } text, _) => text.GetString()!,
            Transformed.Value(var other, _) => other.GetRawText(),
            Transformed.None => Nothing,
            _ => Refused,
        };
}
