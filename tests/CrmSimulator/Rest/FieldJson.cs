using System.Text.Json;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>One field as describe shows it.</summary>
internal static class FieldJson
{
    public static void Write(Utf8JsonWriter json, Field field)
    {
        json.WriteStartObject();
        json.WriteBoolean("aggregatable", field.Filterable && field.Type != FieldType.Boolean);
        json.WriteBoolean("aiPredictionField", false);
        json.WriteBoolean("autoNumber", false);
        json.WriteNumber("byteLength", ByteLength(field));
        json.WriteBoolean("calculated", false);
        json.WriteNull("calculatedFormula");
        json.WriteBoolean("cascadeDelete", false);
        json.WriteBoolean("caseSensitive", false);
        json.WriteString("compoundFieldName", field.PartOf);
        json.WriteNull("controllerName");
        json.WriteBoolean("createable", field.CanCreate);
        json.WriteBoolean("custom", field.Custom);
        WriteDefault(json, field);
        json.WriteNull("defaultValueFormula");
        json.WriteBoolean("defaultedOnCreate", field.DefaultedOnCreate);
        json.WriteBoolean("dependentPicklist", false);
        json.WriteBoolean("deprecatedAndHidden", false);
        json.WriteNumber("digits", field.Digits);
        json.WriteBoolean("displayLocationInDecimal", field is { Type: FieldType.Double, Scale: 15 });
        json.WriteBoolean("encrypted", false);
        json.WriteBoolean("externalId", field.ExternalId);
        WriteExtra(json, field);
        json.WriteBoolean("filterable", field.Filterable);
        json.WriteNull("filteredLookupInfo");
        json.WriteBoolean("formulaTreatNullNumberAsZero", false);
        json.WriteBoolean("groupable", field.Filterable && !field.IsNumber && field.Type != FieldType.DateTime);
        json.WriteBoolean("highScaleNumber", false);
        json.WriteBoolean("htmlFormatted", false);
        json.WriteBoolean("idLookup", field.IdLookup);
        json.WriteNull("inlineHelpText");
        json.WriteString("label", field.Label);
        json.WriteNumber("length", field.Length);
        json.WriteNull("mask");
        json.WriteNull("maskType");
        json.WriteString("name", field.Name);
        json.WriteBoolean("nameField", field.NameField);
        json.WriteBoolean("namePointing", field.ReferenceTo.Count > 1);
        json.WriteBoolean("nillable", field.Nillable);
        json.WriteBoolean("permissionable", field.Permissionable && field.Createable);
        WritePicklist(json, field);
        json.WriteBoolean("polymorphicForeignKey", field.ReferenceTo.Count > 1);
        json.WriteNumber("precision", field.Precision);
        json.WriteBoolean("queryByDistance", false);
        json.WriteNull("referenceTargetField");
        json.WriteStartArray("referenceTo");
        foreach (var target in field.ReferenceTo)
            json.WriteStringValue(target);
        json.WriteEndArray();
        json.WriteString("relationshipName", field.RelationshipName);
        json.WriteNull("relationshipOrder");
        json.WriteBoolean("restrictedDelete", false);
        json.WriteBoolean("restrictedPicklist", field.Restricted);
        json.WriteNumber("scale", field.Scale);
        json.WriteBoolean("searchPrefilterable", false);
        json.WriteString("soapType", SoapType(field.Type));
        json.WriteBoolean("sortable", field.Sortable);
        json.WriteString("type", field.Type.ToString().ToLowerInvariant());
        json.WriteBoolean("unique", field.Unique);
        json.WriteBoolean("updateable", field.CanUpdate);
        json.WriteBoolean("writeRequiresMasterRead", false);
        json.WriteEndObject();
    }

    /// <summary>Three bytes a character for texts, as in the recorded org; ids are plain ASCII.</summary>
    private static int ByteLength(Field field) => field.IsText ? field.Length * 3 : field.Length;

    /// <summary>A boolean's default stands with the field, a picklist's with its values.</summary>
    private static void WriteDefault(Utf8JsonWriter json, Field field)
    {
        if (field.Default is bool truth)
            json.WriteBoolean("defaultValue", truth);
        else
            json.WriteNull("defaultValue");
    }

    private static void WriteExtra(Utf8JsonWriter json, Field field)
    {
        if (field is { Type: FieldType.TextArea, Length: <= 255 })
            json.WriteString("extraTypeInfo", "plaintextarea");
        else
            json.WriteNull("extraTypeInfo");
    }

    private static void WritePicklist(Utf8JsonWriter json, Field field)
    {
        json.WriteStartArray("picklistValues");
        foreach (var value in field.Values)
        {
            json.WriteStartObject();
            json.WriteBoolean("active", value.Active);
            json.WriteBoolean("defaultValue", value.Default);
            json.WriteString("label", value.Value);
            json.WriteNull("validFor");
            json.WriteString("value", value.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string SoapType(FieldType type) =>
        type switch
        {
            FieldType.Id or FieldType.Reference => "tns:ID",
            FieldType.Boolean => "xsd:boolean",
            FieldType.Int => "xsd:int",
            FieldType.Double or FieldType.Currency or FieldType.Percent => "xsd:double",
            FieldType.Date => "xsd:date",
            FieldType.DateTime => "xsd:dateTime",
            FieldType.Address => "urn:address",
            _ => "xsd:string",
        };
}
