using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;

namespace LeadSync.Mapping.Config;

/// <summary>How every endpoint that saves a setting answers.</summary>
public static class SavingApi
{
    public static string ETag(long revision) => string.Create(CultureInfo.InvariantCulture, $"\"{revision}\"");

    /// <summary>Whether what is there is what the caller wants to change: no <c>If-Match</c> asks for nothing.</summary>
    /// <param name="revision">Null: it is not there yet.</param>
    public static bool IsExpected(HttpRequest request, long? revision)
    {
        if (request.Headers.IfMatch.Count == 0)
            return true;
        return revision is not null
            && request
                .Headers.IfMatch.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries))
                .Any(tag => tag == "*" || tag == ETag(revision.Value));
    }

    /// <summary>A fault's problem; null when it was saved.</summary>
    public static IResult? Problem(SaveOutcome outcome) =>
        outcome switch
        {
            SaveOutcome.Faulty(var faults) => FailureCatalogue.SettingInvalid.Problem(
                StatusCodes.Status422UnprocessableEntity,
                faults.Count == 1
                    ? "One thing is wrong; nothing was saved."
                    : $"{faults.Count} things are wrong; nothing was saved.",
                faults
            ),
            SaveOutcome.Stale => Stale(),
            SaveOutcome.NotHeld => FailureCatalogue.Unavailable.Problem(
                StatusCodes.Status503ServiceUnavailable,
                "Push does not answer, so it cannot be promised that nothing is sent any more; nothing was saved, and what was to be switched off is still on. Repeat it."
            ),
            SaveOutcome.Unavailable(var kind) => kind.Problem(
                kind == FailureCatalogue.AuthRevoked
                    ? StatusCodes.Status409Conflict
                    : StatusCodes.Status503ServiceUnavailable,
                "The CRM's fields cannot be read now, and nothing is saved unchecked."
            ),
            _ => null,
        };

    /// <summary>It is not what the caller thought any more.</summary>
    public static IResult Stale(
        string detail = "It was changed since the revision that If-Match names; nothing was saved."
    ) => FailureCatalogue.Conflict.Problem(StatusCodes.Status412PreconditionFailed, detail);

    public static IResult NotThere(SettingKind kind) =>
        FailureCatalogue.NotFound.Problem(StatusCodes.Status404NotFound, $"There is no such {kind.Title}.");

    /// <summary>
    /// Reads a JSON object and adds the members that its path names; null when it is none, or states one of them otherwise.
    /// </summary>
    public static async Task<JsonElement?> BodyAsync(
        HttpRequest request,
        IReadOnlyList<(string Name, string Value)> members,
        CancellationToken cancellationToken
    )
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(
                request.Body,
                new JsonDocumentOptions { AllowDuplicateProperties = false },
                cancellationToken
            );
            if (document.RootElement.ValueKind != JsonValueKind.Object || !IsKeepable(document.RootElement))
                return null;
            var whole = JsonObject.Create(document.RootElement.Clone())!;
            foreach (var (name, value) in members)
            {
                if (whole[name] is { } stated && stated.ToString() != value)
                    return null;
                whole[name] = value;
            }
            return JsonSerializer.SerializeToElement(whole);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // No database keeps NUL or half a character.
    private static bool IsKeepable(JsonElement node)
    {
        try
        {
            return node.ValueKind switch
            {
                JsonValueKind.Object => node.EnumerateObject()
                    .All(member => !member.Name.Contains('\0') && IsKeepable(member.Value)),
                JsonValueKind.Array => node.EnumerateArray().All(IsKeepable),
                JsonValueKind.String => !node.GetString()!.Contains('\0'),
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    public static IResult Unreadable() =>
        FailureCatalogue.BodyUnreadable.Problem(
            StatusCodes.Status400BadRequest,
            "The body is not one JSON object, a name stands in it twice, it contradicts the path, or a text in it holds NUL or half a character."
        );
}
