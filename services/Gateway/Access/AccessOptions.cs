using System.ComponentModel.DataAnnotations;
using LeadSync.Contracts;

namespace LeadSync.Gateway.Access;

/// <summary>Section <c>Gateway</c>.</summary>
public sealed class AccessOptions : IValidatableObject
{
    /// <summary>An API key that is put in at start, as Manager of <see cref="BootstrapWorkspace"/>, if it is not there. A secret.</summary>
    public string? BootstrapKey { get; set; }

    public string BootstrapWorkspace { get; set; } = "demo";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!CaptureReader.IsSlug(BootstrapWorkspace))
            yield return new ValidationResult(CaptureReader.SlugRule, [nameof(BootstrapWorkspace)]);
        // The message must not hold the key itself.
        if (BootstrapKey is { Length: > 0 } && KeyText.TryRead(BootstrapKey) is null)
            yield return new ValidationResult(
                "is not of the form ls_live_<16 lower-case letters and digits>_<43 characters of base64url>",
                [nameof(BootstrapKey)]
            );
    }
}
