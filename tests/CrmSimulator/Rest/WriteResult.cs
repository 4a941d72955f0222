namespace LeadSync.CrmSimulator.Rest;

/// <summary>What became of one record of a write.</summary>
internal sealed record WriteResult(string? Id, bool Created, IReadOnlyList<ApiError> Errors)
{
    public bool Failed => Errors.Count > 0;

    public static WriteResult Failure(string? id, params IReadOnlyList<ApiError> errors) => new(id, false, errors);
}
