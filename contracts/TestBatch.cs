using System.Text.Json.Serialization;

namespace LeadSync.Contracts;

/// <summary>
/// Samples that are tried at a connection: what Mapping made of them (<c>POST /v1/test-leads/{connectionId}</c>), and what Push
/// is to try (<c>POST /v1/test-batches</c>). Gateway asks both; neither is passed on.
/// </summary>
/// <param name="BatchId">Mapping's, new for each.</param>
/// <param name="Source">The source that the samples are of.</param>
/// <param name="Leads">1 to 20, in the order in which they were given.</param>
public sealed record TestBatch(
    Guid BatchId,
    Guid ConnectionId,
    TestMode Mode,
    string Source,
    IReadOnlyList<TestLead> Leads
)
{
    /// <summary>Most samples of one batch.</summary>
    public const int Most = 20;
}

/// <summary>What is done with a test batch.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TestMode>))]
public enum TestMode
{
    /// <summary>Nothing is written: it is told what would be.</summary>
    [JsonStringEnumMemberName("preview")]
    Preview,

    /// <summary>Records are really written, read back and judged.</summary>
    [JsonStringEnumMemberName("writeAndVerify")]
    WriteAndVerify,
}

/// <summary>One sample, mapped.</summary>
/// <param name="Number">Its place in the batch, from 1.</param>
/// <param name="LeadId">What <c>$leadId</c> stands for in it.</param>
public sealed record TestLead(int Number, string LeadId)
{
    /// <summary>
    /// Which of the four cases it is: <c>newPerson</c>, <c>existingLead</c>, <c>existingContact</c> or <c>missingRequired</c>; null
    /// where the caller gave the sample.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Case { get; init; }

    /// <summary>What is wanted of it at the connection; null where nothing is, and then one of the next two says why.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MappedLead? Wanted { get; init; }

    /// <summary>Why nothing is wanted of it, where that is nobody's fault: <c>FILTERED_OUT</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Skipped { get; init; }

    /// <summary>Everything for which it cannot be mapped.</summary>
    public IReadOnlyList<TestProblem> Problems { get; init; } = [];

    /// <summary>What else a person should know of it.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>Something that stands between a sample and the CRM.</summary>
/// <param name="Code">Of <see cref="FailureCatalogue"/>.</param>
/// <param name="Message">What it is about here; holds nothing of the sample's values.</param>
public sealed record TestProblem(string Code, string Message, string Cause, string Fix)
{
    /// <summary>CRM fields by API name.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];
}
