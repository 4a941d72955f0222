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
                foreach (var type in request.Org.Objects.OrderBy(type => type.Name, StringComparer.Ordinal))
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
        return ApiAnswer.Json(200, json => Whole(json, request, type));
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
        Children(json, request.Org, type);
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
        Scope(json, "everything", $"All {type.LabelPlural}");
        Scope(json, "mine", $"My {type.LabelPlural}");
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
        json.WriteBoolean("createable", type.Writeable);
        json.WriteBoolean("custom", false);
        json.WriteBoolean("customSetting", false);
        json.WriteBoolean("deepCloneable", false);
        json.WriteBoolean("deletable", type.Writeable);
        json.WriteBoolean("deprecatedAndHidden", false);
        json.WriteBoolean("feedEnabled", type.Writeable);
        json.WriteBoolean("hasSubtypes", false);
        json.WriteBoolean("isInterface", false);
        json.WriteBoolean("isSubtype", false);
        json.WriteString("keyPrefix", type.Prefix);
        json.WriteString("label", type.Label);
        json.WriteString("labelPlural", type.LabelPlural);
        json.WriteBoolean("layoutable", type.Writeable);
        json.WriteBoolean("mergeable", type.Writeable);
        json.WriteBoolean("mruEnabled", true);
        json.WriteString("name", type.Name);
        json.WriteBoolean("queryable", true);
        json.WriteBoolean("replicateable", true);
        json.WriteBoolean("retrieveable", true);
        json.WriteBoolean("searchable", type.Writeable);
        json.WriteBoolean("triggerable", type.Writeable);
        json.WriteBoolean("undeletable", type.Writeable);
        json.WriteBoolean("updateable", type.Writeable);
    }

    private static void Urls(Utf8JsonWriter json, ApiRequest request, SObject type)
    {
        var self = $"{request.Root}/sobjects/{type.Name}";
        json.WriteString("rowTemplate", $"{self}/{{ID}}");
        json.WriteString("describe", $"{self}/describe");
        json.WriteString("sobject", self);
    }

    /// <summary>The references of other objects that point here.</summary>
    private static void Children(Utf8JsonWriter json, Org org, SObject type)
    {
        json.WriteStartArray("childRelationships");
        foreach (var child in org.Objects)
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
        json.WriteStartArray("recordTypeInfos");
        json.WriteStartObject();
        json.WriteBoolean("active", true);
        json.WriteBoolean("available", true);
        json.WriteBoolean("defaultRecordTypeMapping", true);
        json.WriteString("developerName", "Master");
        json.WriteBoolean("master", true);
        json.WriteString("name", "Master");
        json.WriteString("recordTypeId", master);
        json.WriteStartObject("urls");
        json.WriteString("layout", $"{request.Root}/sobjects/{type.Name}/describe/layouts/{master}");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
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
