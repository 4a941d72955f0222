using LeadSync.Contracts;
using LeadSync.Crm;

namespace LeadSync.Push.Lanes;

/// <summary>What makes rows of one connection one person: a record, an email address, or being the same row.</summary>
public static class PersonKeys
{
    public static string[] Of(MappedLead lead) =>
        [
            OfRow(lead.Source, lead.LeadId),
            .. lead.Match.Records.Select(record => OfRecord(record.RecordId)).Distinct(StringComparer.Ordinal),
            .. lead.Match.Email is { } email ? (string[])[$"email:{email}"] : [],
        ];

    // A source is a slug and holds no slash, so what follows the first slash is the lead id.
    public static string OfRow(string source, string leadId) => $"lead:{source}/{leadId}";

    /// <summary>Ids of 15 and 18 characters name the same record.</summary>
    public static string OfRecord(string recordId) =>
        $"record:{(RecordId.TryLengthen(recordId, out var longId) ? longId : recordId)}";

    /// <summary>
    /// Keys as PostgreSQL writes an array of texts. A statement for many leads takes those of each so, for unnest takes arrays of
    /// arrays apart.
    /// </summary>
    public static string AsText(IEnumerable<string> keys) => $"{{{string.Join(',', keys.Select(Quoted))}}}";

    private static string Quoted(string key) =>
        $"\"{key.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>
    /// Picks one lead of each person; the others wait, because what becomes of the first decides what is to be done with them.
    /// Gives the keys of all of them, for nobody else may take one of these people meanwhile.
    /// </summary>
    public static (List<WaitingLead> Picked, IReadOnlySet<string> Keys) OnePerPerson(IReadOnlyList<WaitingLead> leads)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var picked = new List<WaitingLead>(leads.Count);
        foreach (var lead in leads)
        {
            if (lead.Keys.Any(taken.Contains))
            {
                // Whoever shares a key with this one must wait as well: they are one person through it.
                taken.UnionWith(lead.Keys);
                continue;
            }
            taken.UnionWith(lead.Keys);
            picked.Add(lead);
        }
        return (picked, taken);
    }
}
