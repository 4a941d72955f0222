using System.Text.Json.Serialization;

namespace LeadSync.Contracts;

/// <summary>May we write over what the CRM holds? Set for each mapped field.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WriteRule>))]
public enum WriteRule
{
    /// <summary>Yes, with a newly captured value.</summary>
    [JsonStringEnumMemberName("overwrite")]
    Overwrite,

    /// <summary>Only where the CRM holds nothing.</summary>
    [JsonStringEnumMemberName("onlyWhenEmpty")]
    OnlyWhenEmpty,

    /// <summary>Only when we create the record; afterwards the field is never touched.</summary>
    [JsonStringEnumMemberName("onlyOnCreate")]
    OnlyOnCreate,

    /// <summary>Only while the CRM still holds what we last wrote; before we wrote anything, only where it holds nothing.</summary>
    [JsonStringEnumMemberName("untilEdited")]
    UntilEdited,

    /// <summary>Only while another field, or this one, holds one of the values of <see cref="WriteCondition"/>.</summary>
    [JsonStringEnumMemberName("onlyWhile")]
    OnlyWhile,

    /// <summary>A checkbox that may go to opted out, and back only by explicit consent (<see cref="MappedField.ConsentedAt"/>).</summary>
    [JsonStringEnumMemberName("optOut")]
    OptOut,
}

/// <summary>What <see cref="WriteRule.OnlyWhile"/> asks of the record, as the CRM holds it before the write.</summary>
/// <param name="Field">API name in the CRM.</param>
/// <param name="Values">One of these, compared exactly; an empty text stands for nothing.</param>
public sealed record WriteCondition(string Field, IReadOnlyList<string> Values);
