using LeadSync.Contracts;
using LeadSync.Mapping.Leads;
using LeadSync.Mapping.People;

namespace LeadSync.Mapping.Importing;

/// <summary>A pulled record on its way in.</summary>
public sealed record RecordToImport(string Workspace, PulledRecord Pulled)
{
    /// <summary>What its object is pulled by; null when it is not.</summary>
    public PullInto? Pull { get; init; }

    public bool Stands => Pulled.Fate == RecordFate.Stands;

    /// <summary>The address by which it finds leads of the receiving source; null when it has none, or is gone.</summary>
    public string? Email => Stands ? Pull?.Email(Pulled) : null;

    /// <summary>The lead that it becomes when it is none yet.</summary>
    public LeadKey NewLead => new(Workspace, Pulled.Source, Pulled.Record.RecordId);

    /// <summary>
    /// Pure: how many of the records, from the first on, have nothing in common by which one could find what another has just
    /// changed: no record, and no address. These can be taken in together, with what comes of it being as one after the other.
    /// </summary>
    public static int CountApart(IReadOnlyList<RecordToImport> records)
    {
        var seen = new HashSet<(string, string)>();
        for (var count = 0; count < records.Count; count++)
        {
            var names = records[count].Names().ToList();
            if (names.Exists(seen.Contains))
                return count;
            seen.UnionWith(names);
        }
        return records.Count;
    }

    // Of addresses all that it holds: to which source's leads a value is one, is not known yet.
    private IEnumerable<(string Workspace, string Name)> Names() =>
        new[] { Pulled.Record, Pulled.BecameRecord }
            .OfType<KnownRecord>()
            .Select(record => $"{record.Object}/{RecordIds.Short(record.RecordId)}")
            .Concat(Pulled.Fields.Values.Select(Suspects.Email).OfType<string>())
            .Select(name => (Workspace, name));
}
