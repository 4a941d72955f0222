using System.Text.Json;
using LeadSync.Contracts;

namespace LeadSync.Push.Outcomes;

/// <summary>An event on its way to the bus.</summary>
/// <param name="Kind"><c>matched</c>, <c>written</c> or <c>failed</c>.</param>
/// <param name="Body">The event's item as JSON.</param>
public sealed record Outcome(string Kind, string Body)
{
    /// <summary>The test batch that it is about. Such an outcome is kept for the batch, and goes to nobody else.</summary>
    public Guid? TestBatch { get; init; }

    public static Outcome Of(MatchedRecord item) => new("matched", JsonSerializer.Serialize(item, Wire.Json));

    public static Outcome Of(WrittenRecord item) => new("written", JsonSerializer.Serialize(item, Wire.Json));

    public static Outcome Of(FailedSync item) => new("failed", JsonSerializer.Serialize(item, Wire.Json));
}
