using LeadSync.Crash.Checking;

namespace LeadSync.Crash.Trials;

/// <summary>
/// Who comes in during a trial, and in which waves: people of two workspaces, some already in the CRM by hand, some of them
/// captured by two sources, some changing later, some captures late.
/// </summary>
public sealed class People(CrashHouse house, Producer producer, Random random)
{
    private readonly int _here = random.Next(8, 17);
    private readonly int _other = random.Next(4, 9);

    /// <summary>Has a sales person make records by hand, before anybody is captured; some of them with a telephone number.</summary>
    public async Task MakeKnownAsync()
    {
        for (var person = 0; person < _here; person += random.Next(2, 5))
        {
            var fields = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["LastName"] = $"By hand {producer.Prefix}.{person}",
                ["Company"] = $"By hand {producer.Prefix}.{person}",
                ["Email"] = producer.Email(CrashHouse.Workspace, person),
            };
            if (random.Next(2) == 0)
                fields["Phone"] = $"by hand {producer.Prefix}.{person}";
            await house.Crm.Org.Rep.CreateAsync("Lead", fields);
        }
    }

    /// <summary>Everybody for the first time.</summary>
    public IReadOnlyList<Capture> Arrive() =>
        [
            .. Enumerable.Range(0, _here).Select(person => producer.Of(CrashHouse.Workspace, "web", person)),
            .. Enumerable.Range(0, _other).Select(person => producer.Of(CrashHouse.OtherWorkspace, "web", person)),
        ];

    /// <summary>Some of them again, with newer values; some by the other source, of these some with older ones.</summary>
    public IReadOnlyList<Capture> Change()
    {
        var captures = new List<Capture>();
        for (var person = 0; person < _here; person++)
        {
            if (random.Next(10) < 5)
                captures.Add(producer.Of(CrashHouse.Workspace, "web", person));
            if (random.Next(10) < 4)
                captures.Add(producer.Of(CrashHouse.Workspace, "chat", person, isOld: random.Next(2) == 0));
        }
        captures.AddRange(
            Enumerable
                .Range(0, _other)
                .Where(_ => random.Next(10) < 6)
                .Select(person => producer.Of(CrashHouse.OtherWorkspace, "web", person))
        );
        return captures;
    }

    /// <summary>Has a sales person edit records that are there: a field that we overwrite, and sometimes one that we only fill.</summary>
    public async Task EditAsync(bool everybody = false)
    {
        var org = house.Crm.Org;
        for (var person = 0; person < _here; person++)
        {
            if (!everybody && random.Next(10) >= 3)
                continue;
            var fields = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Title"] = $"Edited {producer.Prefix}.{random.Next()}",
            };
            if (everybody || random.Next(2) == 0)
                fields["Phone"] = $"edited {producer.Prefix}.{random.Next()}";
            foreach (var record in org.Find("Lead", producer.Email(CrashHouse.Workspace, person)))
                await org.Rep.EditAsync("Lead", record.Id, fields);
        }
    }

    /// <summary>Whether the CRM has a record of everybody who arrived.</summary>
    public bool AreThere() =>
        Enumerable
            .Range(0, _here)
            .All(person => house.Crm.Org.Find("Lead", producer.Email(CrashHouse.Workspace, person)).Count > 0);
}
