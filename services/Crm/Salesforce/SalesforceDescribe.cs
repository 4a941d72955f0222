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
    ) => (await DescribeAsync(session, objectName, since: null, cancellationToken)).Schema!;

    public async Task<Description> DescribeAsync(
        CrmSession session,
        string objectName,
        DateTimeOffset? since,
        CancellationToken cancellationToken
    )
    {
        if (!SoqlText.IsName(objectName))
            throw new ArgumentException($"No API name of Salesforce: '{objectName}'.", nameof(objectName));
        var call = new SalesforceCall(session, HttpMethod.Get, $"/sobjects/{objectName}/describe")
        {
            // A change in the very second of the last reading may have come after it.
            ModifiedSince = since - TimeSpan.FromSeconds(1),
        };
        var answer = await http.SendAsync(call, cancellationToken);
        return new Description(
            answer.IsUnchanged ? null : answer.Read(SalesforceJson.Default.DescribedObject).ToSchema(),
            answer.ServerTime
        );
    }
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
    public ObjectSchema ToSchema() =>
        new(Name, Label ?? Name, Createable, Updateable, Fields.ConvertAll(field => field.ToSchema()));
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
