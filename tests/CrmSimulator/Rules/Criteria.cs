using System.Collections.Concurrent;
using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Soql;

namespace LeadSync.CrmSimulator.Rules;

/// <summary>Conditions of the org's rules, written as a query's WHERE and read once.</summary>
internal sealed class Criteria(Org org)
{
    private readonly ConcurrentDictionary<(string Object, string Condition, DateOnly Day), Filter> read = new();

    /// <exception cref="SoqlException">The condition cannot be read.</exception>
    public bool Hold(SObject type, string? condition, Record record)
    {
        if (condition is null)
            return true;
        var today = DateOnly.FromDateTime(org.Clock.GetUtcNow().UtcDateTime);
        return read.GetOrAdd((type.Name, condition, today), Read).Holds(record);
    }

    private Filter Read((string Object, string Condition, DateOnly Day) key)
    {
        var viewer = Viewer.System(org);
        var syntax = Parser.Parse($"SELECT Id FROM {key.Object} WHERE {key.Condition}", key.Day);
        return Filter.Bind(viewer, viewer.FindObject(key.Object)!, syntax);
    }
}
