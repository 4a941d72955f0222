using System.Text.Json.Serialization;
using LeadSync.Contracts;

namespace LeadSync.Gateway.Capture;

/// <summary>What became of one item of a request.</summary>
/// <param name="Index">Its place among the request's items, from 0; empty lines of NDJSON are none.</param>
/// <param name="Status"><c>accepted</c>: the broker has it, it will not be lost. <c>rejected</c>: nothing was done with it.</param>
public sealed record ItemAnswer(int Index, string Status)
{
    public Guid? EventId { get; init; }
    public string? LeadId { get; init; }

    /// <summary>A code of <see cref="FailureCatalogue"/>.</summary>
    public string? Code { get; init; }

    /// <summary>What is wrong, without any value of the item.</summary>
    public string? Message { get; init; }

    /// <summary>The member it is about, as <c>fields.email</c>.</summary>
    public string? Path { get; init; }

    public string? Fix { get; init; }

    [JsonIgnore]
    public bool IsAccepted => Code is null;

    public static ItemAnswer Accepted(int index, IEventItem item, string leadId) =>
        new(index, "accepted") { EventId = item.EventId, LeadId = leadId };

    public static ItemAnswer Rejected(
        int index,
        FailureKind kind,
        string message,
        string? path = null,
        string? leadId = null
    ) =>
        new(index, "rejected")
        {
            LeadId = leadId,
            Code = kind.Code,
            Message = message,
            Path = path is { Length: > 0 } ? path : null,
            Fix = kind.Fix,
        };
}

/// <summary>The answer to a request that was read as a whole.</summary>
public sealed record CaptureAnswer(int Accepted, int Rejected, IReadOnlyList<ItemAnswer> Items)
{
    public static CaptureAnswer Of(IReadOnlyList<ItemAnswer> items)
    {
        var accepted = items.Count(item => item.IsAccepted);
        return new CaptureAnswer(accepted, items.Count - accepted, items);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ItemAnswer))]
[JsonSerializable(typeof(CaptureAnswer))]
[JsonSerializable(typeof(IReadOnlyList<ItemAnswer>))]
internal sealed partial class AnswerJson : JsonSerializerContext;
