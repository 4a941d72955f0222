using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using LeadSync.Contracts;
using LeadSync.Hosting.Web;
using LeadSync.Push.Lanes;

namespace LeadSync.Push.Rules;

/// <summary>The push rule for an object of a connection.</summary>
/// <param name="Revision">0 where none was saved and the defaults hold.</param>
/// <param name="Rule">All of it, defaults included; docs/rules.md has each setting.</param>
public sealed record RuleView(
    Guid ConnectionId,
    string Object,
    long Revision,
    DateTimeOffset? ChangedAt,
    string? ChangedBy,
    JsonObject Rule
);

/// <param name="Change"><c>created</c>, <c>updated</c>, <c>removed</c> or <c>restored</c>.</param>
/// <param name="Rule">Null where it was removed.</param>
/// <param name="RestoredFrom">The revision that it repeats; null when it was not restored.</param>
public sealed record RuleVersionView(
    long Revision,
    string Change,
    DateTimeOffset ChangedAt,
    string ChangedBy,
    JsonObject? Rule,
    long? RestoredFrom
);

/// <summary>What customers say of matching and creating, for each object of a connection.</summary>
public static class RulesApi
{
    public static void MapRules(this WebApplication app)
    {
        app.MapGet("/v1/rules", ListAsync)
            .WithSummary("Every push rule of the workspace.")
            .Produces<IReadOnlyList<RuleView>>()
            .RequireAtLeast(Role.Viewer);
        var rule = app.MapGroup("/v1/rules/{connectionId:guid}/{object}");
        rule.MapGet("", GetAsync)
            .WithSummary("The push rule for an object, with its revision as ETag; without one, the defaults and \"0\".")
            .Produces<RuleView>()
            .RequireAtLeast(Role.Viewer);
        rule.MapGet("/versions", VersionsAsync)
            .WithSummary("Every version of a rule, newest first.")
            .Produces<IReadOnlyList<RuleVersionView>>()
            .RequireAtLeast(Role.Viewer);
        rule.MapPost("/versions/{revision:long}/restore", RestoreAsync)
            .WithSummary("Brings a version back, as a new one. If-Match may name the revision in force.")
            .Produces<RuleView>()
            .RequireAtLeast(Role.Integrator);
        rule.MapPut("", PutAsync)
            .WithSummary("Saves a rule; all faults of it come at once. It counts from each lane's next round.")
            .Produces<RuleView>()
            .ReadsBody("A rule, as docs/rules.md has it. If-Match may name the revision that it was made from.")
            .RequireAtLeast(Role.Integrator);
        rule.MapDelete("", DeleteAsync)
            .WithSummary("Removes a rule, so that the defaults hold. If-Match may name the revision that is meant.")
            .Produces(StatusCodes.Status204NoContent)
            .RequireAtLeast(Role.Manager);
    }

    private static async Task<IResult> ListAsync(Caller caller, RuleStore rules, CancellationToken cancellationToken) =>
        Results.Ok((await rules.ListAsync(caller.Workspace, cancellationToken)).Select(View));

    private static async Task<IResult> GetAsync(
        Guid connectionId,
        string @object,
        Caller caller,
        RuleStore rules,
        RuleObjects objects,
        HttpResponse response,
        CancellationToken cancellationToken
    )
    {
        if (!objects.Names.Contains(@object, StringComparer.Ordinal))
            return NoSuchObject(objects);
        var there = await rules.FindAsync(caller.Workspace, connectionId, @object, cancellationToken);
        var view = there is { Rule: not null }
            ? View(there)
            : new RuleView(connectionId, @object, 0, null, null, RuleJson.Write(@object, PushRule.Default));
        response.Headers.ETag = ETag(view.Revision);
        return Results.Ok(view);
    }

    private static async Task<IResult> VersionsAsync(
        Guid connectionId,
        string @object,
        Caller caller,
        RuleStore rules,
        CancellationToken cancellationToken
    ) =>
        Results.Ok(
            (await rules.VersionsAsync(caller.Workspace, connectionId, @object, cancellationToken)).Select(
                version => new RuleVersionView(
                    version.Revision,
                    version.Change,
                    version.ChangedAt,
                    version.ChangedBy,
                    version.Rule is null ? null : Whole(@object, version.Rule),
                    version.RestoredFrom
                )
            )
        );

    private static async Task<IResult> PutAsync(
        Guid connectionId,
        string @object,
        Caller caller,
        HttpRequest request,
        HttpResponse response,
        RuleStore rules,
        SchemaClient schemas,
        RuleObjects objects,
        Wakeup wakeup,
        CancellationToken cancellationToken
    )
    {
        if (!objects.Names.Contains(@object, StringComparer.Ordinal))
            return NoSuchObject(objects);
        if (await BodyAsync(request, cancellationToken) is not { } body)
        {
            return FailureCatalogue.BodyUnreadable.Problem(
                StatusCodes.Status400BadRequest,
                "The body is not one JSON object, or a name stands in it twice."
            );
        }
        return await SaveAsync(
                connectionId,
                @object,
                caller,
                body,
                restoredFrom: null,
                request,
                rules,
                schemas,
                wakeup,
                cancellationToken
            ) ?? await GetAsync(connectionId, @object, caller, rules, objects, response, cancellationToken);
    }

