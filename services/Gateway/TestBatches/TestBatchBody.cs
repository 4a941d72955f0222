using System.Text.Json;
using LeadSync.Contracts;

namespace LeadSync.Gateway.TestBatches;

/// <summary>What a test batch is asked for with, as its description has it; Mapping reads it, and says everything that is wrong with it.</summary>
/// <param name="Source">The source whose leads the samples are mapped as.</param>
/// <param name="Leads">1 to 20 samples; either these or <paramref name="FourCases"/>.</param>
internal sealed record TestBatchBody(
    TestMode Mode,
    string Source,
    IReadOnlyList<SampleBody>? Leads,
    FourCasesBody? FourCases
);

/// <param name="LeadId">What <c>$leadId</c> stands for in it; absent: one is made.</param>
/// <param name="Fields">Values by lead field, as a capture has them.</param>
internal sealed record SampleBody(
    string? LeadId,
    IReadOnlyDictionary<string, JsonElement> Fields,
    IReadOnlyList<ConversationTurn>? Turns,
    bool? Completed
);

/// <summary>Whom the CRM has already, by address; a case without one is left out.</summary>
internal sealed record FourCasesBody(string? ExistingLead, string? ExistingContact);
