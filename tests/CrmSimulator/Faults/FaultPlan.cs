using System.Globalization;
using LeadSync.CrmSimulator.Rest;

namespace LeadSync.CrmSimulator.Faults;

/// <summary>The faults that are switched on. The first rule that strikes decides the request; rules for records add up.</summary>
public sealed class FaultPlan
{
    private readonly Lock gate = new();
    private readonly List<Armed> rules = [];
    private readonly List<Task> late = [];
    private int named;

    /// <summary>Every rule with how often it matched and struck.</summary>
    public IReadOnlyList<FaultState> All
    {
        get
        {
            lock (gate)
                return [.. rules.Select(armed => new FaultState(armed.Rule, armed.Matched, armed.Struck))];
        }
    }

    /// <summary>Switches a fault on, in place of the one with the same id, and gives its id.</summary>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public string Put(FaultRule rule)
    {
        rule.Check();
        lock (gate)
        {
            if (rule.Id.Length == 0)
                rule = rule with { Id = string.Create(CultureInfo.InvariantCulture, $"fault-{++named}") };
            var armed = new Armed(rule);
            var old = rules.FindIndex(one => string.Equals(one.Rule.Id, rule.Id, StringComparison.Ordinal));
            if (old < 0)
                rules.Add(armed);
            else
                rules[old] = armed;
            return rule.Id;
        }
    }

    /// <summary>False when there was none of that id.</summary>
    public bool Remove(string id)
    {
        lock (gate)
            return rules.RemoveAll(armed => string.Equals(armed.Rule.Id, id, StringComparison.Ordinal)) > 0;
    }

    public void Clear()
    {
        lock (gate)
            rules.Clear();
    }

    /// <summary>Ends when no late effect is outstanding.</summary>
    public async Task WhenLateEffectsAppliedAsync()
    {
        while (true)
        {
            Task[] outstanding;
            lock (gate)
            {
                late.RemoveAll(task => task.IsCompleted);
                outstanding = [.. late];
            }

            if (outstanding.Length == 0)
                return;
            await Task.WhenAll(outstanding);
        }
    }

    internal void Expect(Task lateEffect)
    {
        lock (gate)
        {
            late.RemoveAll(task => task.IsCompleted);
            late.Add(lateEffect);
        }
    }

    internal Strike Take(RequestShape request)
    {
        lock (gate)
        {
            FaultRule? whole = null;
            List<RecordFault>? records = null;
            foreach (var armed in rules)
            {
                if (whole is not null && !armed.Rule.IsForRecords)
                    continue;
                if (!armed.Strikes(request))
                    continue;
                if (armed.Rule.IsForRecords)
                    (records ??= []).Add(new(armed.Rule));
                else
                    whole = armed.Rule;
            }

            return new(whole, records ?? []);
        }
    }

    private sealed class Armed(FaultRule rule)
    {
        private readonly Random random = new(rule.Seed);

        public FaultRule Rule => rule;
        public int Matched { get; private set; }
        public int Struck { get; private set; }

        public bool Strikes(RequestShape request)
        {
            if (!request.Fits(rule.Match))
                return false;
            Matched++;
            if (Matched < rule.Nth || Struck >= rule.Count)
                return false;
            if (rule.Probability < 1 && random.NextDouble() >= rule.Probability)
                return false;
            Struck++;
            return true;
        }
    }
}

/// <param name="Matched">Requests the rule was for.</param>
/// <param name="Struck">Those it struck.</param>
public sealed record FaultState(FaultRule Rule, int Matched, int Struck);

/// <summary>What strikes one request.</summary>
internal sealed record Strike(FaultRule? Whole, IReadOnlyList<RecordFault> Records)
{
    public string? Name => Whole?.Id ?? (Records.Count > 0 ? Records[0].Rule.Id : null);
}