    // Checked against the CRM as it is now, which may have changed since that version was in force.
    private static async Task<IResult> RestoreAsync(
        Guid connectionId,
        string @object,
        long revision,
        Caller caller,
        HttpRequest request,
        HttpResponse response,
        RuleStore rules,
        SchemaClient schemas,
        RuleObjects objects,
        Wakeup wakeup,
        CancellationToken cancellationToken
    )
    {
        var versions = await rules.VersionsAsync(caller.Workspace, connectionId, @object, cancellationToken);
        if (versions.FirstOrDefault(version => version.Revision == revision) is not { Rule: { } json })
        {
            return FailureCatalogue.NotFound.Problem(
                StatusCodes.Status404NotFound,
                "There is no such version, or it is the one that removed the rule."
            );
        }
        return await SaveAsync(
                connectionId,
                @object,
                caller,
                JsonElement.Parse(json),
                revision,
                request,
                rules,
                schemas,
                wakeup,
                cancellationToken
            ) ?? await GetAsync(connectionId, @object, caller, rules, objects, response, cancellationToken);
    }

    /// <returns>Why it was not saved; null when it was.</returns>
    private static async Task<IResult?> SaveAsync(
        Guid connectionId,
        string @object,
        Caller caller,
        JsonElement body,
        long? restoredFrom,
        HttpRequest request,
        RuleStore rules,
        SchemaClient schemas,
        Wakeup wakeup,
        CancellationToken cancellationToken
    )
    {
        var (rule, faults) = RuleJson.Read(@object, body);
        CrmSchema? schema;
        try
        {
            schema = await schemas.ReadAsync(caller.Workspace, connectionId, @object, cancellationToken);
        }
        catch (Exception fault)
            when (fault is HttpRequestException or JsonException
                || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            return FailureCatalogue.Unavailable.Problem(
                StatusCodes.Status503ServiceUnavailable,
                "The CRM's fields cannot be read now, and nothing is saved unchecked."
            );
        }
        if (schema is null)
        {
            return FailureCatalogue.NotFound.Problem(
                StatusCodes.Status404NotFound,
                $"There is no such connection, or its CRM shows no {@object} to the connected user."
            );
        }
        var (certain, others) = RuleJson.Against(rule, schema);
        FieldFault[] all = [.. faults, .. others];
        if (all.Length > 0)
        {
            return FailureCatalogue.SettingInvalid.Problem(
                StatusCodes.Status422UnprocessableEntity,
                all.Length == 1
                    ? "One thing is wrong; nothing was saved."
                    : $"{all.Length} things are wrong; nothing was saved.",
                all
            );
        }
        if (
            !await rules.SaveAsync(
                caller,
                connectionId,
                @object,
                certain,
                Expects(request),
                cancellationToken,
                restoredFrom
            )
        )
            return Stale();
        wakeup.Ring();
        return null;
    }

    private static async Task<IResult> DeleteAsync(
        Guid connectionId,
        string @object,
        Caller caller,
        HttpRequest request,
        RuleStore rules,
        Wakeup wakeup,
        CancellationToken cancellationToken
    )
    {
        var there = await rules.FindAsync(caller.Workspace, connectionId, @object, cancellationToken);
        if (there is not { Rule: not null })
            return FailureCatalogue.NotFound.Problem(StatusCodes.Status404NotFound, "There is no such rule.");
        if (!await rules.SaveAsync(caller, connectionId, @object, rule: null, Expects(request), cancellationToken))
            return Stale();
        wakeup.Ring();
        return Results.NoContent();
    }

    private static RuleView View(StoredRule stored) =>
        new(
            stored.ConnectionId,
            stored.Object,
            stored.Revision,
            stored.ChangedAt,
            stored.ChangedBy,
            Whole(stored.Object, stored.Rule!)
        );

    // Settings that came after it was saved are shown with what holds for them.
    private static JsonObject Whole(string objectName, string json) =>
        RuleJson.Write(objectName, RuleJson.Parse(objectName, json));

    private static string ETag(long revision) => string.Create(CultureInfo.InvariantCulture, $"\"{revision}\"");

    // No If-Match asks for nothing; * asks for any rule at all.
    private static Func<long, bool> Expects(HttpRequest request)
    {
        var tags = request
            .Headers.IfMatch.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries))
            .ToList();
        return revision => tags.Count == 0 || tags.Contains(ETag(revision)) || (revision > 0 && tags.Contains("*"));
    }

    private static async Task<JsonElement?> BodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(
                request.Body,
                new JsonDocumentOptions { AllowDuplicateProperties = false },
                cancellationToken
            );
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IResult NoSuchObject(RuleObjects objects) =>
        FailureCatalogue.NotFound.Problem(
            StatusCodes.Status404NotFound,
            $"There are rules for these objects only: {string.Join(", ", objects.Names)}."
        );

    private static IResult Stale() =>
        FailureCatalogue.Conflict.Problem(
            StatusCodes.Status412PreconditionFailed,
            "It was changed since the revision that If-Match names; nothing was saved."
        );
}
