using System.Text;
using System.Text.Json;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using Microsoft.AspNetCore.Http;

namespace LeadSync.Hosting.Config;

/// <summary>Reads a file of settings from a request, for each service that keeps a part of it.</summary>
public static class ConfigFile
{
    /// <summary>The largest that is read.</summary>
    public const int MostBytes = 1024 * 1024;

    /// <returns>What stands in it, JSON null where that is nothing; or why it cannot be read.</returns>
    public static async Task<(JsonElement Root, IResult? Refusal)> ReadAsync(
        HttpRequest request,
        CancellationToken cancellationToken
    )
    {
        if (request.ContentLength > MostBytes)
        {
            return (
                default,
                FailureCatalogue.BodyTooLarge.Problem(
                    StatusCodes.Status413PayloadTooLarge,
                    $"The file is larger than {MostBytes} bytes."
                )
            );
        }
        try
        {
            using var text = new StreamReader(
                request.Body,
                new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true)
            );
            var yaml = await text.ReadToEndAsync(cancellationToken);
            return (JsonSerializer.SerializeToElement(ConfigYaml.ToJson(yaml)), null);
        }
        catch (Exception fault) when (fault is UnreadableYamlException or DecoderFallbackException)
        {
            return (
                default,
                FailureCatalogue.BodyUnreadable.Problem(
                    StatusCodes.Status400BadRequest,
                    fault is UnreadableYamlException ? fault.Message : "The file is not UTF-8."
                )
            );
        }
    }
}

/// <summary>What a file of settings changed, or would change.</summary>
/// <param name="Changed">What was created or updated.</param>
/// <param name="Unchanged">How many settings of the file were so already.</param>
public sealed record AppliedConfig(IReadOnlyList<AppliedChange> Changed, int Unchanged);

/// <param name="Kind"><c>source</c>, <c>mapping</c>, <c>route</c>, <c>pull</c> or <c>rule</c>.</param>
/// <param name="Name">As its address has it.</param>
/// <param name="Change"><c>created</c> or <c>updated</c>.</param>
/// <param name="Before">As its owner's API shows it; null when it was not there.</param>
/// <param name="After">As its owner's API shows it.</param>
public sealed record AppliedChange(string Kind, string Name, string Change, JsonElement? Before, JsonElement? After);
