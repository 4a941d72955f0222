using LeadSync.CrmSimulator;
using LeadSync.CrmSimulator.Data;

namespace LeadSync.Bench.Houses;

/// <summary>
/// Which of the leads that were sent are in the CRM, by its own journal: when, and how often. From its making on, for any number
/// of leads, without reading anything twice.
/// </summary>
public sealed class Arrivals(Simulator crm)
{
    private readonly Dictionary<string, (int Times, DateTimeOffset At)> _created = new(StringComparer.Ordinal);
    private long _seen = crm.Journal.LastSequence;

    /// <summary>Reads on. Says whether anything was new.</summary>
    public bool Look()
    {
        var before = _seen;
        foreach (var entry in crm.Journal.After(_seen))
        {
            _seen = entry.Sequence;
            foreach (var effect in entry.Effects)
            {
                if (effect is not { Kind: ChangeKind.Created, Object: "Lead" } || EmailOf(effect) is not { } email)
                    continue;
                _created[email] = _created.TryGetValue(email, out var known)
                    ? (known.Times + 1, known.At)
                    : (1, entry.At);
            }
        }
        return _seen > before;
    }

    /// <summary>When a lead was created; null as long as it is not there.</summary>
    public DateTimeOffset? At(string email) => _created.TryGetValue(email, out var known) ? known.At : null;

    /// <summary>How many records were made of it.</summary>
    public int Times(string email) => _created.TryGetValue(email, out var known) ? known.Times : 0;

    private static string? EmailOf(Change effect)
    {
        foreach (var field in effect.Fields)
        {
            if (field.Field == "Email")
                return field.After as string;
        }
        return null;
    }
}
