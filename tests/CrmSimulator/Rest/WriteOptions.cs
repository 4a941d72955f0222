namespace LeadSync.CrmSimulator.Rest;

/// <summary>Whether an assignment rule gives the record an owner, and which; null is the active one.</summary>
internal sealed record AutoAssign(bool Runs, string? RuleId = null)
{
    public static readonly AutoAssign On = new(true);
    public static readonly AutoAssign Off = new(false);

    /// <summary>Sforce-Auto-Assign: TRUE, FALSE or a rule's id; TRUE when absent.</summary>
    public static AutoAssign Read(string? header) =>
        header is null || string.Equals(header, "TRUE", StringComparison.OrdinalIgnoreCase) ? On
        : string.Equals(header, "FALSE", StringComparison.OrdinalIgnoreCase) ? Off
        : Data.RecordId.TryRead(header, out var id) ? new(true, id)
        : On;
}

/// <summary>How a caller wants its records written.</summary>
/// <param name="Root">Where links start: /services/data/v60.0.</param>
/// <param name="AllowsDuplicates">A duplicate rule that only alerts is passed over.</param>
/// <param name="ByHand">A person saves in the CRM itself, and its rules have been seen to.</param>
internal sealed record WriteOptions(
    string Root,
    AutoAssign AutoAssign,
    bool AllowsDuplicates = false,
    bool WantsDuplicateDetails = false,
    bool ByHand = false
)
{
    public static readonly WriteOptions Hand = new("/services/data/v60.0", AutoAssign.Off, ByHand: true);

    /// <summary>Reads Sforce-Auto-Assign and Sforce-Duplicate-Rule-Header.</summary>
    public static WriteOptions Of(ApiRequest request)
    {
        var duplicates = request.Header("Sforce-Duplicate-Rule-Header") ?? "";
        bool Says(string name) =>
            duplicates
                .Split([';', ','], StringSplitOptions.TrimEntries)
                .Any(one =>
                    string.Equals(
                        one.Replace(" ", "", StringComparison.Ordinal),
                        $"{name}=true",
                        StringComparison.OrdinalIgnoreCase
                    )
                );
        return new(
            request.Root,
            AutoAssign.Read(request.Header("Sforce-Auto-Assign")),
            Says("allowSave"),
            Says("includeRecordDetails")
        );
    }
}
