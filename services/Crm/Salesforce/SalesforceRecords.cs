using System.Text.Json;

namespace LeadSync.Crm.Salesforce;

/// <summary>Reads rows as they stand in the answers to queries and retrieves.</summary>
internal static class SalesforceRecords
{
    private const string Lead = "Lead";
    private const string Contact = "Contact";

    private static readonly string[] Stamps =
    [
        "Id",
        "CreatedDate",
        "CreatedById",
        "LastModifiedDate",
        "LastModifiedById",
        "SystemModstamp",
    ];

    private static readonly string[] OfPeople =
    [
        "Email",
        "IsDeleted",
        "MasterRecordId",
        "IsConverted",
        "ConvertedContactId",
    ];

    /// <summary>What is always read of an object, as far as it has it.</summary>
    public static IEnumerable<string> Columns(ObjectSchema schema) =>
        Stamps.Concat(OfPeople.Where(name => schema.Find(name) is not null));

    /// <summary>The same where the schema is not at hand.</summary>
    /// <param name="hasEmail">An Account has none, and asking for it would spoil the whole query.</param>
    /// <param name="names">Company and last name too, which a Contact has from its Account.</param>
    /// <param name="deleted">Whether it was deleted or merged too.</param>
    public static IEnumerable<string> Columns(
        string @object,
        bool hasEmail,
        bool names = false,
        bool deleted = false
    ) =>
        [
            .. Stamps,
            .. hasEmail ? (string[])["Email"] : [],
            .. @object is Lead or Contact ? (string[])["LastActivityDate"] : [],
            .. @object is Lead ? (string[])["IsConverted", "ConvertedContactId"] : [],
            .. names ? (string[])[CompanyOf(@object), "LastName"] : [],
            .. deleted ? (string[])["IsDeleted", "MasterRecordId"] : [],
        ];

    /// <summary>Where the company of a person stands.</summary>
    public static string CompanyOf(string @object) => @object == Contact ? "Account.Name" : "Company";

    /// <summary>Null when the row is none.</summary>
    public static CrmRecord? Read(string @object, IReadOnlyCollection<string> names, JsonElement row)
    {
        if (
            !RecordId.TryLengthen(row.Text("Id"), out var id)
            || !SalesforceTime.TryParse(row.Text("CreatedDate"), out var created)
            || !SalesforceTime.TryParse(row.Text("LastModifiedDate"), out var modified)
        )
        {
            return null;
        }
        var fields = new Dictionary<string, JsonElement>(names.Count, StringComparer.OrdinalIgnoreCase);
        foreach (var name in names)
        {
            if (Field(row, name) is { } value)
                fields[name] = value;
        }
        return new CrmRecord(@object, id, fields)
        {
            Email = row.Text("Email"),
            CreatedAt = created,
            CreatedById = row.Text("CreatedById"),
            ModifiedAt = modified,
            ModifiedById = row.Text("LastModifiedById"),
            Stamp = SalesforceTime.TryParse(row.Text("SystemModstamp"), out var stamp) ? stamp : modified,
            Deleted = row.Flag("IsDeleted") ?? false,
            MergedInto = row.Text("MasterRecordId"),
            HasActivity = row.Text("LastActivityDate") is not null,
            Company = row.Text("Company") ?? row.Member("Account")?.Text("Name"),
            LastName = row.Text("LastName"),
            Converted = row.Flag("IsConverted") ?? false,
            ConvertedContactId = row.Text("ConvertedContactId"),
        };
    }

    // Salesforce answers in its own spelling of a name, whatever the spelling we asked in.
    private static JsonElement? Field(JsonElement row, string name)
    {
        if (row.TryGetProperty(name, out var value))
            return value;
        foreach (var member in row.EnumerateObject())
        {
            if (string.Equals(member.Name, name, StringComparison.OrdinalIgnoreCase))
                return member.Value;
        }
        return null;
    }
}
