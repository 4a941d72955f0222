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

    /// <param name="refresh">Ask the CRM however young the last description is.</param>
    public async Task<IResult> HandleAsync(
        Guid id,
        string objectName,
        bool refresh,
        Caller caller,
        CancellationToken cancellationToken
    )
    {
        if (refresh && caller.Role < Role.Integrator)
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
        if (!refresh && kept?.ReadAt + options.SchemaLife > clock.GetUtcNow())
            return Results.Ok(kept);
        try
        {
            return Results.Ok(await DescribeAsync(id, objectName, cancellationToken));
        }
        catch (CrmException fault)
        {
            // That the object is gone is news; that the CRM cannot be asked is none about the object.
            return kept is not null && fault.Failure.Class is not (FailureClass.Configuration or FailureClass.Record)
                ? Results.Ok(kept)
                : fault.Failure.Problem(options.ProbeEvery);
        }
    }

    private async Task<CrmSchema> DescribeAsync(Guid id, string objectName, CancellationToken cancellationToken)
    {
        var access = await tokens.GetAsync(id, null, cancellationToken);
        var readAt = clock.GetUtcNow();
        var described = await usage.UseAsync(
            access,
            Calls,
            session => crm.DescribeAsync(session, objectName, cancellationToken),
            cancellationToken
        );
        var schema = ToSchema(described, readAt);
        await schemas.SaveAsync(id, objectName, schema, cancellationToken);
        return schema;
    }

    private static CrmSchema ToSchema(ObjectSchema described, DateTimeOffset readAt) =>
        new(
            described.Object,
            described.Label,
            described.Createable,
            described.Updateable,
            readAt,
            [.. described.Fields.Select(ToField)]
        );

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
                    Caller caller,
                    ReadSchema schema,
                    CancellationToken cancellationToken
                ) => schema.HandleAsync(id, objectName, refresh ?? false, caller, cancellationToken)
            )
            .RequireAtLeast(Role.Viewer);
}
