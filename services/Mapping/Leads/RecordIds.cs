namespace LeadSync.Mapping.Leads;

/// <summary>Ids of CRM records: 15 and 18 characters name the same one.</summary>
public static class RecordIds
{
    public static string Short(string id) => id.Length == 18 ? id[..15] : id;
}
