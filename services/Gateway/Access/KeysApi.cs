using LeadSync.Contracts;
using LeadSync.Hosting.Web;

namespace LeadSync.Gateway.Access;

/// <summary>Managers make, list and revoke their workspace's API keys: <c>/v1/keys</c>.</summary>
public static class KeysApi
{
    private const int MaxNameLength = 100;

    public static void MapKeys(this WebApplication app)
    {
        var keys = app.MapGroup("/v1/keys").RequireKeyAtLeast(KeyRole.Manager);
        keys.MapPost("", CreateAsync)
            .WithSummary("Makes an API key; the key itself is in this answer and never again.")
            .Produces<ShownKey>(StatusCodes.Status201Created);
        keys.MapGet("", ListAsync)
            .WithSummary("The workspace's API keys, without the keys themselves.")
            .Produces<IReadOnlyList<ShownKey>>();
        keys.MapDelete("/{id}", RevokeAsync)
            .WithSummary("Revokes an API key, for good and at once.")
            .Produces(StatusCodes.Status204NoContent);
    }

    /// <summary>What a key is to be.</summary>
    /// <param name="Name">What people call it; 1 to 100 characters.</param>
    /// <param name="Role">capture, viewer, integrator or manager.</param>
    /// <param name="Source">The one source it may capture for; only with role capture.</param>
    /// <param name="ExpiresAt">When it ends by itself; null: it does not.</param>
    public sealed record CreateKey(string? Name, string? Role, string? Source, DateTimeOffset? ExpiresAt);

    /// <summary>A key as Managers see it.</summary>
    /// <param name="Key">The key itself: in the answer to its creation, and never again.</param>
    public sealed record ShownKey(
        string Id,
        [property: System.Text.Json.Serialization.JsonIgnore(
            Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull
        )]
            string? Key,
        string Name,
        string Role,
        string? Source,
        DateTimeOffset CreatedAt,
        string CreatedBy,
        DateTimeOffset? ExpiresAt,
        DateTimeOffset? RevokedAt,
        DateTimeOffset? LastUsedAt
    );

    /// <summary>A role as the API and the database write it.</summary>
    public static string Name(KeyRole role) =>
        role switch
        {
            KeyRole.Capture => "capture",
            KeyRole.Viewer => "viewer",
            KeyRole.Integrator => "integrator",
            _ => "manager",
        };

    private static async Task<IResult> CreateAsync(
        CreateKey wanted,
        ApiKey by,
        ApiKeyStore store,
        TimeProvider clock,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        var faults = Check(wanted, now);
        if (faults.Count > 0)
            return FailureCatalogue.SettingInvalid.Problem(
                StatusCodes.Status422UnprocessableEntity,
                "The key was not made.",
                faults
            );

        var (text, key) = KeyText.Make();
        var row = new ApiKeyRow(
            key.Id,
            by.Workspace,
            wanted.Name!,
            wanted.Role!,
            wanted.Source,
            key.SecretHash,
            now,
            by.Name,
            wanted.ExpiresAt?.ToUniversalTime(),
            RevokedAt: null,
            LastUsedAt: null
        );
        // 36^16 ids: one that is taken would be a broken random source, which must not be papered over.
        if (!await store.AddAsync(row, cancellationToken))
            throw new InvalidOperationException("Making an API key: its id is taken.");
        response.Headers.CacheControl = "no-store";
        return Results.Created($"/v1/keys/{key.Id}", Show(row, text));
    }

    private static List<FieldFault> Check(CreateKey wanted, DateTimeOffset now)
    {
        var faults = new List<FieldFault>();
        if (
            wanted.Name is not { Length: > 0 and <= MaxNameLength }
            || string.IsNullOrWhiteSpace(wanted.Name)
            || wanted.Name.Any(char.IsControl)
        )
            faults.Add(
                new("name", "is missing, too long or not printable", $"Give 1 to {MaxNameLength} printable characters.")
            );
        if (!Enum.GetValues<KeyRole>().Select(Name).Contains(wanted.Role, StringComparer.Ordinal))
            faults.Add(new("role", "is not a role of a key", "Use capture, viewer, integrator or manager."));
        if (wanted.Source is not null && !CaptureReader.IsSlug(wanted.Source))
            faults.Add(new("source", CaptureReader.SlugRule, "Give the name of the source as it is captured."));
        if (wanted.Source is not null && wanted.Role != Name(KeyRole.Capture))
            faults.Add(
                new("source", "goes with role capture only", "Leave it out, or make a key of role capture for it.")
            );
        if (wanted.ExpiresAt <= now)
            faults.Add(new("expiresAt", "is not in the future", "Give a later instant, or leave it out."));
        return faults;
    }

    private static async Task<IResult> ListAsync(ApiKey by, ApiKeyStore store, CancellationToken cancellationToken) =>
        Results.Ok((await store.ListAsync(by.Workspace, cancellationToken)).Select(row => Show(row)));

    private static async Task<IResult> RevokeAsync(
        string id,
        ApiKey by,
        ApiKeyStore store,
        ApiKeyCache cache,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (!await store.RevokeAsync(by.Workspace, id, by.Name, clock.GetUtcNow(), cancellationToken))
            return FailureCatalogue.NotFound.Problem(
                StatusCodes.Status404NotFound,
                "This workspace has no key with that id."
            );
        cache.Forget(id);
        return Results.NoContent();
    }

    private static ShownKey Show(ApiKeyRow row, string? text = null) =>
        new(
            row.Id,
            text,
            row.Name,
            row.Role,
            row.Source,
            row.CreatedAt,
            row.CreatedBy,
            row.ExpiresAt,
            row.RevokedAt,
            row.LastUsedAt
        );
}
