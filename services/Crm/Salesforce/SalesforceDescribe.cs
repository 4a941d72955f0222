using System.Text.Json;

namespace LeadSync.Crm.Salesforce;

/// <summary>Reads an object's fields. Salesforce shows each user only what that user may see, so this is the user's own view.</summary>
internal sealed class SalesforceDescribe(SalesforceHttp http)
{
    public async Task<IReadOnlyList<ObjectSummary>> ListAsync(CrmSession session, CancellationToken cancellationToken)
    {
        var answer = await http.SendAsync(new SalesforceCall(session, HttpMethod.Get, "/sobjects"), cancellationToken);
        return answer
            .Read(SalesforceJson.Default.DescribedObjects)
            .Sobjects.ConvertAll(one => new ObjectSummary(
                one.Name,
                one.Label ?? one.Name,
                one.Custom,
                one.Queryable,
                one.Createable,
                one.Updateable
            ));
    }

    public async Task<ObjectSchema> DescribeAsync(
        CrmSession session,
        string objectName,
        CancellationToken cancellationToken
    ) => Read(await http.SendAsync(Call(session, objectName), cancellationToken));

    public async Task<ObjectSchema?> DescribeIfChangedAsync(
        CrmSession session,
        string objectName,
        DateTimeOffset since,
        CancellationToken cancellationToken
    )
    {
        var call = Call(session, objectName) with { ModifiedSince = since };
        var answer = await http.SendAsync(call, cancellationToken);
        return answer.IsUnchanged ? null : Read(answer);
    }

    private static SalesforceCall Call(CrmSession session, string objectName) =>
        new(session, HttpMethod.Get, $"/sobjects/{SoqlText.Name(objectName)}/describe");

    private static ObjectSchema Read(SalesforceAnswer answer) =>
        answer.Read(SalesforceJson.Default.DescribedObject).ToSchema() with
        {
            ChangedAt = answer.LastModified,
        };
}

/// <summary>The parts of the list of objects that we use.</summary>
internal sealed record DescribedObjects(List<ListedObject> Sobjects);

internal sealed record ListedObject(string Name, string? Label)
{
    public bool Custom { get; init; }
    public bool Queryable { get; init; }
    public bool Createable { get; init; }
    public bool Updateable { get; init; }
}

/// <summary>The parts of a describe that we use.</summary>
internal sealed record DescribedObject(
    string Name,
    string? Label,
    bool Createable,
    bool Updateable,
    List<DescribedField> Fields
)
{
    public List<DescribedRecordType>? RecordTypeInfos { get; init; }

    public ObjectSchema ToSchema() =>
        new(Name, Label ?? Name, Createable, Updateable, Fields.ConvertAll(field => field.ToSchema()))
        {
            RecordTypes = RecordTypeInfos is null
                ? null
                : [.. RecordTypeInfos.Where(one => one.IsToChoose).Select(one => one.ToSchema())],
        };
}

internal sealed record DescribedRecordType(string RecordTypeId, string? DeveloperName, string? Name)
{
    public bool Active { get; init; }
    public bool Available { get; init; }
    public bool Master { get; init; }

    /// <summary>The master stands for having none, and cannot be written.</summary>
    public bool IsToChoose => Active && Available && !Master && DeveloperName is not null;

    public RecordTypeSchema ToSchema() =>
        new(RecordId.TryLengthen(RecordTypeId, out var id) ? id : RecordTypeId, DeveloperName!, Name ?? DeveloperName!);
}

internal sealed record DescribedField(string Name, string? Label, string Type)
{
    public int Length { get; init; }
    public int Digits { get; init; }
    public int Precision { get; init; }
    public int Scale { get; init; }
    public bool Createable { get; init; }
    public bool Updateable { get; init; }
    public bool Nillable { get; init; }
    public bool DefaultedOnCreate { get; init; }
    public bool RestrictedPicklist { get; init; }
    public bool ExternalId { get; init; }
    public bool Unique { get; init; }
    public bool Custom { get; init; }

    /// <summary>Of the field's own type: a text, a number or a flag.</summary>
    public JsonElement DefaultValue { get; init; }
    public List<DescribedPicklistValue>? PicklistValues { get; init; }

    public FieldSchema ToSchema() =>
        new(
            Name,
            Label ?? Name,
            Type,
            Length,
            // A flag is never missing: it is false when not given.
            RequiredOnCreate: !Nillable && Createable && !DefaultedOnCreate && Type != "boolean",
            Createable,
            Updateable
        )
        {
            Nillable = Nillable,
            RestrictedPicklist = RestrictedPicklist,
            PicklistValues = [.. (PicklistValues ?? []).Where(value => value.Active).Select(value => value.Value)],
            DefaultValue = DefaultText(),
            ExternalId = ExternalId,
            Unique = Unique,
            Custom = Custom,
            Precision = Type == "int" ? Digits : Precision,
            Scale = Scale,
        };

    // A picklist's default stands at its value, not at the field.
    private string? DefaultText() =>
        DefaultValue.ValueKind switch
        {
            JsonValueKind.String => DefaultValue.GetString(),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => DefaultValue.GetRawText(),
            _ => PicklistValues?.Find(value => value is { Active: true, DefaultValue: true })?.Value,
        };
}

internal sealed record DescribedPicklistValue(string Value, bool Active, bool DefaultValue);
