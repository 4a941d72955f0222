namespace LeadSync.Push.Rules;

/// <summary>
/// What a record must have before it is created: a field that the org routes by, say. Until then a lead that nobody is yet
/// waits for a newer version of itself.
/// </summary>
/// <param name="Fields">API names of fields of the object; each must have a value.</param>
/// <param name="Within">How long a lead waits at most, counted from when it first became wanted. Whole minutes.</param>
/// <param name="Then">What becomes of it when a field is still missing by then.</param>
public sealed record CreateWhen(IReadOnlyList<string> Fields, TimeSpan Within, CreateWhenPolicy Then)
{
    /// <summary>A week: whoever has not told by then is not about to.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>As the reason of a decision names it: <c>Country+State within 30 then park</c>.</summary>
    public override string ToString() =>
        FormattableString.Invariant(
            $"{string.Join('+', Fields)} within {(int)Within.TotalMinutes} then {RuleText.Of(Then)}"
        );
}

public enum CreateWhenPolicy
{
    /// <summary>The record is created without it.</summary>
    Create,

    /// <summary>The lead waits for a person.</summary>
    Park,
}
