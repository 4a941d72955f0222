using System.Text.Json;
using LeadSync.Connector.Budget;
using LeadSync.Connector.Connections;
using LeadSync.Connector.Tokens;
using LeadSync.Contracts;
using LeadSync.Crm;
using LeadSync.Hosting.Web;

namespace LeadSync.Connector.Schema;

/// <summary>Asks which record has each value in a field.</summary>
/// <param name="Object">API name of the records' object.</param>
/// <param name="By">API name of the field: <c>Name</c>, or an External Id or unique one.</param>
public sealed record LookUpRequest(string Object, string By, IReadOnlyList<string> Values);

/// <summary>What is known of one value.</summary>
/// <param name="RecordId">Null unless exactly one record has it.</param>
/// <param name="Count">How many records have it, of those that were read.</param>
public sealed record LookedUpShown(string Value, string? RecordId, int Count);

/// <summary>
/// Looks records up by what a field of theirs holds, for Mapping. Names come from the schema alone, and values go through the
/// query builder, which writes each as its field's type wants it.
/// </summary>
public sealed class LookUpRecords(
    ConnectionStore connections,
    ReadSchema schemas,
    AccessTokens tokens,
    OrgUsage usage,
    ICrm crm,
    ConnectorOptions options
)
{
    /// <summary>The most values of one call.</summary>
    public const int MostValues = 200;

    private const int LongestValue = 255;

    // One page of an answer. Only names that very many records share fill it.
    private const int MostRecords = 2_000;

    // One call; two when the session has ended.
    private const int Calls = 2;

    public async Task<IResult> HandleAsync(
        Guid id,
        LookUpRequest request,
        Caller caller,
        CancellationToken cancellationToken
    )
    {
        if (
            request.Values is not { Count: >= 1 and <= MostValues } values
            || values.Any(value => value is not { Length: >= 1 and <= LongestValue })
        )
        {
            return FailureCatalogue.PayloadRejected.Problem(
                StatusCodes.Status400BadRequest,
                $"Values are 1 to {MostValues} texts of 1 to {LongestValue} characters each."
            );
        }
        if (await connections.FindAsync(caller.Workspace, id, cancellationToken) is null)
            return ConnectionsApi.Missing(id);
        try
        {
            var described = await schemas.FindAsync(id, request.Object ?? "", cancellationToken);
            var schema = described is null ? null : Queried(described);
            if (schema?.Find(request.By ?? "") is not { } field)
            {
                return FailureCatalogue.NotFound.Problem(
                    StatusCodes.Status404NotFound,
                    "The CRM has no such object, or the object has no such field."
                );
            }
            return Results.Ok(await ReadAsync(id, schema, field, values, cancellationToken));
        }
        catch (CrmException fault)
        {
            return fault.Failure.Problem(options.ProbeEvery);
        }
    }

    private async Task<IReadOnlyList<LookedUpShown>> ReadAsync(
        Guid id,
        ObjectSchema schema,
        FieldSchema field,
        IReadOnlyList<string> values,
        CancellationToken cancellationToken
    )
    {
        var access = await tokens.GetAsync(id, null, cancellationToken);
        var query = new RecordQuery(schema, [field.Name])
        {
            Where = [new FieldCondition(field.Name, FieldComparison.Is, values)],
            Most = MostRecords,
        };
        var page = await usage.UseAsync(
            access,
            Calls,
            session => crm.QueryAsync(session, query, cancellationToken),
            cancellationToken
        );
        var found = page.Records.Select(record => (record.Id, Value: Text(record, field.Name))).ToList();
        var isWhole = page.Next is null && page.Records.Count < MostRecords;
        return
        [
            .. values
                .Distinct(StringComparer.Ordinal)
                .Select(value => Shown(value, found))
                // Of a cut answer only what is ambiguous already is certain; the rest is asked for again.
                .Where(shown => isWhole || shown.Count > 1),
        ];
    }

    // As the CRM compares: without case. Of a field that tells case apart, two such values are ambiguous, never guessed.
    private static LookedUpShown Shown(string value, List<(string Id, string Value)> found)
    {
        var alike = found.Where(record => record.Value.Equals(value, StringComparison.OrdinalIgnoreCase)).ToList();
        return new LookedUpShown(value, alike.Count == 1 ? alike[0].Id : null, alike.Count);
    }

    private static string Text(CrmRecord record, string field) =>
        record.Fields.GetValueOrDefault(field) switch
        {
            { ValueKind: JsonValueKind.String } text => text.GetString()!.Trim(),
            { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
            _ => "",
        };

    // What a query needs of an object.
    private static ObjectSchema Queried(CrmSchema schema) =>
        new(
            schema.Object,
            schema.Label,
            schema.Createable,
            schema.Updateable,
            [
                .. schema.Fields.Select(field => new FieldSchema(
                    field.Name,
                    field.Label,
                    field.Type,
                    field.Length,
                    field.RequiredOnCreate,
                    field.Createable,
                    field.Updateable
                )),
            ]
        );
}

internal static class LookUpApi
{
    public static void MapLookUps(this WebApplication app) =>
        app.MapPost(
                "/v1/connections/{id:guid}/lookup",
                (
                    Guid id,
                    LookUpRequest request,
                    Caller caller,
                    LookUpRecords records,
                    CancellationToken cancellationToken
                ) => records.HandleAsync(id, request, caller, cancellationToken)
            )
            .WithSummary("Which records have these values in a field: of each value the one, or how many.")
            .Produces<IReadOnlyList<LookedUpShown>>()
            .RequireAtLeast(Role.Service);
}
