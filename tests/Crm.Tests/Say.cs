using System.Globalization;
using System.Text.Json;

namespace LeadSync.Crm.Tests;

/// <summary>Short ways to say what tests say often.</summary>
internal static class Say
{
    public const string SessionEnded =
        """[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]""";
    public const string NoRecords = """{"totalSize":0,"done":true,"records":[]}""";

    /// <summary>What a query needs to know of a lead, where no org is there to describe it.</summary>
    public static readonly ObjectSchema LeadSchema = new(
        "Lead",
        "Lead",
        Createable: true,
        Updateable: true,
        [
            .. new[]
            {
                ("Id", "id"),
                ("LastName", "string"),
                ("Company", "string"),
                ("Email", "email"),
                ("CreatedDate", "datetime"),
                ("SystemModstamp", "datetime"),
                ("IsConverted", "boolean"),
                ("ConvertedContactId", "reference"),
                ("NumberOfEmployees", "int"),
                ("AnnualRevenue", "currency"),
                ("LastActivityDate", "date"),
            }.Select(field => new FieldSchema(field.Item1, field.Item1, field.Item2, 80, false, true, true)),
        ]
    );

    /// <summary>The long id of the n-th lead.</summary>
    public static string LeadId(int number)
    {
        RecordId.TryLengthen("00Q5e00000" + number.ToString("00000", CultureInfo.InvariantCulture), out var id);
        return id!;
    }

    public static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement;

    public static RecordWrite Create(string @object, string fields = """{"LastName":"Ng","Company":"Acme"}""") =>
        new(@object, null, Fields(fields));

    public static RecordWrite Update(string @object, string id, string fields = """{"Title":"CEO"}""") =>
        new(@object, id, Fields(fields));

    public static Search Leads(params string[] emails) => new([new ObjectSearch("Lead", [], emails, ["LastName"])]);

    /// <summary>The results of a collection whose records all went well, numbered from <paramref name="first"/>.</summary>
    public static string Written(int count, int first = 1) =>
        $"[{string.Join(',', Enumerable.Range(first, count).Select(n => $$"""{"id":"{{LeadId(n)}}","success":true,"errors":[]}"""))}]";

    public static string Lead(int number, string email = "a@x.com") =>
        $$"""
            {"attributes":{"type":"Lead","url":"/services/data/v60.0/sobjects/Lead/{{LeadId(number)}}"},"Id":"{{LeadId(
                number
            )}}","Email":"{{email}}","CreatedDate":"2026-07-01T10:00:00.000+0000","CreatedById":"0055e000003E8ooAAC","LastModifiedDate":"2026-07-02T11:30:15.000+0000","IsConverted":false,"ConvertedContactId":null,"LastName":"Ng"}
            """;

    private static Dictionary<string, JsonElement> Fields(string json) =>
        Json(json)
            .EnumerateObject()
            .ToDictionary(field => field.Name, field => field.Value.Clone(), StringComparer.Ordinal);
}
