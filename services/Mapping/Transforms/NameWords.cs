using System.Collections.Frozen;

namespace LeadSync.Mapping.Transforms;

/// <summary>Words of people's names that are neither given nor family names.</summary>
internal static class NameWords
{
    /// <summary>In small letters: they begin a family name and stay small inside a name.</summary>
    public static readonly FrozenSet<string> Particles = (
        "af al am an auf av aus bin bint d' da dal dalla das de degli dei del della delle den der des di do "
        + "dos du el ibn la las le lo los of op 's 't te ten ter the tot van vande vander vom von vor y zu zum "
        + "zur"
    )
        .Split(' ')
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>In small letters, without dots.</summary>
    public static readonly FrozenSet<string> Salutations = (
        "capt captain col doctor dott dr dra frau fr gen herr hon ing lady lord lt madam madame mag maj "
        + "master miss mlle mme monsieur mr mrs ms mx prof professor rabbi rev señor señora sgt sig signor "
        + "signora sir sra srta"
    )
        .Split(' ')
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>In small letters, without dots. One that is also a name (Ma, V) is not among them.</summary>
    public static readonly FrozenSet<string> Suffixes =
        "2nd 3rd 4th cpa dds dvm esq esquire ii iii iv jnr jr junior llm mba msc phd snr sr vi vii viii"
            .Split(' ')
            .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Suffixes only when written in capitals, for in small letters they are names.</summary>
    public static readonly FrozenSet<string> CapitalSuffixes = new[] { "MD", "RN", "JD", "DO", "PE" }.ToFrozenSet(
        StringComparer.Ordinal
    );
}
