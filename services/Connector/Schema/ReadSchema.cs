using System.Text.RegularExpressions;
using LeadSync.Connector.Budget;
using LeadSync.Connector.Connections;
using LeadSync.Connector.Tokens;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Hosting.Web;

namespace LeadSync.Connector.Schema;

/// <summary>
/// An object as the connection's user may see and write it. The CRM is asked when the last description is old, and an old one
/// is better than none while the CRM cannot be asked; <see cref="CrmSchema.ReadAt"/> says how old it is.
/// </summary>
public sealed partial class ReadSchema(
    ConnectionStore connections,
    SchemaStore schemas,
    AccessTokens tokens,
    OrgUsage usage,
    ICrm crm,
    ConnectorOptions options,
    TimeProvider clock
)
{
    // A description is one call; two when the session has ended.
    private const int Calls = 2;

    // It is not documented whether a change of permissions counts as one of the object; so the whole is read now and then.
    private static readonly TimeSpan WholeEvery = TimeSpan.FromHours(1);

    // The CRM tells of changes by the second, and clocks differ: a description read that soon after a change may lack
    // another of the same second.
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(1);

    // However many writes are refused for a field, they are one reason to look, not one each.
    private static readonly TimeSpan DoubtEvery = TimeSpan.FromMinutes(1);

    /// <param name="refresh">Ask the CRM however young the last description is.</param>
    /// <param name="doubtedAt">The CRM contradicted at this instant what was known: a description of before will not do.</param>
    /// <param name="search">Only fields whose label or name has this in it.</param>
    public async Task<IResult> HandleAsync(
        Guid id,
        string objectName,
        bool refresh,
        DateTimeOffset? doubtedAt,
        string? search,
        Caller caller,
        CancellationToken cancellationToken
    )
    {
        if ((refresh || doubtedAt is not null) && caller.Role < Role.Integrator)
        {
            return FailureCatalogue.Forbidden.Problem(
                StatusCodes.Status403Forbidden,
                "Reading the CRM anew costs API calls and needs the role Integrator."
            );
        }
        if (
            !ObjectName().IsMatch(objectName)
            || await connections.FindAsync(caller.Workspace, id, cancellationToken) is null
        )
            return ConnectionsApi.Missing(id);

        var kept = await schemas.FindAsync(id, objectName, cancellationToken);
        var now = clock.GetUtcNow();
        var isDoubted = doubtedAt > kept?.WholeAt && kept.WholeAt + DoubtEvery <= now;
        if (kept is not null && !refresh && !isDoubted && kept.Schema.ReadAt + options.SchemaLife > now)
            return Shown(kept.Schema, search);
        try
        {
            var isWhole = refresh || isDoubted || kept?.WholeAt + WholeEvery <= now;
            return Shown(await DescribeAsync(id, objectName, isWhole ? null : kept, cancellationToken), search);
        }
        catch (CrmException fault)
        {
            // That the object is gone is news; that the CRM cannot be asked is none about the object.
            return kept is not null && fault.Failure.Class is not (FailureClass.Configuration or FailureClass.Record)
                ? Shown(kept.Schema, search)
                : fault.Failure.Problem(options.ProbeEvery);
        }
    }

    /// <summary>The description that counts now, for services; null for what is no name of an object.</summary>
    /// <exception cref="CrmException">The CRM has to be asked and cannot be, or has no such object.</exception>
    public async Task<CrmSchema?> FindAsync(Guid id, string objectName, CancellationToken cancellationToken)
    {
        if (!ObjectName().IsMatch(objectName))
            return null;
        var kept = await schemas.FindAsync(id, objectName, cancellationToken);
        return kept?.Schema.ReadAt + options.SchemaLife > clock.GetUtcNow()
            ? kept!.Schema
            : await DescribeAsync(id, objectName, kept, cancellationToken);
    }

    private static IResult Shown(CrmSchema schema, string? search) =>
        Results.Ok(
            string.IsNullOrWhiteSpace(search)
                ? schema
                : schema with
                {
                    Fields =
                    [
                        .. schema.Fields.Where(field =>
                            field.Name.Contains(search.Trim(), StringComparison.OrdinalIgnoreCase)
                            || field.Label.Contains(search.Trim(), StringComparison.InvariantCultureIgnoreCase)
                        ),
                    ],
                }
        );

    /// <param name="kept">What may be unchanged; null reads it whatever it is.</param>
    private async Task<CrmSchema> DescribeAsync(
        Guid id,
        string objectName,
        KeptSchema? kept,
        CancellationToken cancellationToken
    )
    {
        var access = await tokens.GetAsync(id, null, cancellationToken);
        var readAt = clock.GetUtcNow();
        var read = await usage.UseAsync(
            access,
            Calls,
            async session =>
                kept is { ChangedAt: { } since } && kept.WholeAt - since > Settled
                    ? await crm.DescribeIfChangedAsync(session, objectName, since, cancellationToken)
                    : await crm.DescribeAsync(session, objectName, cancellationToken),
            cancellationToken
        );
        var current = read is not null
            ? new KeptSchema(ToSchema(read, readAt), readAt, read.ChangedAt)
            : kept! with
            {
                Schema = kept.Schema with { ReadAt = readAt },
            };
        await schemas.SaveAsync(id, objectName, current, cancellationToken);
        return current.Schema;
    }

    private static CrmSchema ToSchema(ObjectSchema described, DateTimeOffset readAt) =>
        new(
            described.Object,
            described.Label,
            described.Createable,
            described.Updateable,
            readAt,
            [.. described.Fields.Select(ToField)]
        )
        {
            RecordTypes = described.RecordTypes?.Select(one => new CrmRecordType(one.Id, one.Name, one.Label)).ToList(),
        };

    private static CrmField ToField(FieldSchema field) =>
        new(
            field.Name,
            field.Label,
            field.Type,
            field.Length,
            field.RequiredOnCreate,
            field.Createable,
            field.Updateable
        )
        {
            Nillable = field.Nillable,
            RestrictedPicklist = field.RestrictedPicklist,
            PicklistValues = field.PicklistValues,
            DefaultValue = field.DefaultValue,
            ExternalId = field.ExternalId,
            Unique = field.Unique,
            Custom = field.Custom,
            Precision = field.Precision,
            Scale = field.Scale,
        };

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_]{0,79}$", RegexOptions.CultureInvariant, 100)]
    private static partial Regex ObjectName();
}

internal static class SchemaApi
{
    public static void MapSchema(this WebApplication app) =>
        app.MapGet(
                "/v1/connections/{id:guid}/schema/{objectName}",
                (
                    Guid id,
                    string objectName,
                    bool? refresh,
                    DateTimeOffset? doubtedAt,
                    string? search,
                    Caller caller,
                    ReadSchema schema,
                    CancellationToken cancellationToken
                ) => schema.HandleAsync(id, objectName, refresh ?? false, doubtedAt, search, caller, cancellationToken)
            )
            .WithSummary("The fields of an object of the org, or those that a text finds by name or label.")
            .Produces<CrmSchema>()
            .RequireAtLeast(Role.Viewer);
}
