using System.Globalization;
using System.Text.Json;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>/sobjects and /sobjects/Lead/describe: what the org's objects are made of, as the API user may see it.</summary>
internal static class Describe
{
    public static ApiAnswer Global(ApiRequest request) =>
        ApiAnswer.Json(
            200,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("encoding", "UTF-8");
                json.WriteNumber("maxBatchSize", 200);
                json.WriteStartArray("sobjects");
                foreach (var type in request.Viewer.Objects.OrderBy(type => type.Name, StringComparer.Ordinal))
                    Summary(json, request, type);
                json.WriteEndArray();
                json.WriteEndObject();
            }
        );

    public static ApiAnswer Basic(ApiRequest request)
    {
        var type = request.RequireObject(request.Segment(1));
        return ApiAnswer.Json(
            200,
            json =>
            {
                json.WriteStartObject();
                json.WritePropertyName("objectDescribe");
                Summary(json, request, type);
                json.WriteStartArray("recentItems");
                json.WriteEndArray();
                json.WriteEndObject();
            }
        );
    }

    public static ApiAnswer Object(ApiRequest request)
    {
        var type = request.RequireObject(request.Segment(1));
        // HTTP dates have whole seconds: what was told as the last change must count as unchanged since.
        var changed = request.Org.ChangedAt.AddTicks(-(request.Org.ChangedAt.Ticks % TimeSpan.TicksPerSecond));
        var headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Last-Modified"] = changed.ToString("r", CultureInfo.InvariantCulture),
            ["ETag"] = $"\"{changed.ToUnixTimeSeconds():x}\"",
        };
        return Preconditions.NotModified(request, changed)
            ? new(304, default) { Headers = headers }
            : ApiAnswer.Json(200, json => Whole(json, request, type)) with
            {
                Headers = headers,
            };
    }

    private static void Summary(Utf8JsonWriter json, ApiRequest request, SObject type)
    {
        json.WriteStartObject();
        Flags(json, type);
        json.WriteStartObject("urls");
        Urls(json, request, type);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Whole(Utf8JsonWriter json, ApiRequest request, SObject type)
    {
        json.WriteStartObject();
        Empty(json, "actionOverrides");
        Flags(json, type);
        Children(json, request.Viewer, type);
        json.WriteBoolean("compactLayoutable", true);
        json.WriteNull("defaultImplementation");
        json.WriteNull("extendedBy");
        json.WriteNull("extendsInterfaces");
        json.WriteStartArray("fields");
        foreach (var field in type.VisibleFields)
            FieldJson.Write(json, field);
        json.WriteEndArray();
        json.WriteNull("implementedBy");
        json.WriteNull("implementsInterfaces");
        json.WriteNull("listviewable");
        json.WriteNull("lookupLayoutable");
        Empty(json, "namedLayoutInfos");
        json.WriteNull("networkScopeFieldName");
        RecordTypes(json, request, type);
        json.WriteBoolean("searchLayoutable", true);
        json.WriteString("sobjectDescribeOption", "FULL");
        json.WriteStartArray("supportedScopes");
        Scope(json, "everything", $"All {type.LabelPlural.ToLowerInvariant()}");
        Scope(json, "mine", $"My {type.LabelPlural.ToLowerInvariant()}");
        json.WriteEndArray();
        json.WriteStartObject("urls");
        Urls(json, request, type);
        json.WriteString("uiEditTemplate", $"/{{ID}}/e");
        json.WriteString("uiDetailTemplate", $"/{{ID}}");
        json.WriteString("uiNewRecord", $"/{type.Prefix}/e");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Flags(Utf8JsonWriter json, SObject type)
    {
        json.WriteBoolean("activateable", false);
        json.WriteNull("associateEntityType");
        json.WriteNull("associateParentEntity");
        json.WriteBoolean("createable", type.Createable);
        json.WriteBoolean("custom", false);
        json.WriteBoolean("customSetting", false);
        json.WriteBoolean("deepCloneable", false);
        json.WriteBoolean("deletable", type.Deletable);
        json.WriteBoolean("deprecatedAndHidden", false);
        json.WriteBoolean("feedEnabled", type.Writeable);
        json.WriteBoolean("hasSubtypes", false);
        json.WriteBoolean("isInterface", false);
        json.WriteBoolean("isSubtype", false);
        json.WriteString("keyPrefix", type.Prefix);
        json.WriteString("label", type.Label);
        json.WriteString("labelPlural", type.LabelPlural);
        json.WriteBoolean("layoutable", type.Writeable);
        json.WriteBoolean("mergeable", type is { Updateable: true, Deletable: true });
        json.WriteBoolean("mruEnabled", true);
        json.WriteString("name", type.Name);
        json.WriteBoolean("queryable", true);
        json.WriteBoolean("replicateable", true);
        json.WriteBoolean("retrieveable", true);
        json.WriteBoolean("searchable", type.Writeable);
        json.WriteBoolean("triggerable", type.Writeable);
        json.WriteBoolean("undeletable", type.Deletable);
        json.WriteBoolean("updateable", type.Updateable);
    }

    private static void Urls(Utf8JsonWriter json, ApiRequest request, SObject type)
    {
        var self = $"{request.Root}/sobjects/{type.Name}";
        json.WriteString("rowTemplate", $"{self}/{{ID}}");
        json.WriteString("describe", $"{self}/describe");
        json.WriteString("sobject", self);
    }

    /// <summary>The references of other objects that point here.</summary>
    private static void Children(Utf8JsonWriter json, Viewer viewer, SObject type)
    {
        json.WriteStartArray("childRelationships");
        foreach (var child in viewer.Objects)
        {
            foreach (
                var field in child.VisibleFields.Where(field =>
                    field.ReferenceTo.Contains(type.Name, StringComparer.Ordinal)
                )
            )
            {
                json.WriteStartObject();
                json.WriteBoolean("cascadeDelete", false);
                json.WriteString("childSObject", child.Name);
                json.WriteBoolean("deprecatedAndHidden", false);
                json.WriteString("field", field.Name);
                Empty(json, "junctionIdListNames");
                Empty(json, "junctionReferenceTo");
                json.WriteString("relationshipName", field.Name == "AccountId" ? child.LabelPlural : null);
                json.WriteBoolean("restrictedDelete", false);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    private static void RecordTypes(Utf8JsonWriter json, ApiRequest request, SObject type)
    {
        const string master = "012000000000000AAA";
        var own = request.Org.RecordTypesOf(type.Name);
        json.WriteStartArray("recordTypeInfos");
        foreach (var (id, one) in own)
            RecordTypeInfo(json, request, type, id, one.Name, one.Label, one.IsActive, one.IsDefault, master: false);
        var isDefault = !own.Any(one => one.Type.IsDefault);
        RecordTypeInfo(json, request, type, master, "Master", "Master", active: true, isDefault, master: true);
        json.WriteEndArray();
    }

    private static void RecordTypeInfo(
        Utf8JsonWriter json,
        ApiRequest request,
        SObject type,
        string id,
        string name,
        string label,
        bool active,
        bool isDefault,
        bool master
    )
    {
        json.WriteStartObject();
        json.WriteBoolean("active", active);
        json.WriteBoolean("available", active);
        json.WriteBoolean("defaultRecordTypeMapping", isDefault);
        json.WriteString("developerName", name);
        json.WriteBoolean("master", master);
        json.WriteString("name", label);
        json.WriteString("recordTypeId", id);
        json.WriteStartObject("urls");
        json.WriteString("layout", $"{request.Root}/sobjects/{type.Name}/describe/layouts/{id}");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Scope(Utf8JsonWriter json, string name, string label)
    {
        json.WriteStartObject();
        json.WriteString("label", label);
        json.WriteString("name", name);
        json.WriteEndObject();
    }

    private static void Empty(Utf8JsonWriter json, string name)
    {
        json.WriteStartArray(name);
        json.WriteEndArray();
    }
}
